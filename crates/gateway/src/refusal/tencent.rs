//! How refusals look to the callers of Tencent-style services (spec: gateway-generated errors, key pair).
//!
//! The body is a JSON object with one member, `{"message":"TEXT"}`; a slash is written `\/`, as the vendor's gateway
//! does, and there is no full stop at the end of the text.

use std::borrow::Cow;

use model::{Location, Scheme};

use super::{Look, Refusal, TokenRefusal};

/// What a message may tell of the call.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The `Host` header as sent.
    pub host: &'a str,
    /// The path as sent.
    pub path: &'a str,
}

/// The look of `refusal`.
pub fn look(refusal: &Refusal, told: Told<'_>) -> Look {
    let fixed = |status: u16, message: &'static str| Look { status, message: Cow::Borrowed(message) };
    let made = |status: u16, message: String| Look { status, message: Cow::Owned(message) };
    match refusal {
        Refusal::UnknownHost if told.host.is_empty() => fixed(404, "Not Found Host"),
        Refusal::UnknownHost => made(404, format!("There is no api match host[{}]", told.host)),
        Refusal::NoEnvironment => {
            made(404, format!("There is no api match default env_mapping[{}]", first_segment(told.path)))
        }
        // As it was captured; the documentation's text has brackets.
        Refusal::NoMapping => made(404, format!("There is no api match env_mapping '{}'", first_segment(told.path))),
        Refusal::HttpsForced => fixed(302, "Not allow use HTTP protocol"),
        Refusal::Misdirected => fixed(421, "Misdirected Request"),
        Refusal::NoApi => made(404, format!("There is no api match uri[{}] host [{}]", told.path, told.host)),
        Refusal::WrongMethod => fixed(404, "Found no api"),
        Refusal::UnknownMethod => fixed(404, "Could not support method"),
        Refusal::BadPath => fixed(400, "Bad Request"),
        Refusal::WrongScheme(Scheme::Http) | Refusal::UpgradeExpected(Scheme::Http) => {
            fixed(426, "Not allow use HTTP protocol")
        }
        Refusal::WrongScheme(Scheme::Https) | Refusal::UpgradeExpected(Scheme::Https) => {
            fixed(426, "Not allow use HTTPS protocol")
        }
        Refusal::CrossOrigin => {
            made(429, format!("req is cross origin, api {} need open cors flag on qcloud apigateway", told.path))
        }
        Refusal::UpgradeNotServed => fixed(501, "Upgrade is not supported"),
        Refusal::WebSocketHeaderMissing(name) => made(403, format!("need header {name}")),
        Refusal::AddressRefused => fixed(403, "Your IP address is not allowed"),
        Refusal::SignatureMissing => {
            fixed(401, "HMAC signature cannot be verified, a validate authorization header is required")
        }
        Refusal::HeaderRepeated => fixed(401, "HMAC do not support multiple HTTP header"),
        Refusal::SignatureFormat => fixed(401, "HMAC authorization format error"),
        Refusal::SignatureIncomplete => fixed(401, "HMAC authorization headers is invalidate"),
        Refusal::IdOrSignatureMissing => fixed(401, "HMAC id or signature missing"),
        Refusal::UnknownAlgorithm(name) => made(401, format!("HMAC algorithm {name} not supported")),
        Refusal::SignedHeaderMissing(name) => {
            made(401, format!("HMAC signature cannot be verified, a valid {name} header is required"))
        }
        Refusal::DateMissing => {
            fixed(401, "HMAC signature cannot be verified, a valid date or x-date header is required")
        }
        Refusal::DateInvalid => {
            fixed(401, "HMAC signature cannot be verified, a valid x-date header is required for HMAC Authentication")
        }
        Refusal::DateExpired => {
            fixed(401, "HMAC signature cannot be verified, the x-date header is out of date for HMAC Authentication")
        }
        Refusal::UnknownKey => fixed(401, "HMAC signature cannot be verified"),
        Refusal::KeyNotBound => fixed(401, "HMAC apikey is invalid for API"),
        Refusal::NoPlan => fixed(403, "Found no validate usage plan"),
        Refusal::SignatureMismatch => fixed(401, "HMAC signature does not match"),
        Refusal::ApplicationNotBound => fixed(403, "Found no validate apiapp"),
        Refusal::ApplicationMismatch(text) => {
            made(401, format!("HMAC signature does not match, Server StringToSign:{text}"))
        }
        Refusal::Token(refusal) => match refusal {
            TokenRefusal::Unrelated => fixed(401, "Oauth found no related Oauth api"),
            TokenRefusal::Unconfigured => fixed(481, "Oauth found no oauth config"),
            TokenRefusal::Unreachable => fixed(401, "Oauth call authentication server fail"),
            TokenRefusal::HeaderMissing => fixed(401, "Oauth found no authorization header"),
            TokenRefusal::HeaderRepeated => {
                fixed(401, "Oauth signature cannot be verified, a validate authorization header is required")
            }
            TokenRefusal::Format => fixed(401, "Oauth authorization header format error"),
            TokenRefusal::TokenMissing => fixed(401, "Oauth found no id_token"),
            TokenRefusal::CookieMissing => fixed(401, "Oauth miss Oauth id_token"),
            TokenRefusal::Invalid => fixed(401, "Oauth id_token verify error"),
            TokenRefusal::LoginNeeded(_) => fixed(302, "Oauth miss Oauth id_token"),
        },
        Refusal::CallerRefused => fixed(403, "Access not authorized"),
        Refusal::Replayed => fixed(403, "The nonce has been used"),
        Refusal::RateExceeded => fixed(429, "API rate limit exceeded"),
        Refusal::QuotaExceeded => fixed(429, "API quota exceeded"),
        Refusal::ParameterMissing(location, name) => made(
            403,
            match location {
                Location::Header => format!("header {name} is required"),
                Location::Query => format!("querystring {name} is required"),
                Location::Path => format!("path variable {name} is required"),
                Location::Body => format!("body param {name} is required"),
            },
        ),
        Refusal::FormExpected => fixed(403, "req content type need application/x-www-form-urlencoded"),
        Refusal::ParametersUnreadable(location) => made(403, format!("Get {} params fail", location.as_str())),
        Refusal::BodyTooLarge => fixed(413, "Request Entity Too Large"),
        Refusal::BodyTimeout => fixed(408, "Request Timeout"),
        Refusal::BodyBroken => fixed(400, "Bad Request"),
        Refusal::BackendUnreachable | Refusal::BackendBroken | Refusal::PluginBroken => fixed(502, "Bad Gateway"),
        Refusal::BackendTimeout => fixed(504, "Gateway Time-out"),
        // The vendor tells no text.
        Refusal::CircuitOpen => fixed(503, "Service Unavailable"),
        Refusal::RegistrationRefused => fixed(403, "Forbidden"),
        // The nearest of the vendor's messages about a configuration that cannot run.
        Refusal::NoRuntime => fixed(481, "API config error"),
        Refusal::NoTranscoding => fixed(500, "Api with grpc(s) backend needs GrpcGateway plugin be configured"),
        Refusal::NotTranscoded(reason) => made(400, reason.to_string()),
        Refusal::CallerGone => fixed(499, "Client closed connection"),
        Refusal::Internal => fixed(500, "Internal Server Error"),
    }
}

