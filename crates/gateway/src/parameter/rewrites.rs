//! What calls with more than path variables need: values read from every place, and put into every place.

use std::borrow::Cow;
use std::collections::HashSet;

use model::{ApiDefinition, BucketAction, BucketBackend, Location, PathPart, is_told_header};
use net::Request;

use super::{PathSource, Value, Values};
use crate::refusal::Refusal;
use crate::reply::write_line;
use crate::route::Captures;

/// What is read from a call, and what is written of it.
#[derive(Debug)]
pub(super) struct Rewrites {
    declared: Vec<Declared>,
    moves: Vec<Move>,
    /// Constant header lines, as they go out.
    constant_headers: Vec<u8>,
    /// Constant query pairs, encoded.
    constant_query: String,
    /// The `Host` that the backend is told, where a constant says so.
    host: Option<String>,
    /// Names of caller's headers that must not pass, as [`plain_name`] writes them: moved away, or written by the gateway.
    dropped_headers: HashSet<Vec<u8>>,
    dropped_query: HashSet<String>,
    dropped_form: HashSet<String>,
    uses_form: bool,
    /// The undeclared query pairs that pass: all where it is `None`.
    passing_query: Option<&'static [&'static str]>,
}

/// What a caller may say in the query of a request that the gateway signs. Everything else could make another request
/// of it: `?acl` reads or writes an object's rights.
const SIGNED_QUERY: &[&str] = &[
    "position",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "versionId",
];

/// What a caller may not say in the headers of a request that the gateway signs: another signature, or another object
/// that is to be copied from.
const SIGNED_HEADERS: &[&str] = &[
    "authorization",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-date",
    "x-amz-security-token",
    "x-cos-copy-source",
    "x-cos-security-token",
];

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
    /// It goes where it came from: what was sent passes as it was sent, and in any number.
    stays: bool,
}

impl Rewrites {
    pub(super) fn new(definition: &ApiDefinition) -> Self {
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
        let moves = moves(definition, &declared);
        // Those that stay are taken out too, and put back in one spelling: see [`plain_name`].
        let written = moves.iter().filter(|m| m.to == Location::Header).map(|m| m.name.clone());
        let header_names = moved_away(&declared, &moves, Location::Header).into_iter().chain(written);
        let mut rewrites = Self {
            uses_form: declared.iter().any(|d| d.location == Location::Body)
                || moves.iter().any(|m| m.to == Location::Body),
            dropped_headers: header_names.map(|name| plain_name(name.as_bytes())).collect(),
            dropped_query: taken_out(&declared, &moves, Location::Query),
            dropped_form: taken_out(&declared, &moves, Location::Body),
            constant_headers: Vec::new(),
            constant_query: String::new(),
            host: None,
            declared,
            moves,
            passing_query: None,
        };
        rewrites.add_constants(definition);
        rewrites
    }

    fn add_constants(&mut self, definition: &ApiDefinition) {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for constant in &definition.constants {
            if constant.location == Location::Header && constant.name.eq_ignore_ascii_case("host") {
                self.host = Some(constant.value.clone());
            } else if is_gateways(constant.location, &constant.name) {
                // The gateway's own line is the one that stands.
            } else if constant.location == Location::Header {
                self.dropped_headers.insert(plain_name(constant.name.as_bytes()));
                write_line(&mut self.constant_headers, &constant.name, constant.value.as_bytes());
            } else {
                self.dropped_query.insert(constant.name.clone());
                query.append_pair(&constant.name, &constant.value);
            }
        }
        self.constant_query = query.finish();
    }

    /// True when there is nothing to read and nothing to write but path variables.
    pub(super) fn is_idle(&self) -> bool {
        self.declared.iter().all(|d| d.location == Location::Path && d.capture.is_some())
            && self.moves.iter().all(|m| m.to == Location::Path)
            && self.constant_headers.is_empty()
            && self.constant_query.is_empty()
            && self.host.is_none()
            && self.dropped_headers.is_empty()
            && self.passing_query.is_none()
    }

    /// Keeps a request to a bucket what the definition says that it is.
    pub(super) fn guard_bucket(&mut self, bucket: &BucketBackend) {
        if bucket.signed {
            self.drop_headers(SIGNED_HEADERS);
            self.passing_query = Some(SIGNED_QUERY);
        }
        if bucket.action == BucketAction::AppendObject {
            // This pair is all that tells it from PostObject.
            self.dropped_query.insert("append".to_owned());
            if !self.constant_query.is_empty() {
                self.constant_query.push('&');
            }
            self.constant_query.push_str("append=");
        }
    }

