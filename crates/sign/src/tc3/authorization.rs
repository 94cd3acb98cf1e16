//! The header's value, taken apart.

/// The scheme's name, and the algorithm's.
pub const SCHEME: &str = "TC3-HMAC-SHA256";

/// An `Authorization: TC3-HMAC-SHA256 …` value, taken apart. All parts borrow from the header; none is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The public half of the key pair.
    pub secret_id: &'a str,
    /// The day that the key was derived for, `YYYY-MM-DD` in UTC.
    pub date: &'a str,
    /// The service that the key was derived for: `apigateway`.
    pub service: &'a str,
    /// The names of the signed headers: lower case, sorted, joined by `;`, with `content-type` and `host` among them.
    pub signed_headers: &'a str,
    /// The signature: 64 hexadecimal digits.
    pub signature: &'a str,
}

/// Why an `Authorization` value cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Another scheme than [`SCHEME`].
    #[error("the authorization scheme is not TC3-HMAC-SHA256")]
    NotTc3,
    /// Not a list of the parts `Credential=`, `SignedHeaders=` and `Signature=` separated by commas, a part given
    /// twice, or bytes that are not ASCII.
    #[error("the authorization is not a list of Credential=…, SignedHeaders=…, Signature=…")]
    Format,
    /// No `Credential`, or not of the form `{id}/{YYYY-MM-DD}/{service}/tc3_request`.
    #[error("Credential is not of the form {{secret id}}/{{YYYY-MM-DD}}/{{service}}/tc3_request")]
    Credential,
    /// No `SignedHeaders`, names not in lower case, not sorted, or given twice.
    #[error("SignedHeaders is not a sorted list of lower-case header names separated by semicolons")]
    SignedHeaders,
    /// `content-type` or `host` is not among the signed headers.
    #[error("SignedHeaders lacks content-type or host")]
    HeadersNotSigned,
    /// No `Signature`, or not 64 hexadecimal digits.
    #[error("Signature is not 64 hexadecimal digits")]
    Signature,
}

/// Takes an `Authorization` value apart, without allocating. Parts come in any order, with or without blanks around
/// the commas.
///
/// # Errors
/// See [`Malformed`]; the first that applies in the order of its variants.
pub fn parse(value: &[u8]) -> Result<Authorization<'_>, Malformed> {
    let value = value.trim_ascii();
    let (scheme, rest) = value.split_at_checked(SCHEME.len()).ok_or(Malformed::NotTc3)?;
    if !scheme.eq_ignore_ascii_case(SCHEME.as_bytes()) || rest.first().is_some_and(|byte| !matches!(byte, b' ' | b'\t'))
    {
        return Err(Malformed::NotTc3);
    }
    let rest = str::from_utf8(rest).ok().filter(|rest| rest.is_ascii()).ok_or(Malformed::Format)?;
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',') {
        let (name, value) = part.trim_matches(BLANKS).split_once('=').ok_or(Malformed::Format)?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err(Malformed::Format),
        };
        if place.replace(value).is_some() {
            return Err(Malformed::Format);
        }
    }
    let (secret_id, date, service) = credential.and_then(scope).ok_or(Malformed::Credential)?;
    let signed_headers = signed_headers.filter(|names| are_sorted(names)).ok_or(Malformed::SignedHeaders)?;
    for required in ["content-type", "host"] {
        if !signed_headers.split(';').any(|name| name == required) {
            return Err(Malformed::HeadersNotSigned);
        }
    }
    let signature = signature
        .filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .ok_or(Malformed::Signature)?;
    Ok(Authorization { secret_id, date, service, signed_headers, signature })
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The three variable parts of a credential.
fn scope(credential: &str) -> Option<(&str, &str, &str)> {
    let mut parts = credential.split('/');
    let scope = (parts.next()?, parts.next()?, parts.next()?);
    let (secret_id, date, service) = scope;
    let date_fits = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let fits = parts.next() == Some("tc3_request")
        && parts.next().is_none()
        && date_fits
        && [secret_id, service].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic()));
    fits.then_some(scope)
}

