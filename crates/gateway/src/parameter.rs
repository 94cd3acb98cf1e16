//! Parameters: what callers must send, and what of it goes where in the request to the backend.
//!
//! A plan is made once per API. Most APIs declare nothing but path variables, and those are put into the backend's
//! path straight from the call's path; their plan has no rewrites, and nothing is read of a call.

mod rewrites;

use std::borrow::Cow;

use model::{ApiDefinition, Backend, FunctionCall, Location, PathMatchMode, PathPart};
use net::Request;
use rewrites::Rewrites;
use smallvec::SmallVec;

use crate::refusal::Refusal;
use crate::route::Captures;
use crate::runtime::{Runtime, Runtimes};

/// What an API's definition says of parameters, ready to run.
///
/// It is small on purpose: a thousand APIs are a thousand of these, and a call finds its own cold in memory.
#[derive(Debug)]
pub struct ParameterPlan {
    /// The backend path, its variables resolved to where their values come from. Four parts are in place: two literals
    /// and two variables.
    path: SmallVec<[PathSource; 4]>,
    /// What stands behind that.
    tail: Tail,
    /// All that a call with nothing but path variables never needs.
    rewrites: Option<Box<Rewrites>>,
}

/// Where a part of the backend's path comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PathSource {
    /// The definition: from here to there in the API's text.
    Literal(u16, u16),
    /// A variable of the call's path, as it was sent.
    Capture(u16),
    /// A move.
    Moved(u16),
}

/// The texts that a backend's path is made of.
#[derive(Debug, Clone, Copy)]
pub struct PathText<'c> {
    /// What the API's literals stand in.
    pub literals: &'c str,
    /// The call's path.
    pub call: &'c str,
    /// What the API's path did not match of it.
    pub rest: &'c str,
}

/// What stands behind the configured part of the backend's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// What the frontend path did not match.
    Rest,
    /// The same, with one slash between.
    Joined,
    /// Nothing.
    Nothing,
    /// The whole path of the call.
    Whole,
}

/// The values that a call brought, in the order of declaration.
#[derive(Debug, Default)]
pub struct Values<'c>(Vec<Value<'c>>);

/// What stands for a declared parameter in a call.
#[derive(Debug)]
enum Value<'c> {
    /// What the caller sent: of several, the first.
    Sent(Cow<'c, str>),
    /// The definition's.
    Default(&'c str),
    /// Nothing.
    Missing,
}

impl Value<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Sent(text) => Some(text),
            Self::Default(text) => Some(text),
            Self::Missing => None,
        }
    }
}

impl ParameterPlan {
    /// Compiles what `definition` declares. The literals of the backend path are appended to `text`; `runtimes` say where
    /// the paths of web functions and buckets begin.
    pub fn new(definition: &ApiDefinition, text: &mut String, runtimes: &Runtimes) -> Self {
        let mut rewrites = Rewrites::new(definition);
        let variables = definition.path.variables();
        let mut tail = Tail::Rest;
        let mut is_told = false;
        let literal: Vec<PathPart>;
        let parts = match &definition.backend {
            Backend::Http(http) => http.path.parts(),
            Backend::WebSocket(backend) => backend.path.parts(),
            Backend::Upstream(backend) => backend.path.parts(),
            Backend::Mock(_) | Backend::Conversation(_) => &[],
            Backend::Function(function) => match (&function.call, runtimes.function(&function.function)) {
                (FunctionCall::Event(_), _) => {
                    // The event tells of path variables too.
                    is_told = true;
                    &[]
                }
                (FunctionCall::Web, Runtime::Endpoint(endpoint)) => {
                    tail = Tail::Whole;
                    rewrites.drop_headers(&WEB_FUNCTION_HEADERS);
                    literal = vec![PathPart::Literal(endpoint.path)];
                    &literal[..]
                }
                (FunctionCall::Web, Runtime::Api(_) | Runtime::Nowhere) => &[],
            },
            Backend::Bucket(bucket) => {
                tail = match bucket.match_mode {
                    PathMatchMode::BackendPath => Tail::Nothing,
                    PathMatchMode::FullPath => Tail::Joined,
                };
                rewrites.guard_bucket(bucket);
                let begin = runtimes.bucket(&bucket.bucket).map(|endpoint| PathPart::Literal(endpoint.path));
                literal = begin.into_iter().chain(bucket.path.parts().iter().cloned()).collect();
                &literal[..]
            }
        };
        let path: SmallVec<_> = parts.iter().filter_map(|part| rewrites.path_source(part, &variables, text)).collect();
        let is_needed = is_told || !rewrites.is_idle() || path.iter().any(|part| matches!(part, PathSource::Moved(_)));
        Self { path, tail, rewrites: is_needed.then(|| Box::new(rewrites)) }
    }

    /// True when parameters stand in the body, so that it must be read before it can be sent on.
    pub fn uses_form(&self) -> bool {
        self.rewrites.as_ref().is_some_and(|rewrites| rewrites.uses_form())
    }

    /// True when a caller's header must not pass to the backend.
    #[inline]
    pub fn drops_header(&self, name: &[u8]) -> bool {
        self.rewrites.as_ref().is_some_and(|rewrites| rewrites.drops_header(name))
    }