    /// Keeps headers of these lower-case names from the backend.
    pub(super) fn drop_headers(&mut self, names: &[&str]) {
        self.dropped_headers.extend(names.iter().map(|name| name.as_bytes().to_vec()));
    }

    /// The declared parameters that have a value.
    pub(super) fn declared<'v>(&'v self, values: &'v Values<'_>) -> impl Iterator<Item = (Location, &'v str, &'v str)> {
        let pairs = self.declared.iter().zip(&values.0);
        pairs.filter_map(|(d, value)| Some((d.location, d.name.as_str(), value.text()?)))
    }

    /// Where `part` of the backend path comes from; a literal is appended to `text`. `None` for a variable that nothing
    /// fills, which no definition has.
    pub(super) fn path_source(&self, part: &PathPart, variables: &[&str], text: &mut String) -> Option<PathSource> {
        let small = |number: usize| u16::try_from(number).ok();
        match part {
            PathPart::Literal(literal) => {
                let start = small(text.len())?;
                text.push_str(literal);
                Some(PathSource::Literal(start, small(text.len())?))
            }
            PathPart::Variable(name) => {
                let moved = self.moves.iter().position(|m| m.to == Location::Path && m.name == *name);
                let capture = match moved.and_then(|at| self.moves.get(at)) {
                    Some(m) => self.declared.get(m.from).and_then(|d| d.capture),
                    None => variables.iter().position(|variable| variable == name),
                };
                match (capture, moved) {
                    (Some(at), _) => small(at).map(PathSource::Capture),
                    (None, Some(at)) => small(at).map(PathSource::Moved),
                    (None, None) => None,
                }
            }
        }
    }

    pub(super) fn read<'c>(
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
            values.push(match (sent, &d.default) {
                (Some(sent), _) => Value::Sent(sent),
                (None, Some(default)) => Value::Default(default),
                (None, None) if d.required => return Err(Refusal::ParameterMissing(d.location, d.name.clone())),
                (None, None) => Value::Missing,
            });
        }
        Ok(Values(values))
    }

    /// True when parameters stand in the body.
    pub(super) fn uses_form(&self) -> bool {
        self.uses_form
    }

    /// True when a caller's header must not pass to the backend.
    pub(super) fn drops_header(&self, name: &[u8]) -> bool {
        !self.dropped_headers.is_empty() && self.dropped_headers.contains(&plain_name(name))
    }

    /// The `Host` that the backend is told, where a constant says so.
    pub(super) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The form body that the backend gets.
    pub(super) fn form(&self, sent: &[u8], values: &Values<'_>) -> Vec<u8> {
        rewrite(sent, |name| self.dropped_form.contains(name), self.moved(values, Location::Body), "")
    }

    fn moved<'v>(&'v self, values: &'v Values<'_>, to: Location) -> impl Iterator<Item = (&'v str, &'v str)> {
        self.moves
            .iter()
            .filter(move |m| m.to == to && !Self::is_in_place(values, m))
            .filter_map(move |m| Some((m.name.as_str(), self.value(values, m)?)))
    }

    pub(super) fn moved_at<'v>(&'v self, values: &'v Values<'_>, at: usize) -> Option<&'v str> {
        self.value(values, self.moves.get(at)?)
    }

    fn value<'v>(&'v self, values: &'v Values<'_>, m: &'v Move) -> Option<&'v str> {
        match (values.0.get(m.from), &m.default) {
            (Some(Value::Sent(sent)), _) => Some(sent),
            // The mapping says what this place of the backend gets; the parameter, what any place gets.
            (_, Some(default)) => Some(default),
            (value, None) => value.and_then(Value::text),
        }
    }

    /// True when the move's value is one that the caller sent, in the place where it is to be.
    fn is_in_place(values: &Values<'_>, m: &Move) -> bool {
        m.stays && matches!(values.0.get(m.from), Some(Value::Sent(_)))
    }

    fn stays_in_query(&self, name: &str) -> bool {
        self.moves.iter().any(|m| m.stays && m.to == Location::Query && m.name == name)
    }

    pub(super) fn write_query(&self, out: &mut Vec<u8>, sent: Option<&str>, values: &Values<'_>) {
        let moved = self.moved(values, Location::Query);
        let is_dropped = |name: &str| {
            let is_undeclared = || !self.stays_in_query(name);
            self.dropped_query.contains(name)
                || self.passing_query.is_some_and(|passing| !passing.contains(&name) && is_undeclared())
        };
        let query = rewrite(sent.unwrap_or("").as_bytes(), is_dropped, moved, &self.constant_query);
        if !query.is_empty() || sent.is_some_and(str::is_empty) {
            out.push(b'?');
            out.extend_from_slice(&query);
        }
    }

    pub(super) fn write_headers(&self, out: &mut Vec<u8>, request: &Request, values: &Values<'_>) {
        for m in self.moves.iter().filter(|m| m.to == Location::Header && Self::is_in_place(values, m)) {
            for value in request.header_values(&m.name) {
                write_line(out, &m.name, value);
            }
        }
        for (name, value) in self.moved(values, Location::Header) {
            // A value from another place may hold what no header can: it ends the value there.
            let clean = value.split(|c: char| c.is_control()).next().unwrap_or("");
            write_line(out, name, clean.as_bytes());
        }
        out.extend_from_slice(&self.constant_headers);
    }
}