/// The path up to its second slash.
fn first_segment(path: &str) -> &str {
    let end = path.bytes().skip(1).position(|b| b == b'/').map_or(path.len(), |at| at + 1);
    &path[..end]
}

/// Writes `{"message":"…"}` with `message` escaped.
pub fn write_body(message: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"message\":\"");
    for c in message.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '/' => out.extend_from_slice(b"\\/"),
            c if c.is_control() => out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.extend_from_slice(b"\"}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(refusal: &Refusal, host: &str, path: &str) -> String {
        let mut out = Vec::new();
        write_body(&look(refusal, Told { host, path }).message, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_captured_body_is_matched_to_the_byte() {
        // Spec: gateway-generated errors, first capture.
        let host = "service-asoj98o0-1251762227.ap-guangzhou.apigateway.myqcloud.com";
        assert_eq!(
            body(&Refusal::NoApi, host, "/api/v1/tool/123/ico"),
            r#"{"message":"There is no api match uri[\/api\/v1\/tool\/123\/ico] host [service-asoj98o0-1251762227.ap-guangzhou.apigateway.myqcloud.com]"}"#
        );
    }

    #[test]
    fn what_a_caller_sent_cannot_break_the_json() {
        assert_eq!(
            body(&Refusal::UnknownAlgorithm("\"\\\n/".into()), "h", "/"),
            r#"{"message":"HMAC algorithm \"\\\u000a\/ not supported"}"#
        );
    }

    #[test]
    fn the_first_segment_is_told_where_no_environment_is_meant() {
        assert!(body(&Refusal::NoEnvironment, "h", "/a/b").contains(r"env_mapping[\/a]"));
        assert!(body(&Refusal::NoEnvironment, "h", "/a").contains(r"env_mapping[\/a]"));
        assert!(body(&Refusal::NoEnvironment, "h", "/").contains(r"env_mapping[\/]"));
    }
}
