//! What functions are told of a WebSocket, and what they say: JSON objects (spec: SCF three-function protocol).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use net::websocket::Message;
use serde::{Deserialize, Serialize};

/// A handshake, as the registration function is told of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connecting<'a> {
    /// The call.
    pub request_context: Context<'a>,
    /// The connection.
    pub websocket: Handshake<'a>,
}

/// The call that a WebSocket begins with. `path` is the one that is configured.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Context<'a> {
    pub service_name: &'a str,
    pub path: &'a str,
    pub http_method: &'a str,
    pub request_id: &'a str,
    pub identity: Identity<'a>,
    pub source_ip: &'a str,
    pub stage: &'a str,
    pub websocket_enable: bool,
}

/// The key that the call was signed with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity<'a> {
    /// Its public half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<&'a str>,
}

/// What is asked for.
#[derive(Debug, Serialize)]
pub struct Handshake<'a> {
    /// `connecting`
    pub action: &'static str,
    /// The connection's id.
    #[serde(rename = "secConnectionID")]
    pub id: &'a str,
    /// The caller's `Sec-WebSocket-Protocol`.
    #[serde(rename = "secWebSocketProtocol", skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The caller's `Sec-WebSocket-Extensions`.
    #[serde(rename = "secWebSocketExtensions", skip_serializing_if = "Option::is_none")]
    pub extensions: Option<String>,
}

/// The registration function's answer.
#[derive(Debug, Deserialize)]
pub struct Registered {
    /// 0 agrees.
    #[serde(rename = "errNo")]
    pub number: i64,
    /// For the log.
    #[serde(rename = "errMsg", default)]
    pub message: Option<String>,
    /// What was agreed on.
    #[serde(default)]
    pub websocket: Option<Agreed>,
}

/// What a registration function agrees on.
#[derive(Debug, Default, Deserialize)]
pub struct Agreed {
    /// A subprotocol, or what the caller offers, as functions that pass it back do.
    #[serde(rename = "secWebSocketProtocol", default)]
    pub protocol: Option<String>,
}

impl Registered {
    /// The subprotocol that both want: the first that the answer names of those that the caller `offers`.
    pub fn protocol(&self, offers: Option<&str>) -> Option<&str> {
        let named = self.websocket.as_ref()?.protocol.as_deref()?;
        let is_offered = |name: &&str| offers.is_some_and(|offers| tokens(offers).any(|offer| offer == *name));
        tokens(named).find(is_offered)
    }
}

fn tokens(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|token| !token.is_empty())
}

#[derive(Serialize)]
struct Envelope<'a> {
    websocket: Event<'a>,
}

#[derive(Serialize)]
struct Event<'a> {
    action: &'static str,
    #[serde(rename = "secConnectionID")]
    id: &'a str,
    #[serde(rename = "dataType", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a str>,
}

/// A message of the caller, as the transport function is told of it.
pub fn data(id: &str, message: &Message) -> String {
    let encoded;
    let (kind, data) = match message {
        Message::Text(text) => ("text", text.as_str()),
        Message::Binary(bytes) => {
            encoded = STANDARD.encode(bytes);
            ("binary", encoded.as_str())
        }
    };
    written(Event { action: "data send", id, kind: Some(kind), data: Some(data) })
}

/// The end, as the cleanup function is told of it.
pub fn closing(id: &str) -> String {
    written(Event { action: "closing", id, kind: None, data: None })
}

fn written(event: Event<'_>) -> String {
    // An object of texts can always be written.
    serde_json::to_string(&Envelope { websocket: event }).unwrap_or_default()
}

/// What a function pushes: something to be said, the end, or both in this order.
#[derive(Debug, PartialEq, Eq)]
pub struct Push {
    /// What is to be said.
    pub message: Option<Message>,
    /// The WebSocket is to be closed.
    pub closes: bool,
}

#[derive(Deserialize)]
struct PushBody {
    websocket: PushEvent,
}

