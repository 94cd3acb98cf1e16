//! Parameters: what callers must send, and what of it goes where in the request to the backend.
//!
//! A plan is made once per API. Most APIs declare nothing but path variables, and those are put into the backend's
//! path straight from the call's path; for them [`ParameterPlan::is_direct`] is true and nothing here runs per call.

use std::borrow::Cow;
use std::collections::HashSet;

use model::{ApiDefinition, Backend, Location, PathPart};
use net::Request;

use crate::refusal::Refusal;
use crate::route::Captures;

/// What an API's definition says of parameters, ready to run.
#[derive(Debug)]
pub struct ParameterPlan {
    declared: Vec<Declared>,
    moves: Vec<Move>,
    /// The backend path, its variables resolved to where their values come from.
    pub(crate) path: Vec<PathSource>,
    /// Constant header lines, as they go out.
    pub(crate) constant_headers: Vec<u8>,
    /// Constant query pairs, encoded.
    constant_query: String,
    /// The `Host` that the backend is told, where a constant says so.
    pub(crate) host: Option<String>,
    /// Lower-case names of caller's headers that must not pass: moved away, or overridden by a constant.
    dropped_headers: HashSet<String>,
    dropped_query: HashSet<String>,
    dropped_form: HashSet<String>,
    uses_form: bool,
    is_direct: bool,
}

/// A declared parameter.
#[derive(Debug)]
struct Declared {
    name: String,
    location: Location,
    default: Option<String>,
    required: bool,
    /// Which variable of the frontend path it is.
    capture: Option<usize>,
}

/// A value's way: from a declared parameter to a place in the backend's request.
#[derive(Debug)]
struct Move {
    from: usize,
    to: Location,
    name: String,
    default: Option<String>,
}

/// Where a part of the backend's path comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PathSource {
    /// The definition.
    Literal(String),
    /// A variable of the call's path, as it was sent.
    Capture(usize),
    /// A move.
    Moved(usize),
}

/// The values that a call brought, in the order of declaration.
#[derive(Debug, Default)]
pub struct Values<'c>(Vec<Option<Cow<'c, str>>>);

impl ParameterPlan {
    /// Compiles what `definition` declares.
    pub fn new(definition: &ApiDefinition) -> Self {
        let variables = definition.path.variables();
        let declared: Vec<Declared> = definition
            .parameters
            .iter()
            .map(|parameter| Declared {
                name: parameter.name.clone(),
                location: parameter.location,
                default: parameter.default.clone(),
                required: parameter.required,
                capture: match parameter.location {
                    Location::Path => variables.iter().position(|variable| *variable == parameter.name),
                    _ => None,
                },
            })
            .collect();
        let mut moves: Vec<Move> = Vec::new();
        for mapping in &definition.mappings {
            let source = declared.iter().position(|d| {
                d.location == mapping.source_location && same_name(d.location, &d.name, &mapping.source_name)
            });
            if let Some(from) = source {
                let (to, name, default) = (mapping.location, mapping.name.clone(), mapping.default.clone());
                moves.push(Move { from, to, name, default });
            }
        }
        // A parameter that no mapping names stays where it is.
        for (from, d) in declared.iter().enumerate() {
            if !definition
                .mappings
                .iter()
                .any(|m| m.source_location == d.location && same_name(d.location, &m.source_name, &d.name))
            {
                moves.push(Move { from, to: d.location, name: d.name.clone(), default: None });
            }
        }
        let path = match &definition.backend {
            Backend::Http(http) => {
                http.path.parts().iter().map(|part| path_source(part, &declared, &moves, &variables)).collect()
            }
            Backend::Mock(_) => Vec::new(),
        };
        let mut plan = Self {
            is_direct: false,
            uses_form: declared.iter().any(|d| d.location == Location::Body)
                || moves.iter().any(|m| m.to == Location::Body),
            dropped_headers: moved_away(&declared, Location::Header),
            dropped_query: moved_away(&declared, Location::Query),
            dropped_form: moved_away(&declared, Location::Body),
            constant_headers: Vec::new(),
            constant_query: String::new(),
            host: None,
            declared,
            moves,
            path,
        };
        plan.add_constants(definition);
        plan.is_direct = plan.declared.iter().all(|d| d.location == Location::Path && d.capture.is_some())
            && plan.moves.iter().all(|m| m.to == Location::Path)
            && !plan.path.iter().any(|part| matches!(part, PathSource::Moved(_)))
            && plan.constant_query.is_empty();
        plan
    }

