//! The vendor's words for the kinds of plugins.

use model::PluginKind;

use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// `PluginType`, in the order in which the vendor lists them; `None` is not served.
const TYPES: [(&str, Option<PluginKind>); 12] = [
    ("IPControl", Some(PluginKind::AddressAccess)),
    ("TrafficControl", Some(PluginKind::CallLimit)),
    ("Cors", Some(PluginKind::CrossOrigin)),
    ("CustomReq", Some(PluginKind::RequestEdit)),
    ("CustomAuth", Some(PluginKind::CallerCheck)),
    ("Routing", Some(PluginKind::Routing)),
    ("TrafficControlByParameter", Some(PluginKind::ParameterLimit)),
    ("CircuitBreaker", Some(PluginKind::CircuitBreaker)),
    ("ProxyCache", Some(PluginKind::AnswerCache)),
    // Not published; chosen.
    ("AntiReplay", Some(PluginKind::ReplayGuard)),
    ("CustomResp", Some(PluginKind::AnswerEdit)),
    // From an error text.
    ("GrpcGateway", Some(PluginKind::Transcoding)),
];

/// The word for a kind.
pub(super) fn word(kind: PluginKind) -> &'static str {
    TYPES.iter().find(|(_, served)| *served == Some(kind)).map_or("", |(word, _)| word)
}

/// One of the vendor's kinds; `None` where it is not served.
pub(super) fn known(parameter: &str, raw: &str) -> Result<Option<PluginKind>, Fault> {
    field::option(Code::NotInOptions, parameter, raw, &TYPES)
}

/// A kind of which plugins can be made.
pub(super) fn served(raw: &str) -> Result<PluginKind, Fault> {
    known("PluginType", raw)?.ok_or_else(|| {
        let words: Vec<&str> = TYPES.iter().filter(|(_, kind)| kind.is_some()).map(|(word, _)| *word).collect();
        let reason = format!("plugins of type `{raw}` are not served by this gateway; {} are", words.join(", "));
        Fault::value(Code::NotInOptions, "PluginType", reason)
    })
}