/// A header's name in lower case and with `-` for `_`: many a backend takes the one for the other, so a caller could
/// still name in one spelling what the gateway writes in the other.
fn plain_name(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() }).collect()
}

/// The ways of the declared parameters: the mappings, and each parameter that no mapping names stays where it is.
fn moves(definition: &ApiDefinition, declared: &[Declared]) -> Vec<Move> {
    let mut moves = Vec::new();
    for mapping in &definition.mappings {
        let source = declared.iter().position(|d| {
            d.location == mapping.source_location && same_name(d.location, &d.name, &mapping.source_name)
        });
        if let Some(from) = source
            && !is_gateways(mapping.location, &mapping.name)
        {
            let (to, name, default) = (mapping.location, mapping.name.clone(), mapping.default.clone());
            let stays =
                to != Location::Path && to == mapping.source_location && same_name(to, &name, &mapping.source_name);
            moves.push(Move { from, to, name, default, stays });
        }
    }
    for (from, d) in declared.iter().enumerate() {
        let is_mapped = definition
            .mappings
            .iter()
            .any(|m| m.source_location == d.location && same_name(d.location, &m.source_name, &d.name));
        if !is_mapped && !is_gateways(d.location, &d.name) {
            let stays = d.location != Location::Path;
            moves.push(Move { from, to: d.location, name: d.name.clone(), default: None, stays });
        }
    }
    moves
}

/// True for a line that the gateway writes itself: a second one would let the caller say what it says.
fn is_gateways(location: Location, name: &str) -> bool {
    location == Location::Header && (name.eq_ignore_ascii_case("host") || is_told_header(name.as_bytes()))
}

fn same_name(location: Location, a: &str, b: &str) -> bool {
    match location {
        Location::Header => a.eq_ignore_ascii_case(b),
        Location::Query | Location::Path | Location::Body => a == b,
    }
}

/// The names of the declared parameters of a place that do not stay there: they are taken out.
fn moved_away(declared: &[Declared], moves: &[Move], location: Location) -> HashSet<String> {
    let stays = |from: usize| moves.iter().any(|m| m.from == from && m.stays);
    let of_place = declared.iter().enumerate().filter(|(_, d)| d.location == location);
    of_place.filter(|(from, _)| !stays(*from)).map(|(_, d)| d.name.clone()).collect()
}

/// The names of a place whose pairs do not pass as the caller sent them: what is moved away, and what the backend gets
/// from another place. A caller must not put a value of its own beside that one.
fn taken_out(declared: &[Declared], moves: &[Move], location: Location) -> HashSet<String> {
    let here = |stays: bool| moves.iter().filter(move |m| m.to == location && m.stays == stays);
    let put = here(false).filter(|m| here(true).all(|kept| kept.name != m.name)).map(|m| m.name.clone());
    moved_away(declared, moves, location).into_iter().chain(put).collect()
}

fn header_text<'r>(request: &'r Request, name: &str) -> Result<Option<Cow<'r, str>>, Refusal> {
    match request.header(name) {
        None => Ok(None),
        Some(value) => match std::str::from_utf8(value) {
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
    is_dropped: impl Fn(&str) -> bool,
    added: impl Iterator<Item = (&'v str, &'v str)>,
    constant: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(sent.len() + constant.len() + 32);
    for raw in sent.split(|b| *b == b'&').filter(|raw| !raw.is_empty()) {
        if !form_urlencoded::parse(raw).next().is_some_and(|(name, _)| is_dropped(&name)) {
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
