//! Cloud functions (SCF): the model's function backend, in and out (spec: SCF, Base64 option).

use model::{
    Backend, Base64Rule, Base64Trigger, EventCall, FunctionBackend, FunctionCall, FunctionName, Invalid, TriggerHeader,
    TriggerValue,
};

use super::request::{ApiFields, Base64EncodedTriggerRule};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// Most trigger rules of one API.
const MOST_RULES: usize = 10;

/// Most values of one trigger rule.
const MOST_VALUES: usize = 100;

/// The words for the headers that a trigger may look at; the underscore is the vendor's.
const TRIGGERS: [(&str, TriggerHeader); 2] =
    [("Accept", TriggerHeader::Accept), ("Content_Type", TriggerHeader::ContentType)];

/// The fields of a function backend, as they were sent.
pub(super) struct Fields {
    name: Option<String>,
    namespace: Option<String>,
    qualifier: Option<String>,
    kind: Option<String>,
    is_integrated: bool,
    is_async: bool,
    is_base64: Option<bool>,
    is_trigger: bool,
    rules: Vec<Base64EncodedTriggerRule>,
}

impl Fields {
    /// Takes them out of a request.
    pub(super) fn take(fields: &mut ApiFields) -> Self {
        let text = |field: &mut Option<String>| field.take().filter(|text| !text.is_empty());
        Self {
            name: text(&mut fields.service_scf_function_name),
            namespace: text(&mut fields.service_scf_function_namespace),
            qualifier: text(&mut fields.service_scf_function_qualifier),
            kind: text(&mut fields.service_scf_function_type),
            is_integrated: fields.service_scf_is_integrated_response == Some(true),
            is_async: fields.service_scf_event_is_async_call == Some(true),
            is_base64: fields.is_base64_encoded,
            is_trigger: fields.is_base64_trigger == Some(true),
            rules: fields.base64_encoded_trigger_rules.take().unwrap_or_default(),
        }
    }

    /// Those of a backend alone: name, namespace, qualifier and type.
    pub(super) fn of_route([name, namespace, qualifier, kind]: [Option<String>; 4], is_integrated: bool) -> Self {
        let text = |field: Option<String>| field.filter(|text| !text.is_empty());
        Self {
            name: text(name),
            namespace: text(namespace),
            qualifier: text(qualifier),
            kind: text(kind),
            is_integrated,
            is_async: false,
            is_base64: None,
            is_trigger: false,
            rules: Vec::new(),
        }
    }

    /// A web function is asked for.
    pub(super) fn is_web(&self) -> bool {
        self.kind.as_deref() == Some("HTTP")
    }

    /// Refuses them where they would be without effect; `belongs` says where they would not.
    pub(super) fn refuse(&self, belongs: &str) -> Result<(), Fault> {
        let said = [
            ("ServiceScfFunctionName", self.name.is_some()),
            ("ServiceScfFunctionNamespace", self.namespace.is_some()),
            ("ServiceScfFunctionQualifier", self.qualifier.is_some()),
            ("ServiceScfFunctionType", self.kind.is_some()),
            ("ServiceScfIsIntegratedResponse", self.is_integrated),
            ("ServiceScfEventIsAsyncCall", self.is_async),
            ("IsBase64Encoded", self.is_base64 == Some(true)),
            ("IsBase64Trigger", self.is_trigger),
            ("Base64EncodedTriggerRules", !self.rules.is_empty()),
        ];
        match said.iter().find(|(_, is_said)| *is_said) {
            None => Ok(()),
            Some((name, _)) => Err(Fault::value(Code::UnsupportedParameter, name, format!("belongs to {belongs}"))),
        }
    }

