//! A document becomes definitions of APIs.

use std::collections::BTreeMap;

use model::{
    ApiDefinition, ApiKind, ApiProtocol, Auth, Backend, BackendMethod, BackendPath, Constant, ErrorCode, FrontendPath,
    HttpBackend, Location, Mapping, Method, MethodMatch, Name, Oauth, Origin, ResponseGuide, Tag, Text, Timeout,
};
use serde_json::Value;

use super::document::{self, Format, Version};
use super::extension::{self as words, ConstantItem, MappingItem, ResponseItem, TagItem};
use super::fault::Fault;
use super::oauth::{self, Part};
use super::place::Place;
use super::{backend, parameters};
use crate::{Quotas, Refusal, definition};

/// Longest name that is made of method and path, in characters.
const LONGEST_NAME: usize = 60;

/// The methods that a path may have.
const METHODS: [(&str, MethodMatch); 9] = [
    ("get", MethodMatch::Only(Method::Get)),
    ("put", MethodMatch::Only(Method::Put)),
    ("post", MethodMatch::Only(Method::Post)),
    ("delete", MethodMatch::Only(Method::Delete)),
    ("options", MethodMatch::Only(Method::Options)),
    ("head", MethodMatch::Only(Method::Head)),
    ("patch", MethodMatch::Only(Method::Patch)),
    ("trace", MethodMatch::Only(Method::Trace)),
    (words::ANY_METHOD, MethodMatch::Any),
];

/// The members of an operation that the format has.
const OF_OPERATION: [&str; 15] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
    "consumes",
    "produces",
    "schemes",
];

/// The key of `paths` under which the member for `method` stands.
pub(super) fn method_key(method: MethodMatch) -> &'static str {
    METHODS.iter().find(|(_, known)| *known == method).map_or("", |(key, _)| key)
}

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadDocument {
    /// Its title.
    pub title: Option<String>,
    /// What it says of itself.
    pub description: Option<String>,
    /// Its operations: by their order where they say one, then by path and method.
    pub apis: Vec<ReadApi>,
    /// What was passed over.
    pub warnings: Vec<Fault>,
}

/// An operation of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadApi {
    /// Where it stands.
    pub pointer: String,
    /// Its name, however long.
    pub name: String,
    /// Its path, whatever it is.
    pub path: String,
    /// Its method.
    pub method: MethodMatch,
    /// What it asks for, or what is wrong with it.
    pub wanted: Result<WantedApi, Vec<Fault>>,
}

/// An API that an operation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedApi {
    /// All that the operation says by itself: of a business API without its part in OAuth 2.0.
    pub definition: ApiDefinition,
    /// What gives the tokens that a business API is called with: the `operationId` of an operation of the document, or the
    /// identifier or name of an API of the service that it goes to. Nothing for every other API.
    pub authorization: Option<String>,
}

impl WantedApi {
    /// True for an API that gives tokens.
    pub(super) fn gives_tokens(&self) -> bool {
        matches!(self.definition.oauth, Some(Oauth::Authorization(_)))
    }
}

impl ReadDocument {
    /// All that is asked for, with where it stands.
    ///
    /// # Errors
    /// Everything that is wrong with any of it.
    pub fn wanted(&self) -> Result<Vec<(&str, &WantedApi)>, Vec<Fault>> {
        let faults: Vec<Fault> =
            self.apis.iter().filter_map(|api| api.wanted.as_ref().err()).flatten().cloned().collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let good = self.apis.iter().filter_map(|api| Some((api.pointer.as_str(), api.wanted.as_ref().ok()?)));
        Ok(good.collect())
    }
}