    fn add_constants(&mut self, definition: &ApiDefinition) {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for constant in &definition.constants {
            if constant.location == Location::Header && constant.name.eq_ignore_ascii_case("host") {
                self.host = Some(constant.value.clone());
            } else if constant.location == Location::Header {
                self.dropped_headers.insert(constant.name.to_ascii_lowercase());
                self.constant_headers.extend_from_slice(constant.name.as_bytes());
                self.constant_headers.extend_from_slice(b": ");
                self.constant_headers.extend_from_slice(constant.value.as_bytes());
                self.constant_headers.extend_from_slice(b"\r\n");
            } else {
                self.dropped_query.insert(constant.name.clone());
                query.append_pair(&constant.name, &constant.value);
            }
        }
        self.constant_query = query.finish();
    }

    /// True when no value must be read: what the caller sent passes, and path variables go straight to the path.
    pub fn is_direct(&self) -> bool {
        self.is_direct
    }

    /// True when parameters stand in the body, so that it must be read before it can be sent on.
    pub fn uses_form(&self) -> bool {
        self.uses_form
    }

    /// True when a caller's header must not pass to the backend.
    pub fn drops_header(&self, name: &str) -> bool {
        !self.dropped_headers.is_empty() && self.dropped_headers.contains(&name.to_ascii_lowercase())
    }