/// True for header names in lower case, in rising order.
fn are_sorted(names: &str) -> bool {
    let is_name = |name: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !name.is_empty() && name.bytes().all(fits)
    };
    names.split(';').all(is_name) && names.split(';').is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168";

    fn value(credential: &str, headers: &str, signature: &str) -> String {
        format!("TC3-HMAC-SHA256 Credential={credential}, SignedHeaders={headers}, Signature={signature}")
    }

    #[test]
    fn the_documented_form_is_taken_apart() {
        let value = value("AKIDz8/2018-10-09/apigateway/tc3_request", "content-type;host;x-tc-action", SIGNATURE);
        let parsed = parse(value.as_bytes()).unwrap();
        let expected = Authorization {
            secret_id: "AKIDz8",
            date: "2018-10-09",
            service: "apigateway",
            signed_headers: "content-type;host;x-tc-action",
            signature: SIGNATURE,
        };
        assert_eq!(parsed, expected);
        assert_eq!(parse(value.replace(", ", ",").as_bytes()), Ok(expected));
        let turned = format!(
            "tc3-hmac-sha256   Signature={SIGNATURE} ,SignedHeaders=content-type;host;x-tc-action, Credential=AKIDz8/2018-10-09/apigateway/tc3_request "
        );
        assert_eq!(parse(turned.as_bytes()), Ok(expected));
    }

    #[test]
    fn each_way_to_be_malformed_has_its_own_answer() {
        let scope = "AKIDz8/2018-10-09/apigateway/tc3_request";
        let both = "content-type;host";
        for raw in ["", "Basic abc", "TC3-HMAC-SHA2", "TC3-HMAC-SHA256Credential=a", "hmac id=\"a\""] {
            assert_eq!(parse(raw.as_bytes()), Err(Malformed::NotTc3), "{raw}");
        }
        for raw in [
            "TC3-HMAC-SHA256".to_owned(),
            "TC3-HMAC-SHA256 ".to_owned(),
            "TC3-HMAC-SHA256 Credential".to_owned(),
            format!("TC3-HMAC-SHA256 Credential={scope},"),
            format!("TC3-HMAC-SHA256 Credential={scope}, Credential={scope}"),
            format!("TC3-HMAC-SHA256 Credential={scope}, Colour=blue"),
            value("AKID€/2018-10-09/apigateway/tc3_request", both, SIGNATURE),
        ] {
            assert_eq!(parse(raw.as_bytes()), Err(Malformed::Format), "{raw}");
        }
        for credential in [
            "",
            "AKIDz8",
            "/2018-10-09/apigateway/tc3_request",
            "AKIDz8/2018-10-9/apigateway/tc3_request",
            "AKIDz8/20181009xx/apigateway/tc3_request",
            "AKIDz8/2018-10-09//tc3_request",
            "AKIDz8/2018-10-09/apigateway/aws4_request",
            "AKIDz8/2018-10-09/apigateway/tc3_request/x",
            "AK IDz8/2018-10-09/apigateway/tc3_request",
        ] {
            assert_eq!(
                parse(value(credential, both, SIGNATURE).as_bytes()),
                Err(Malformed::Credential),
                "{credential}"
            );
        }
        for names in
            ["", "Content-Type;Host", "host;content-type", "content-type;host;host", "content-type;;host", "a b"]
        {
            assert_eq!(parse(value(scope, names, SIGNATURE).as_bytes()), Err(Malformed::SignedHeaders), "{names}");
        }
        for names in ["host", "content-type", "content-type;hostname"] {
            assert_eq!(parse(value(scope, names, SIGNATURE).as_bytes()), Err(Malformed::HeadersNotSigned), "{names}");
        }
        for signature in ["", "abc", &SIGNATURE[1..], &format!("{SIGNATURE}0"), &SIGNATURE.replace('7', "g")] {
            assert_eq!(parse(value(scope, both, signature).as_bytes()), Err(Malformed::Signature), "{signature}");
        }
    }
}