/// Reads a document; whose tokens may be taken is said by `quotas`.
///
/// # Errors
/// What is wrong with the document as a whole. What is wrong with one operation stands with that one.
pub fn read(text: &str, format: Format, quotas: &Quotas) -> Result<ReadDocument, Fault> {
    let value = document::parse(text, format)?;
    let root = Place::root(&value);
    let version = document::version(&root)?;
    let info = root.member("info");
    let about = |name: &str| {
        let text = info.as_ref().map(|info| info.text_of(name)).transpose()?.flatten();
        Ok::<_, Fault>(text.map(str::to_owned))
    };
    let mut document = ReadDocument {
        title: about("title")?,
        description: about("description")?,
        apis: Vec::new(),
        warnings: Vec::new(),
    };
    let paths = root.member("paths").ok_or_else(|| root.fault_at("paths", "is needed"))?;
    let mut found: Vec<(u64, ReadApi)> = Vec::new();
    for (path, item) in paths.members()? {
        if path.starts_with("x-") {
            continue;
        }
        let item = item.followed(&value)?;
        for (name, place) in item.members()? {
            let Some((_, method)) = METHODS.iter().find(|(key, _)| *key == name) else {
                let is_of_item = ["$ref", "summary", "description", "servers", "parameters"].contains(&name);
                if !is_of_item && (!name.starts_with("x-") || name.starts_with("x-apigw-")) {
                    return Err(place.fault(
                        "is no member of a path; get, put, post, delete, options, head, patch, \
                                            trace, x-apigw-any-method, parameters and servers are",
                    ));
                }
                continue;
            };
            let operation =
                Operation { root: &root, version, quotas, item: &item, place: &place, path, method: *method };
            let order = place.value.get(words::ORDER).and_then(Value::as_u64).unwrap_or(u64::MAX);
            found.push((order, operation.read(&mut document.warnings)));
        }
    }
    // Stable: those without an order stay by path and method.
    found.sort_by_key(|(order, _)| *order);
    document.apis = found.into_iter().map(|(_, api)| api).collect();
    Ok(document)
}

/// An operation and all that it takes something from.
struct Operation<'p> {
    root: &'p Place<'p>,
    version: Version,
    quotas: &'p Quotas,
    item: &'p Place<'p>,
    place: &'p Place<'p>,
    path: &'p str,
    method: MethodMatch,
}