    /// Reads the declared parameters of a call and refuses it where a required one is missing.
    ///
    /// `form` is the body where [`Self::uses_form`] says that it was needed.
    pub fn read<'c>(
        &'c self,
        request: &'c Request,
        path: &'c str,
        captures: &Captures,
        form: Option<&'c [u8]>,
    ) -> Result<Values<'c>, Refusal> {
        let query = request.query().unwrap_or("");
        let mut values = Vec::with_capacity(self.declared.len());
        for d in &self.declared {
            let sent = match d.location {
                Location::Header => header_text(request, &d.name)?,
                Location::Query => pair(query.as_bytes(), &d.name),
                Location::Body => form.and_then(|form| pair(form, &d.name)),
                Location::Path => d
                    .capture
                    .and_then(|at| captures.text(path, at))
                    .map(|raw| percent_encoding::percent_decode_str(raw).decode_utf8_lossy()),
            };
            let value = sent.or_else(|| d.default.as_deref().map(Cow::Borrowed));
            if value.is_none() && d.required {
                return Err(Refusal::ParameterMissing(d.location, d.name.clone()));
            }
            values.push(value);
        }
        Ok(Values(values))
    }

    fn moved<'v>(&'v self, values: &'v Values<'_>, to: Location) -> impl Iterator<Item = (&'v str, &'v str)> {
        self.moves
            .iter()
            .filter(move |m| m.to == to)
            .filter_map(move |m| Some((m.name.as_str(), self.value(values, m)?)))
    }

    fn value<'v>(&'v self, values: &'v Values<'_>, m: &'v Move) -> Option<&'v str> {
        values.0.get(m.from).and_then(|value| value.as_deref()).or(m.default.as_deref())
    }

    /// Writes the backend's path: the definition's parts with values put in, then what the frontend did not match.
    pub(crate) fn write_path(
        &self,
        out: &mut Vec<u8>,
        call_path: &str,
        captures: &Captures,
        values: &Values<'_>,
        rest: &str,
    ) {
        let start = out.len();
        for part in &self.path {
            match part {
                PathSource::Literal(text) => out.extend_from_slice(text.as_bytes()),
                PathSource::Capture(at) => {
                    out.extend_from_slice(captures.text(call_path, *at).unwrap_or("").as_bytes())
                }
                PathSource::Moved(at) => {
                    let value = self.moves.get(*at).and_then(|m| self.value(values, m)).unwrap_or("");
                    out.extend(percent_encoding::utf8_percent_encode(value, PATH_ESCAPES).flat_map(str::bytes));
                }
            }
        }
        if out.len() == start && !rest.starts_with('/') {
            out.push(b'/');
        }
        out.extend_from_slice(rest.as_bytes());
    }

    /// Writes the query string with its `?`, if there is one.
    pub(crate) fn write_query(&self, out: &mut Vec<u8>, sent: Option<&str>, values: &Values<'_>) {
        if self.is_direct {
            if let Some(query) = sent {
                out.push(b'?');
                out.extend_from_slice(query.as_bytes());
            }
            return;
        }
        let query = rewrite(
            sent.unwrap_or("").as_bytes(),
            &self.dropped_query,
            self.moved(values, Location::Query),
            &self.constant_query,
        );
        if !query.is_empty() || sent.is_some_and(str::is_empty) {
            out.push(b'?');
            out.extend_from_slice(&query);
        }
    }

    /// Writes the header lines that come from parameters and constants.
    pub(crate) fn write_headers(&self, out: &mut Vec<u8>, values: &Values<'_>) {
        for (name, value) in self.moved(values, Location::Header) {
            // A value from another place may hold what no header can: it ends the value there.
            let clean = value.split(|c: char| c.is_control()).next().unwrap_or("");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(clean.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(&self.constant_headers);
    }

    /// The form body that the backend gets.
    pub(crate) fn form(&self, sent: &[u8], values: &Values<'_>) -> Vec<u8> {
        rewrite(sent, &self.dropped_form, self.moved(values, Location::Body), "")
    }
}

/// What must be escaped in a path segment (RFC 3986, 3.3), with `/` kept: a variable may hold several segments.
const PATH_ESCAPES: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

fn same_name(location: Location, a: &str, b: &str) -> bool {
    match location {
        Location::Header => a.eq_ignore_ascii_case(b),
        Location::Query | Location::Path | Location::Body => a == b,
    }
}

fn path_source(part: &PathPart, declared: &[Declared], moves: &[Move], variables: &[&str]) -> PathSource {
    match part {
        PathPart::Literal(text) => PathSource::Literal(text.clone()),
        PathPart::Variable(name) => {
            let moved = moves.iter().position(|m| m.to == Location::Path && m.name == *name);
            let capture = match moved.and_then(|at| moves.get(at)) {
                Some(m) => declared.get(m.from).filter(|d| d.location == Location::Path).and_then(|d| d.capture),
                None => variables.iter().position(|variable| variable == name),
            };
            match (capture, moved) {
                (Some(at), _) => PathSource::Capture(at),
                (None, Some(at)) => PathSource::Moved(at),
                (None, None) => PathSource::Literal(String::new()),
            }
        }
    }
}

/// The names of the declared parameters of a place: all are taken out there, and put back by their moves.
fn moved_away(declared: &[Declared], location: Location) -> HashSet<String> {
    declared
        .iter()
        .filter(|d| d.location == location)
        .map(|d| if location == Location::Header { d.name.to_ascii_lowercase() } else { d.name.clone() })
        .collect()
}

fn header_text<'r>(request: &'r Request, name: &str) -> Result<Option<Cow<'r, str>>, Refusal> {
    match request.headers().find(|(sent, _)| sent.eq_ignore_ascii_case(name)) {
        None => Ok(None),
        Some((_, value)) => match std::str::from_utf8(value) {
            Ok(text) => Ok(Some(Cow::Borrowed(text))),
            Err(_) => Err(Refusal::ParametersUnreadable(Location::Header)),
        },
    }
}

fn pair<'c>(pairs: &'c [u8], name: &str) -> Option<Cow<'c, str>> {
    form_urlencoded::parse(pairs).find(|(sent, _)| sent == name).map(|(_, value)| value)
}

/// `sent` without the dropped pairs, then `added`, then `constant`.
fn rewrite<'v>(
    sent: &[u8],
    dropped: &HashSet<String>,
    added: impl Iterator<Item = (&'v str, &'v str)>,
    constant: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(sent.len() + constant.len() + 32);
    for raw in sent.split(|b| *b == b'&').filter(|raw| !raw.is_empty()) {
        let is_dropped = form_urlencoded::parse(raw).next().is_some_and(|(name, _)| dropped.contains(name.as_ref()));
        if !is_dropped {
            separate(&mut out);
            out.extend_from_slice(raw);
        }
    }
    for (name, value) in added {
        separate(&mut out);
        out.extend(form_urlencoded::byte_serialize(name.as_bytes()).flat_map(str::bytes));
        out.push(b'=');
        out.extend(form_urlencoded::byte_serialize(value.as_bytes()).flat_map(str::bytes));
    }
    if !constant.is_empty() {
        separate(&mut out);
        out.extend_from_slice(constant.as_bytes());
    }
    out
}

fn separate(out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b'&');
    }
}