    /// The backend.
    pub(super) fn backend(self) -> Result<Backend, Fault> {
        let Some(name) = &self.name else {
            return Err(Fault::value(
                Code::InvalidScfConfig,
                "ServiceScfFunctionName",
                "is needed when `ServiceType` is SCF",
            ));
        };
        let namespace = self.namespace.as_deref().unwrap_or(FunctionName::DEFAULT_NAMESPACE);
        let qualifier = self.qualifier.as_deref().unwrap_or(FunctionName::DEFAULT_QUALIFIER);
        let function = function_name("ServiceScfFunction", namespace, name, qualifier)?;
        let kinds = [("EVENT", false), ("HTTP", true)];
        let is_web = match self.kind.as_deref() {
            Some(word) => field::option(Code::InvalidScfConfig, "ServiceScfFunctionType", word, &kinds)?,
            None => false,
        };
        let of_events = [
            ("ServiceScfEventIsAsyncCall", self.is_async),
            ("IsBase64Encoded", self.is_base64 == Some(true)),
            ("IsBase64Trigger", self.is_trigger),
            ("Base64EncodedTriggerRules", !self.rules.is_empty()),
        ];
        if let (true, Some((name, _))) = (is_web, of_events.iter().find(|(_, is_said)| *is_said)) {
            let reason = "is for functions of type EVENT; a web function (HTTP) gets the call itself and answers it";
            return Err(Fault::value(Code::InvalidScfConfig, name, reason));
        }
        let call = match is_web {
            true => FunctionCall::Web,
            false => FunctionCall::Event(EventCall {
                integrated: self.is_integrated,
                asynchronous: self.is_async,
                base64: self.base64()?,
            }),
        };
        Ok(Backend::Function(FunctionBackend { function, call }))
    }

    fn base64(self) -> Result<Base64Rule, Fault> {
        match (self.is_base64, self.is_trigger) {
            (Some(false), _) | (None, false) => Ok(Base64Rule::Never),
            (Some(true), false) if !self.rules.is_empty() => {
                let reason = "is for `IsBase64Trigger` true; without it every body becomes Base64";
                Err(Fault::value(Code::InvalidParameterValue, "Base64EncodedTriggerRules", reason))
            }
            (Some(true), false) => Ok(Base64Rule::Always),
            (_, true) => Ok(Base64Rule::Matching { triggers: triggers(self.rules)? }),
        }
    }
}

/// A function's name out of three fields, whose names begin with `prefix`.
pub(super) fn function_name(prefix: &str, namespace: &str, name: &str, qualifier: &str) -> Result<FunctionName, Fault> {
    FunctionName::new(namespace, name, qualifier).map_err(|invalid| {
        let part = match invalid.field {
            "namespace" => "Namespace",
            "qualifier" => "Qualifier",
            _ => "Name",
        };
        Fault::invalid(Code::InvalidScfConfig, &format!("{prefix}{part}"), &invalid)
    })
}

fn triggers(rules: Vec<Base64EncodedTriggerRule>) -> Result<Vec<Base64Trigger>, Fault> {
    const LIST: &str = "Base64EncodedTriggerRules";
    if rules.is_empty() {
        let reason = "is needed when `IsBase64Trigger` is true";
        return Err(Fault::value(Code::InvalidParameterValue, LIST, reason));
    }
    if rules.len() > MOST_RULES {
        let reason = format!("has {} rules; at most {MOST_RULES} are allowed", rules.len());
        return Err(Fault::value(Code::TooManyItems, LIST, reason));
    }
    rules
        .into_iter()
        .enumerate()
        .map(|(index, rule)| {
            let header = field::option(Code::NotInOptions, &format!("{LIST}.{index}.Name"), &rule.name, &TRIGGERS)?;
            let place = format!("{LIST}.{index}.Value");
            if rule.value.is_empty() || rule.value.len() > MOST_VALUES {
                let reason = format!("has {} items; 1 to {MOST_VALUES} are allowed", rule.value.len());
                return Err(Fault::value(Code::TooManyItems, &place, reason));
            }
            let values = rule.value.into_iter().map(TriggerValue::try_from).collect::<Result<_, Invalid>>();
            let values = values.map_err(|invalid| Fault::invalid(Code::InvalidParameterValue, &place, &invalid))?;
            Ok(Base64Trigger { header, values })
        })
        .collect()
}

/// A Base64 rule as it is told: the trigger rules.
pub(super) fn trigger_rules(rule: &Base64Rule) -> Vec<Base64EncodedTriggerRule> {
    let Base64Rule::Matching { triggers } = rule else { return Vec::new() };
    let word = |header: TriggerHeader| TRIGGERS.iter().find(|(_, known)| *known == header).map_or("", |(word, _)| word);
    triggers
        .iter()
        .map(|trigger| Base64EncodedTriggerRule {
            name: word(trigger.header).to_owned(),
            value: trigger.values.iter().map(|value| value.as_str().to_owned()).collect(),
        })
        .collect()
}