/// Keeps what is wrong, to tell all of it at once.
fn taken<T>(faults: &mut Vec<Fault>, result: Result<T, Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

impl Operation<'_> {
    fn read(&self, warnings: &mut Vec<Fault>) -> ReadApi {
        let text = |name: &str| self.place.text_of(name).ok().flatten().filter(|text| !text.is_empty());
        let path = text(words::PATH).unwrap_or(self.path).to_owned();
        let usual = || format!("{} {path}", self.method.as_str()).chars().take(LONGEST_NAME).collect();
        let name = text("operationId").map_or_else(usual, str::to_owned);
        let wanted = self.wanted(&name, &path, warnings);
        ReadApi { pointer: self.place.pointer.clone(), name, path, method: self.method, wanted }
    }

    fn wanted(&self, name: &str, path: &str, warnings: &mut Vec<Fault>) -> Result<WantedApi, Vec<Fault>> {
        let place = self.place;
        let mut faults = Vec::new();
        taken(&mut faults, self.known_members());
        for name in ["operationId", words::PATH] {
            taken(&mut faults, place.text_of(name));
        }
        let name =
            taken(&mut faults, Name::try_from(name).map_err(|fault| place.fault_at("operationId", fault.reason)));
        let path_pointer = self.item.pointer.clone();
        let path =
            taken(&mut faults, FrontendPath::try_from(path).map_err(|fault| Fault::new(path_pointer, fault.reason)));
        let description = taken(&mut faults, self.description());
        let protocol = taken(&mut faults, self.protocol());
        let auth = taken(&mut faults, self.auth(warnings));
        let part = auth.and_then(|auth| taken(&mut faults, oauth::read(place, auth, self.quotas)));
        let cors = taken(&mut faults, place.truth_of(words::CORS));
        let parameters =
            taken(&mut faults, parameters::read(self.root.value, self.version, self.item, place, warnings));
        let answers = taken(&mut faults, self.backend(path.as_ref()));
        let timeout = taken(&mut faults, self.timeout());
        let mappings = taken(&mut faults, self.mappings());
        let constants = taken(&mut faults, self.constants());
        let response = taken(&mut faults, self.response());
        let tags = taken(&mut faults, self.tags());
        let annotations = taken(&mut faults, self.annotations());
        let whole = || {
            let (backend, kept) = answers?;
            let mut all = kept;
            all.extend(annotations?);
            let (oauth, authorization) = match part? {
                Part::None => (None, None),
                Part::Gives(rules) => (Some(Oauth::Authorization(rules)), None),
                Part::Takes(from) => (None, Some(from)),
            };
            let definition = ApiDefinition {
                name: name?,
                description: description?,
                kind: ApiKind::General,
                protocol: protocol?,
                path: path?,
                method: self.method,
                auth: auth?,
                oauth,
                cors: cors?.unwrap_or(false),
                parameters: parameters?,
                backend,
                timeout: timeout?,
                mappings: mappings?,
                constants: constants?,
                response: response?,
                tags: tags?,
                annotations: all,
            };
            Some(WantedApi { definition, authorization })
        };
        match whole() {
            Some(whole) if faults.is_empty() => {
                definition::check(&whole.definition).map_err(|refusal| vec![self.contradicts(&refusal)])?;
                Ok(whole)
            }
            _ => Err(faults),
        }
    }

    /// Where the parts of a definition contradict each other.
    fn contradicts(&self, refusal: &Refusal) -> Fault {
        match refusal {
            Refusal::BadParameters(invalid) => self.place.fault_at("parameters", &*invalid.reason),
            Refusal::BadMappings(invalid) => self.place.fault_at(words::MAPPINGS, &*invalid.reason),
            Refusal::BadConstants(invalid) => self.place.fault_at(words::CONSTANTS, &*invalid.reason),
            Refusal::BadBackend(invalid) => self.place.fault_at(words::BACKEND, &*invalid.reason),
            Refusal::ProtocolMismatch(_) => self.place.fault_at(words::PROTOCOL, refusal.to_string()),
            other => self.place.fault(other.to_string()),
        }
    }

    fn known_members(&self) -> Result<(), Fault> {
        for (name, place) in self.place.members()? {
            let is_known = OF_OPERATION.contains(&name) || words::OF_OPERATION.contains(&name);
            if !is_known && (!name.starts_with("x-") || name.starts_with("x-apigw-")) {
                return Err(place.fault("is no member of an operation that is read"));
            }
        }
        Ok(())
    }

    fn description(&self) -> Result<Text, Fault> {
        let (name, text) = match self.place.text_of("description")? {
            Some(text) => ("description", text),
            None => ("summary", self.place.text_of("summary")?.unwrap_or_default()),
        };
        Text::try_from(text).map_err(|fault| self.place.fault_at(name, fault.reason))
    }

    fn protocol(&self) -> Result<ApiProtocol, Fault> {
        if let Some(word) = self.place.text_of(words::API_TYPE)?.filter(|word| *word != "NORMAL") {
            let reason = format!("`{}` is not served; NORMAL is", word.escape_debug());
            return Err(self.place.fault_at(words::API_TYPE, reason));
        }
        let Some(word) = self.place.text_of(words::PROTOCOL)? else { return Ok(ApiProtocol::Http) };
        let all = [ApiProtocol::Http, ApiProtocol::WebSocket];
        let found = all.into_iter().find(|protocol| words::protocol_word(*protocol) == word);
        let reason = || format!("`{}` is not one of HTTP, WEBSOCKET", word.escape_debug());
        found.ok_or_else(|| self.place.fault_at(words::PROTOCOL, reason()))
    }

    fn auth(&self, warnings: &mut Vec<Fault>) -> Result<Auth, Fault> {
        let Some(word) = self.place.text_of(words::AUTH)? else {
            let asked = self.place.member("security").or_else(|| self.root.member("security"));
            let is_asked = |place: &Place<'_>| place.value.as_array().is_some_and(|list| !list.is_empty());
            if let Some(place) = asked.filter(is_asked) {
                let place = Fault::new(place.pointer, "");
                let reason = format!(
                    "is not read: callers of {} are not asked who they are; `{}` says otherwise",
                    self.place.pointer,
                    words::AUTH
                );
                warnings.push(Fault { reason, ..place });
            }
            return Ok(Auth::None);
        };
        let found = words::AUTHS.into_iter().find(|(known, _)| *known == word).map(|(_, auth)| auth);
        found.ok_or_else(|| {
            let known: Vec<&str> = words::AUTHS.into_iter().map(|(known, _)| known).collect();
            let reason = format!("`{}` is not one of {}", word.escape_debug(), known.join(", "));
            self.place.fault_at(words::AUTH, reason)
        })
    }

    fn timeout(&self) -> Result<Timeout, Fault> {
        let Some(place) = self.place.member(words::TIMEOUT) else { return Ok(Timeout::default()) };
        let seconds: u32 = place.decode()?;
        Timeout::try_from(seconds).map_err(|fault| place.fault(fault.reason))
    }

    /// What answers: as the operation says, or the server of the document.
    fn backend(&self, path: Option<&FrontendPath>) -> Result<(Backend, BTreeMap<String, String>), Fault> {
        if let Some(place) = self.place.member(words::BACKEND) {
            return backend::read(&place);
        }
        let (url, place) = self.server()?;
        let (origin, base) = split(&url).ok_or_else(|| {
            Fault::new(&*place, format!("`{}` is no address; `https://host/path` is", url.escape_debug()))
        })?;
        let origin = Origin::try_from(origin).map_err(|fault| Fault::new(&*place, fault.reason))?;
        // Where the path is wrong, that is told already.
        let path = path.map_or("", FrontendPath::as_str);
        let path = BackendPath::try_from(format!("{}{path}", base.trim_end_matches('/'))).map_err(|fault| {
            let reason = format!("cannot be the path at the server, which {}; say `{}`", fault.reason, words::BACKEND);
            self.place.fault(reason)
        })?;
        Ok((Backend::Http(HttpBackend { origin, path, method: BackendMethod::Same }), BTreeMap::new()))
    }

    /// The address where the document's own server is, and where it stands.
    fn server(&self) -> Result<(String, String), Fault> {
        let missing = |name: &str| {
            let reason = format!("is needed for an operation without `{}`", words::BACKEND);
            Err(self.root.fault_at(name, reason))
        };
        if self.version == Version::Swagger {
            let Some(host) = self.root.text_of("host")? else { return missing("host") };
            let schemes = self.place.member("schemes").or_else(|| self.root.member("schemes"));
            let first = schemes.map(|list| list.items().map(|mut items| items.next())).transpose()?.flatten();
            let scheme = first.as_ref().map(Place::text).transpose()?.unwrap_or("http");
            let base = self.root.text_of("basePath")?.unwrap_or_default();
            return Ok((format!("{scheme}://{host}{base}"), "/host".to_owned()));
        }
        for holder in [self.place, self.item, self.root] {
            let Some(servers) = holder.member("servers") else { continue };
            let Some(server) = servers.items()?.next() else { continue };
            let Some(url) = server.member("url") else { return Err(server.fault_at("url", "is needed")) };
            let mut text = url.text()?.to_owned();
            if let Some(variables) = server.member("variables") {
                for (name, variable) in variables.members()? {
                    let default =
                        variable.text_of("default")?.ok_or_else(|| variable.fault_at("default", "is needed"))?;
                    text = text.replace(&format!("{{{name}}}"), default);
                }
            }
            return Ok((text, url.pointer));
        }
        missing("servers")
    }

    fn mappings(&self) -> Result<Vec<Mapping>, Fault> {
        let Some(place) = self.place.member(words::MAPPINGS) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for item in place.items()? {
            let MappingItem {
                name,
                position,
                relevant_request_parameter_name: source_name,
                relevant_request_parameter_position: source,
                default_value,
                relevant_request_parameter_desc: description,
                relevant_request_parameter_type: source_type,
            } = item.decode()?;
            all.push(Mapping {
                name,
                location: located(&item, "Position", &position)?,
                source_name,
                source_location: located(&item, "RelevantRequestParameterPosition", &source)?,
                default: default_value,
                description,
                source_type,
            });
        }
        Ok(all)
    }

    fn constants(&self) -> Result<Vec<Constant>, Fault> {
        let Some(place) = self.place.member(words::CONSTANTS) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for item in place.items()? {
            let ConstantItem { name, position, default_value, desc } = item.decode()?;
            let location = located(&item, "Position", &position)?;
            all.push(Constant { name, location, value: default_value, description: desc });
        }
        Ok(all)
    }

    fn response(&self) -> Result<ResponseGuide, Fault> {
        let Some(place) = self.place.member(words::RESPONSE) else { return Ok(ResponseGuide::default()) };
        let item: ResponseItem = place.decode()?;
        let text = |name: &str, text: String| Text::try_from(text).map_err(|fault| place.fault_at(name, fault.reason));
        Ok(ResponseGuide {
            body_type: item.response_type,
            success_example: text("ResponseSuccessExample", item.response_success_example)?,
            failure_example: text("ResponseFailExample", item.response_fail_example)?,
            error_codes: item
                .response_error_codes
                .into_iter()
                .map(|code| ErrorCode {
                    code: code.code,
                    message: code.msg,
                    description: code.desc,
                    converted: code.converted_code,
                    convert: code.need_convert,
                })
                .collect(),
        })
    }

    fn tags(&self) -> Result<Vec<Tag>, Fault> {
        let Some(place) = self.place.member(words::TAGS) else { return Ok(Vec::new()) };
        let items: Vec<TagItem> = place.decode()?;
        Ok(items.into_iter().map(|TagItem { key, value }| Tag { key, value }).collect())
    }

    fn annotations(&self) -> Result<BTreeMap<String, String>, Fault> {
        self.place.member(words::ANNOTATIONS).map_or_else(|| Ok(BTreeMap::new()), |place| place.decode())
    }
}

fn located(item: &Place<'_>, member: &str, word: &str) -> Result<Location, Fault> {
    words::position(word).ok_or_else(|| {
        item.fault_at(member, format!("`{}` is not one of HEADER, QUERY, PATH, BODY", word.escape_debug()))
    })
}

/// `https://host:port` and what stands behind it.
fn split(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find('/').map_or(url.len(), |at| scheme.len() + 3 + at);
    Some(url.split_at(end))
}