    /// The `Host` that the backend is told, where a constant says so.
    pub fn host(&self) -> Option<&str> {
        self.rewrites.as_ref().and_then(|rewrites| rewrites.host())
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
        match &self.rewrites {
            Some(rewrites) => rewrites.read(request, path, captures, form),
            None => Ok(Values::default()),
        }
    }

    /// The declared parameters that have a value, which is known where the backend is told of them by name.
    pub fn declared<'v>(&'v self, values: &'v Values<'_>) -> impl Iterator<Item = (Location, &'v str, &'v str)> {
        self.rewrites.iter().flat_map(|rewrites| rewrites.declared(values))
    }

    /// Writes the backend's path: the definition's parts with values put in, then what the frontend did not match. A call
    /// whose values would lead out of the path that is configured is refused.
    pub fn write_path(
        &self,
        out: &mut Vec<u8>,
        text: PathText<'_>,
        captures: &Captures,
        values: &Values<'_>,
    ) -> Result<(), Refusal> {
        let start = out.len();
        // The call's own path has no such segments left, but a part of one of its segments may be one at the backend.
        let mut may_climb = text.rest.starts_with('.');
        for part in &self.path {
            match *part {
                PathSource::Literal(from, to) => {
                    let literal = text.literals.as_bytes().get(usize::from(from)..usize::from(to));
                    out.extend_from_slice(literal.unwrap_or_default());
                }
                PathSource::Capture(at) => {
                    let value = captures.text(text.call, usize::from(at)).unwrap_or("");
                    may_climb |= value.starts_with('.') || value.ends_with('.');
                    out.extend_from_slice(value.as_bytes());
                }
                PathSource::Moved(at) => {
                    let value = self.rewrites.as_ref().and_then(|rewrites| rewrites.moved_at(values, usize::from(at)));
                    let escaped = percent_encoding::utf8_percent_encode(value.unwrap_or(""), PATH_ESCAPES);
                    out.extend(escaped.flat_map(str::bytes));
                    may_climb = true;
                }
            }
        }
        let rest = text.rest;
        match self.tail {
            Tail::Rest => {
                if out.len() == start && !rest.starts_with('/') {
                    out.push(b'/');
                }
                out.extend_from_slice(rest.as_bytes());
            }
            Tail::Joined => {
                let has_slash = out.len() > start && out.ends_with(b"/");
                match (has_slash, rest.strip_prefix('/')) {
                    (true, Some(rest)) => out.extend_from_slice(rest.as_bytes()),
                    (false, None) if out.len() == start || !rest.is_empty() => {
                        out.push(b'/');
                        out.extend_from_slice(rest.as_bytes());
                    }
                    _ => out.extend_from_slice(rest.as_bytes()),
                }
            }
            Tail::Nothing if out.len() == start => out.push(b'/'),
            Tail::Nothing => {}
            Tail::Whole => out.extend_from_slice(text.call.as_bytes()),
        }
        if may_climb && climbs(out.get(start..).unwrap_or_default()) { Err(Refusal::BadPath) } else { Ok(()) }
    }

    /// Writes the query string with its `?`, if there is one.
    pub fn write_query(&self, out: &mut Vec<u8>, sent: Option<&str>, values: &Values<'_>) {
        match (&self.rewrites, sent) {
            (Some(rewrites), sent) => rewrites.write_query(out, sent, values),
            (None, Some(query)) => {
                out.push(b'?');
                out.extend_from_slice(query.as_bytes());
            }
            (None, None) => {}
        }
    }

    /// Writes the header lines that come from parameters and constants.
    pub fn write_headers(&self, out: &mut Vec<u8>, request: &Request, values: &Values<'_>) {
        if let Some(rewrites) = &self.rewrites {
            rewrites.write_headers(out, request, values);
        }
    }

    /// The body that the backend gets in place of one that was read: with its form parameters moved, where it has any.
    pub fn form(&self, sent: &[u8], values: &Values<'_>) -> Vec<u8> {
        match &self.rewrites {
            Some(rewrites) if rewrites.uses_form() => rewrites.form(sent, values),
            // The body was read for another reason, and passes as it is.
            _ => sent.to_vec(),
        }
    }
}

/// True when a segment of `path` leads elsewhere than down: `.` or `..`, also escaped.
pub fn climbs(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|segment| {
        let (mut rest, mut dots) = (segment, 0_usize);
        while let [b'.', behind @ ..] | [b'%', b'2', b'e' | b'E', behind @ ..] = rest {
            rest = behind;
            dots += 1;
        }
        rest.is_empty() && (dots == 1 || dots == 2)
    })
}

/// What a web function is told by the gateway, and can be told by no caller (spec: web function).
const WEB_FUNCTION_HEADERS: [&str; 9] = [
    "x-scf-request-id",
    "x-scf-memory",
    "x-scf-timeout",
    "x-scf-version",
    "x-scf-name",
    "x-scf-namespace",
    "x-scf-region",
    "x-scf-appid",
    "x-scf-uin",
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_of_dots_leads_out_of_a_path() {
        for path in ["/a/..", "/a/../b", "/./a", "/a/%2e%2E/b", "/a/.%2e", "..", "/a/."] {
            assert!(climbs(path.as_bytes()), "{path}");
        }
        for path in ["/", "", "/a//b", "/a/.b", "/a/...", "/a/b.", "/a/..b/c", "/a/%252e", "/a/.%2f"] {
            assert!(!climbs(path.as_bytes()), "{path}");
        }
    }
}
