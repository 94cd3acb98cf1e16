//! The answer of an RPC, as a caller over HTTP has it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use percent_encoding::percent_decode;
use prost::Message;
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::{Value, json};

use crate::transcoder::Matched;
use crate::{frame, status};

/// An answer, as a caller over HTTP has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, which is JSON. A stream has one value a line.
    pub body: Vec<u8>,
}

/// An answer that is none: its frames or messages are broken, or its status is missing or is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerFault;

/// What `grpc-status-details-bin` holds (`google.rpc.Status`).
#[derive(Message)]
struct Status {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

/// One of the details (`google.protobuf.Any`).
#[derive(Message)]
struct Detail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

impl Matched<'_> {
    /// The answer with this body, and with these values of `grpc-status`, `grpc-message` and `grpc-status-details-bin`,
    /// which stand in its trailers, or in its head where it has no body.
    ///
    /// # Errors
    /// It is no answer of gRPC.
    pub fn answer(
        &self,
        body: &[u8],
        status: Option<&[u8]>,
        message: Option<&[u8]>,
        details: Option<&[u8]>,
    ) -> Result<Answer, AnswerFault> {
        let code =
            std::str::from_utf8(status.ok_or(AnswerFault)?).ok().and_then(|code| code.trim().parse::<u32>().ok());
        match code.ok_or(AnswerFault)? {
            0 => self.messages(body).map(|body| Answer { status: status::of_http(0), body }),
            code => Ok(Answer { status: status::of_http(code), body: failure(code, message, details) }),
        }
    }

    /// The messages of a body, one a line.
    fn messages(&self, mut body: &[u8]) -> Result<Vec<u8>, AnswerFault> {
        // As the vendor's gateway has them: names as in the file, fields that are not set with their defaults, numbers as
        // numbers.
        let options = SerializeOptions::new()
            .use_proto_field_name(true)
            .skip_default_fields(false)
            .stringify_64_bit_integers(false);
        let mut out = Vec::new();
        while !body.is_empty() {
            let (message, rest) = frame::split(body).ok_or(AnswerFault)?;
            body = rest;
            let message = DynamicMessage::decode(self.rule.output.clone(), message).map_err(|_| AnswerFault)?;
            let value =
                message.serialize_with_options(serde_json::value::Serializer, &options).map_err(|_| AnswerFault)?;
            let told = match &self.rule.response_body {
                Some(name) => value.get(name).unwrap_or(&Value::Null),
                None => &value,
            };
            if !out.is_empty() {
                out.push(b'\n');
            }
            serde_json::to_writer(&mut out, told).map_err(|_| AnswerFault)?;
        }
        Ok(out)
    }
}

/// What a caller is told of an RPC that failed: `google.rpc.Status` in JSON, but that details are told as they are.
fn failure(code: u32, message: Option<&[u8]>, details: Option<&[u8]>) -> Vec<u8> {
    let message = percent_decode(message.unwrap_or_default()).decode_utf8_lossy();
    let packed = details.and_then(|text| {
        let text = text.trim_ascii().trim_ascii_end();
        STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
    });
    let known = packed.and_then(|bytes| Status::decode(bytes.as_slice()).ok());
    let details = known.map(|status| status.details).unwrap_or_default();
    let told =
        details.iter().map(|Detail { type_url, value }| json!({"@type": type_url, "value": STANDARD.encode(value)}));
    json!({"code": code, "message": message, "details": told.collect::<Vec<_>>()}).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Transcoder;

    const PROTO: &str = r#"
        syntax = "proto3";
        import "google/api/annotations.proto";
        message M { string a_b = 1; repeated int64 n = 2; M inner = 3; }
        service S {
          rpc Get (M) returns (M) { option (google.api.http) = { get: "/m" }; }
          rpc Part (M) returns (M) { option (google.api.http) = { get: "/part" response_body: "n" }; }
          rpc Many (M) returns (stream M) { option (google.api.http) = { get: "/many" }; }
        }
    "#;

    fn answer(path: &str, body: &[u8], status: &str, message: &str) -> Result<(u16, String), AnswerFault> {
        let transcoder = Transcoder::new(PROTO).unwrap();
        let matched = transcoder.find("GET", path).unwrap();
        let answer = matched.answer(body, Some(status.as_bytes()), Some(message.as_bytes()), None)?;
        Ok((answer.status, String::from_utf8(answer.body).unwrap()))
    }

    #[test]
    fn messages_become_json() {
        let one = b"\0\0\0\0\x05\x0a\x01x\x10\x07";
        let told = r#"{"a_b":"x","n":[7]}"#;
        assert_eq!(answer("/m", one, "0", ""), Ok((200, told.to_owned())));
        assert_eq!(answer("/m", b"\0\0\0\0\0", "0", ""), Ok((200, r#"{"a_b":"","n":[]}"#.to_owned())));
        assert_eq!(answer("/part", one, "0", ""), Ok((200, "[7]".to_owned())));
        assert_eq!(answer("/many", &[&one[..], one].concat(), "0", ""), Ok((200, format!("{told}\n{told}"))));
        assert_eq!(answer("/many", b"", "0", ""), Ok((200, String::new())));
    }

    #[test]
    fn a_failure_tells_its_status() {
        let told = r#"{"code":5,"details":[],"message":"no ü"}"#;
        assert_eq!(answer("/m", b"", "5", "no %C3%BC"), Ok((404, told.to_owned())));
        for (code, status) in [(1, 499), (3, 400), (7, 403), (8, 429), (12, 501), (14, 503), (16, 401), (99, 500)] {
            assert_eq!(answer("/m", b"", &code.to_string(), "").unwrap().0, status, "{code}");
        }
    }

    #[test]
    fn details_are_told_as_they_are() {
        let detail = Detail { type_url: "type.googleapis.com/p.Q".to_owned(), value: vec![1, 2] };
        let packed = STANDARD_NO_PAD.encode(Status { details: vec![detail] }.encode_to_vec());
        let told: Value = serde_json::from_slice(&failure(9, None, Some(packed.as_bytes()))).unwrap();
        assert_eq!(told["details"], json!([{"@type": "type.googleapis.com/p.Q", "value": "AQI="}]));
        assert!(failure(9, None, Some(b"no base64")).ends_with(br#""message":""}"#));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for (body, status) in
            [(&b"\x01\0\0\0\0"[..], "0"), (b"\0\0\0\0\x01\xff", "0"), (b"\0", "0"), (b"", "x"), (b"", "")]
        {
            assert_eq!(answer("/m", body, status, ""), Err(AnswerFault), "{body:?} {status}");
        }
        let transcoder = Transcoder::new(PROTO).unwrap();
        assert_eq!(transcoder.find("GET", "/m").unwrap().answer(b"", None, None, None), Err(AnswerFault));
        assert_eq!(transcoder.find("POST", "/m").unwrap_err(), crate::NoMatch::Method);
        assert_eq!(transcoder.find("GET", "/x").unwrap_err(), crate::NoMatch::Path);
    }
}