#[derive(Deserialize)]
struct PushEvent {
    action: String,
    #[serde(rename = "secConnectionID")]
    id: String,
    #[serde(rename = "dataType", default)]
    kind: Option<String>,
    #[serde(default)]
    data: Option<String>,
}

/// A push, and the id of the connection that it is for.
///
/// # Errors
/// What is wrong with it.
pub fn push(body: &[u8]) -> Result<(String, Push), String> {
    let PushBody { websocket } =
        serde_json::from_slice(body).map_err(|error| format!("the body is no push: {error}"))?;
    let closes = match websocket.action.as_str() {
        "data send" => false,
        "closing" => true,
        other => return Err(format!("websocket.action is {other:?}; `data send` and `closing` are allowed")),
    };
    let message = match (websocket.kind.as_deref(), websocket.data) {
        (None | Some("text"), Some(text)) => Some(Message::Text(text)),
        (Some("binary"), Some(text)) => {
            let bytes = STANDARD.decode(text.trim_ascii());
            Some(Message::Binary(bytes.map_err(|_| "websocket.data is no Base64, as dataType `binary` has it")?))
        }
        (Some(other), _) if !matches!(other, "text" | "binary") => {
            return Err(format!("websocket.dataType is {other:?}; `text` and `binary` are allowed"));
        }
        (_, None) if closes => None,
        (_, _) => return Err("websocket.data is missing".to_owned()),
    };
    // An end that carries an empty text carries nothing.
    let message = message.filter(|message| !closes || message.size() > 0);
    Ok((websocket.id, Push { message, closes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_ends_are_told_in_the_vendors_words() {
        assert_eq!(
            data("id", &Message::Text("hé\"".into())),
            r#"{"websocket":{"action":"data send","secConnectionID":"id","dataType":"text","data":"hé\""}}"#
        );
        assert_eq!(
            data("id", &Message::Binary(b"hi".to_vec())),
            r#"{"websocket":{"action":"data send","secConnectionID":"id","dataType":"binary","data":"aGk="}}"#
        );
        assert_eq!(closing("id"), r#"{"websocket":{"action":"closing","secConnectionID":"id"}}"#);
    }

    #[test]
    fn a_push_says_something_or_ends_or_both() {
        let read = |members: &str| push(format!(r#"{{"websocket":{{"secConnectionID":"i",{members}}}}}"#).as_bytes());
        let text = |text: &str| Some(Message::Text(text.into()));
        for (members, message, closes) in [
            (r#""action":"data send","dataType":"text","data":"a""#, text("a"), false),
            (r#""action":"data send","data":"""#, text(""), false),
            (r#""action":"data send","dataType":"binary","data":"aGk=""#, Some(Message::Binary(b"hi".to_vec())), false),
            (r#""action":"closing""#, None, true),
            (r#""action":"closing","dataType":"text","data":"bye""#, text("bye"), true),
            (r#""action":"closing","dataType":"text","data":"""#, None, true),
        ] {
            assert_eq!(read(members), Ok(("i".to_owned(), Push { message, closes })), "{members}");
        }
        for members in [
            r#""action":"connecting""#,
            r#""action":"data send""#,
            r#""action":"data send","dataType":"text""#,
            r#""action":"data send","dataType":"blob","data":"a""#,
            r#""action":"data send","dataType":"binary","data":"?""#,
        ] {
            assert!(read(members).is_err(), "{members}");
        }
        assert!(push(b"{}").is_err() && push(b"no").is_err());
    }

    #[test]
    fn a_subprotocol_is_one_that_the_caller_offers() {
        let answer = |named: &str| -> Registered {
            let told = serde_json::json!({"errNo": 0, "websocket": {"secWebSocketProtocol": named}});
            serde_json::from_value(told).unwrap()
        };
        let offers = Some("chat, binary");
        assert_eq!(answer("binary").protocol(offers), Some("binary"));
        assert_eq!(answer("other,chat").protocol(offers), Some("chat"), "demo functions pass the whole list back");
        assert_eq!(answer("other").protocol(offers), None);
        assert_eq!(answer("chat").protocol(None), None);
    }
}
