//! A call's headers with the signature over them.

use sign::application::{Spelling, string_to_sign};
use sign::key_pair::{Key, authorization, signing_string};

use super::{KeyArguments, Target};
use crate::failure::Failure;

/// Signed headers in the order in which they were signed, and the `Authorization` over them.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    lines: Vec<(String, String)>,
    authorization: String,
    string_to_sign: String,
}

impl Signed {
    /// Signs `headers` and then the date. A date among `headers` is taken as it is.
    pub(crate) fn new(id: &str, key: &KeyArguments, headers: Vec<(String, String)>) -> Result<Self, Failure> {
        let is_date = |name: &str| name.eq_ignore_ascii_case("date") || name.eq_ignore_ascii_case("x-date");
        let mut lines = headers;
        if !lines.iter().any(|(name, _)| is_date(name)) {
            lines.push(key.date());
        }
        check_id(id)?;
        let secret = key.secret()?;
        let authorization = authorization(id, secret.as_bytes(), key.algorithm(), &lines);
        let text = signing_string(lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
        Ok(Self { lines, authorization, string_to_sign: String::from_utf8_lossy(&text).into_owned() })
    }

    /// Signs `headers`, `X-Date` and `target` as an application. An `X-Date` among `headers` is taken as it is.
    pub(crate) fn for_application(
        id: &str,
        key: &KeyArguments,
        headers: Vec<(String, String)>,
        target: &Target<'_>,
    ) -> Result<Self, Failure> {
        let mut lines = headers;
        if !lines.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-date")) {
            lines.push(("X-Date".to_owned(), key.date().1));
        }
        lines.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        check_id(id)?;
        let (secret, algorithm) = (key.secret()?, key.algorithm());
        let content_md5 = target.content_md5().into_owned();
        let listed: Vec<_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let text = string_to_sign(&target.signed(&listed, &content_md5), Spelling::DOCUMENTED);
        let signature = Key::new(secret.as_bytes()).sign_text(algorithm, &text);
        let names: Vec<String> = lines.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        let (algorithm, names) = (algorithm.as_str(), names.join(" "));
        let authorization =
            format!(r#"hmac id="{id}", algorithm="{algorithm}", headers="{names}", signature="{signature}""#);
        if !content_md5.is_empty() {
            lines.push(("Content-MD5".to_owned(), content_md5));
        }
        Ok(Self { lines, authorization, string_to_sign: String::from_utf8_lossy(&text).into_owned() })
    }

    /// Every header to send: the signed ones, then `Authorization`.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let signed = self.lines.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        signed.chain([("Authorization", self.authorization.as_str())])
    }

    /// What was signed.
    pub(crate) fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

fn check_id(id: &str) -> Result<(), Failure> {
    if id.is_empty() || id.contains(['"', '\r', '\n']) {
        return Err(Failure::usage(format_args!("--id: `{id}` cannot stand in a signature")));
    }
    Ok(())
}

/// A header from `Name: value`, blanks around the value cut off.
pub(crate) fn header(text: &str) -> Result<(String, String), Failure> {
    let refuse = || Failure::usage(format_args!("--header: `{text}` is not of the form `Name: value`"));
    let (name, value) = text.split_once(':').ok_or_else(refuse)?;
    let is_token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_token || value.contains(['\r', '\n', '\0']) {
        return Err(refuse());
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    fn key(line: &[&str]) -> KeyArguments {
        let matches = KeyArguments::augment_args(Command::new("sign")).try_get_matches_from(line).unwrap();
        KeyArguments::from_arg_matches(&matches).unwrap()
    }

    /// Published vectors: spec, key pair authentication.
    #[test]
    fn published_calls_are_signed_as_published() {
        let secret = "ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC";
        for (line, headers, string, signature) in [
            (
                &["sign", "--secret", secret][..],
                &["Date: Fri, 09 Oct 2015 00:00:00 GMT", "Source: AndriodApp"][..],
                "date: Fri, 09 Oct 2015 00:00:00 GMT\nsource: AndriodApp",
                "zJ1fUmiWSmSZUoqgZi+dGUJvxn0=",
            ),
            (
                &["sign", "--secret", secret, "--date-header", "date", "--date", "Fri, 09 Oct 2015 00:00:00 GMT"],
                &["source:AndriodApp "],
                "source: AndriodApp\ndate: Fri, 09 Oct 2015 00:00:00 GMT",
                "0OZHqPzYueOAHTrrEbvAgs0Iit4=",
            ),
            (
                &["sign", "--secret", secret, "--algorithm", "hmac-sha256"],
                &["X-Date: Mon, 19 Mar 2018 12:08:40 GMT", "Source: AndriodApp"],
                "x-date: Mon, 19 Mar 2018 12:08:40 GMT\nsource: AndriodApp",
                "XstRlcp2koYtMsnM/P8Wb15aEJSwopPZ04sJVaG+LOQ=",
            ),
        ] {
            let headers = headers.iter().map(|text| header(text).unwrap()).collect();
            let signed = Signed::new("AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN", &key(line), headers).unwrap();
            assert_eq!(signed.string_to_sign(), string);
            let (_, authorization) = signed.headers().last().unwrap();
            assert!(authorization.ends_with(&format!("signature=\"{signature}\"")), "{authorization}");
        }
    }

    #[test]
    fn a_published_call_of_an_application_is_signed_as_published() {
        let headers =
            ["Source: apigw test", "Accept: application/json", "Content-Type: application/x-www-form-urlencoded"];
        let headers: Vec<_> = headers.into_iter().map(|text| header(text).unwrap()).collect();
        let target = Target { method: "POST", url: "http://h/release", headers: &headers, body: Some(b"p=test") };
        let key = key(&[
            "sign",
            "--secret",
            "SecretExample000000000000000000000000001",
            "--date",
            "Thu, 11 Mar 2021 08:29:58 GMT",
        ]);
        let signed = Signed::for_application("APIDexample", &key, headers[..1].to_vec(), &target).unwrap();
        let (_, authorization) = signed.headers().last().unwrap();
        assert!(authorization.ends_with(r#"headers="source x-date", signature="rARYKtjEb7MY1UYK8xVq3o4JrPo=""#));
        assert!(signed.string_to_sign().ends_with("application/x-www-form-urlencoded\n\n/?p=test"));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in ["", "a", ": b", "a b: c", "a: b\r\nc: d", "ä: b"] {
            assert!(header(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_call_without_a_secret_is_refused_before_anything_is_sent() {
        assert_eq!(Signed::new("AKID", &key(&["sign", "--secret", ""]), Vec::new()).unwrap_err().status(), 2);
    }
}
