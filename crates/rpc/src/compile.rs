//! A `.proto` file becomes the rules that it holds.

use std::fmt;

use miette::Diagnostic;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor, Value};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use protox::{Compiler, Error};

use crate::template::Template;

/// The name under which the file is compiled; no import can mean it.
const NAME: &str = "plugin.proto";

/// What a file may import beside the well-known types of `google/protobuf`.
const IMPORTS: [(&str, &str); 3] = [
    ("google/api/annotations.proto", include_str!("imports/annotations.proto")),
    ("google/api/field_behavior.proto", include_str!("imports/field_behavior.proto")),
    ("google/api/http.proto", include_str!("imports/http.proto")),
];

/// Deepest that braces, brackets and angles may stand in each other.
const DEEPEST: usize = 64;

/// Most rules of a file.
const MOST_RULES: usize = 2000;

/// What is wrong with a `.proto` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtoFault {
    /// The line where it stands, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong there, for people.
    pub reason: String,
}

impl fmt::Display for ProtoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for ProtoFault {}

/// A rule: which calls it is for, and what becomes of them.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The method of HTTP, in capitals.
    pub(crate) method: String,
    /// The path.
    pub(crate) template: Template,
    /// What the body is.
    pub(crate) body: Body,
    /// The field of the answer that is told in place of all of it.
    pub(crate) response_body: Option<String>,
    /// The path of the RPC: `/package.Service/Method`.
    pub(crate) rpc: String,
    /// What the RPC is told.
    pub(crate) input: MessageDescriptor,
    /// What it answers.
    pub(crate) output: MessageDescriptor,
}

/// What the body of a call is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing.
    None,
    /// The message, but for what the path says.
    Whole,
    /// This field of it.
    Field(String),
}

/// The rules of a file, in its order, each with those that it binds additionally behind it.
pub(crate) fn compile(proto: &str) -> Result<Vec<Rule>, ProtoFault> {
    if let Some(line) = too_deep(proto) {
        return Err(ProtoFault { line: Some(line), reason: format!("is nested more than {DEEPEST} levels deep") });
    }
    let pool = pool(proto).map_err(|error| told(&error, proto))?;
    let plain = |reason: String| ProtoFault { line: None, reason };
    let file = pool.get_file_by_name(NAME).ok_or_else(|| plain("is empty".to_owned()))?;
    // The vendor asks for it, and without it there can be no rule.
    let http = pool
        .get_extension_by_name("google.api.http")
        .filter(|_| file.dependencies().any(|import| import.name() == IMPORTS[0].0))
        .ok_or_else(|| plain(format!("does not import \"{}\"", IMPORTS[0].0)))?;
    let mut rules = Vec::new();
    for method in file.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let options = method.options();
        if !options.has_extension(&http) {
            continue;
        }
        let option = options.get_extension(&http);
        let Value::Message(rule) = option.as_ref() else { continue };
        let wrong = |reason: String| plain(format!("method {}: {reason}", method.full_name()));
        rules.push(read(rule, &method).map_err(wrong)?);
        for more in list(rule, "additional_bindings") {
            rules.push(read(&more, &method).map_err(wrong)?);
            if !list(&more, "additional_bindings").is_empty() {
                return Err(wrong("has additional_bindings within additional_bindings".to_owned()));
            }
        }
        if rules.len() > MOST_RULES {
            return Err(plain(format!("has more than {MOST_RULES} rules")));
        }
    }
    if rules.is_empty() {
        return Err(plain("has no method with the option (google.api.http)".to_owned()));
    }
    Ok(rules)
}

/// What a file may import.
struct Imports(String);

impl FileResolver for Imports {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        if name == NAME {
            return File::from_source(name, &self.0);
        }
        let known = IMPORTS.iter().find(|(known, _)| *known == name);
        known.map_or_else(|| Err(Error::file_not_found(name)), |(name, text)| File::from_source(name, text))
    }
}

fn pool(proto: &str) -> Result<DescriptorPool, Error> {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Imports(proto.to_owned()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.open_file(NAME)?;
    Ok(compiler.descriptor_pool())
}

/// What the compiler says, with the line that it says it of.
fn told(error: &Error, proto: &str) -> ProtoFault {
    let place = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let line = place.and_then(|at| proto.get(..at)).map(|before| before.matches('\n').count() + 1);
    let mut reason = error.to_string();
    if error.is_file_not_found() {
        let known: Vec<&str> = IMPORTS.iter().map(|(name, _)| *name).collect();
        reason = format!("{reason}; there are {} and the files of google/protobuf", known.join(", "));
    }
    ProtoFault { line, reason }
}

/// One rule for a method.
fn read(rule: &DynamicMessage, method: &MethodDescriptor) -> Result<Rule, String> {
    let (input, output) = (method.input(), method.output());
    let mut patterns = ["get", "put", "post", "delete", "patch"]
        .into_iter()
        .filter_map(|word| text(rule, word).map(|path| (word.to_ascii_uppercase(), path)));
    let (verb, path) = patterns.next().ok_or("its rule has none of get, put, post, delete and patch")?;
    let template = Template::parse(&path).map_err(|reason| format!("the path `{path}` {reason}"))?;
    for name in template.fields() {
        variable(&input, name).map_err(|reason| format!("the path `{path}` has `{name}`, {reason}"))?;
    }
    let field_of = |message: &MessageDescriptor, name: &str| {
        let field = message.get_field_by_name(name);
        field.map(|_| ()).ok_or_else(|| format!("`{name}` is no field of {}", message.full_name()))
    };
    let body = match text(rule, "body") {
        None => Body::None,
        Some(all) if all == "*" => Body::Whole,
        Some(name) => {
            field_of(&input, &name)?;
            Body::Field(name)
        }
    };
    if body != Body::None && matches!(verb.as_str(), "GET" | "DELETE") {
        return Err(format!("its rule has a body, and {verb} has none"));
    }
    let response_body = text(rule, "response_body");
    if let Some(name) = &response_body {
        field_of(&output, name)?;
    }
    let rpc = format!("/{}/{}", method.parent_service().full_name(), method.name());
    Ok(Rule { method: verb, template, body, response_body, rpc, input, output })
}

/// Refuses a variable that is no field with one value.
fn variable(message: &MessageDescriptor, path: &str) -> Result<(), String> {
    let mut message = message.clone();
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let field = message
            .get_field_by_name(name)
            .ok_or_else(|| format!("and `{name}` is no field of {}", message.full_name()))?;
        if field.is_list() || field.is_map() {
            return Err(format!("and `{name}` has more than one value"));
        }
        match (field.kind(), names.peek()) {
            (Kind::Message(inner), Some(_)) => message = inner,
            (Kind::Message(inner), None) if !crate::message::is_one_value(&inner) => {
                return Err(format!("and `{name}` is a message"));
            }
            (_, None) => {}
            (_, Some(_)) => return Err(format!("and `{name}` is no message")),
        }
    }
    Ok(())
}

fn text(message: &DynamicMessage, field: &str) -> Option<String> {
    let value = message.get_field_by_name(field)?;
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn list(message: &DynamicMessage, field: &str) -> Vec<DynamicMessage> {
    let value = message.get_field_by_name(field);
    let list = value.as_ref().and_then(|value| value.as_list()).unwrap_or_default();
    list.iter().filter_map(Value::as_message).cloned().collect()
}

/// The line where a text is nested too deep for a compiler that reads it recursively.
fn too_deep(proto: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut line = 1;
    let mut rest = proto.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\n' => line += 1,
            b'{' | b'[' | b'<' => depth += 1,
            b'}' | b']' | b'>' => depth = depth.saturating_sub(1),
            b'/' if after.first() == Some(&b'/') => {
                let end = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
                rest = after.get(end..).unwrap_or_default();
            }
            b'/' if after.first() == Some(&b'*') => {
                let inner = after.get(1..).unwrap_or_default();
                let end = inner.windows(2).position(|pair| pair == b"*/").map_or(inner.len(), |at| at + 2);
                let (comment, after) = inner.split_at(end);
                line += comment.iter().filter(|byte| **byte == b'\n').count();
                rest = after;
            }
            b'"' | b'\'' => {
                let mut is_escaped = false;
                let end = after.iter().position(|next| {
                    let is_end = !is_escaped && (*next == byte || *next == b'\n');
                    is_escaped = !is_escaped && *next == b'\\';
                    is_end
                });
                // What a line feed ends is no string, and the compiler will say so.
                rest = after.get(end.map_or(after.len(), |at| at + 1)..).unwrap_or_default();
                if end.and_then(|at| after.get(at)) == Some(&b'\n') {
                    line += 1;
                }
            }
            _ => {}
        }
        if depth > DEEPEST {
            return Some(line);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "syntax = \"proto3\";\nimport \"google/api/annotations.proto\";\npackage p;\n\
        message M { string a = 1; N n = 2; repeated string l = 3; }\nmessage N { int32 x = 1; }\n";

    fn fault(proto: &str) -> String {
        compile(proto).unwrap_err().to_string()
    }

    fn with(rule: &str) -> String {
        format!("{HEAD}service S {{ rpc Do (M) returns (M) {{ option (google.api.http) = {{ {rule} }}; }} }}")
    }

    #[test]
    fn a_file_gives_its_rules_in_their_order() {
        let rules = compile(&with("get: \"/a/{a}\" additional_bindings { post: \"/b/{n.x}\" body: \"n\" }")).unwrap();
        let told: Vec<_> = rules.iter().map(|rule| (rule.method.as_str(), rule.rpc.as_str())).collect();
        assert_eq!(told, [("GET", "/p.S/Do"), ("POST", "/p.S/Do")]);
        assert_eq!(rules[1].body, Body::Field("n".to_owned()));
        let old = with("put: \"/x\" body: \"*\"").replace("proto3", "proto2").replace("string a", "optional string a");
        let old = old.replace("N n =", "optional N n =").replace("int32 x", "required int32 x");
        assert_eq!(compile(&old).unwrap()[0].body, Body::Whole);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (proto, expected) in [
            ("syntax = \"proto3\";\nmessage {", "line 2: expected an identifier"),
            ("syntax = \"proto3\";\nmessage A { B b = 1; }", "line 2: name 'B' is not defined"),
            (
                "syntax = \"proto3\";\nimport \"other.proto\";",
                "line 2: import 'other.proto' not found; there are google",
            ),
            ("syntax = \"proto3\";\nmessage A {}", "does not import \"google/api/annotations.proto\""),
            (HEAD, "has no method with the option (google.api.http)"),
            (&with("get: \"a\""), "method p.S.Do: the path `a` must begin with `/`"),
            (&with("get: \"/{b}\""), "method p.S.Do: the path `/{b}` has `b`, and `b` is no field of p.M"),
            (&with("get: \"/{l}\""), "method p.S.Do: the path `/{l}` has `l`, and `l` has more than one value"),
            (&with("get: \"/{n}\""), "method p.S.Do: the path `/{n}` has `n`, and `n` is a message"),
            (&with("get: \"/{a.x}\""), "method p.S.Do: the path `/{a.x}` has `a.x`, and `a` is no message"),
            (&with("post: \"/\" body: \"z\""), "method p.S.Do: `z` is no field of p.M"),
            (&with("get: \"/\" body: \"*\""), "method p.S.Do: its rule has a body, and GET has none"),
            (&with("body: \"*\""), "method p.S.Do: its rule has none of get"),
            ("", "does not import"),
        ] {
            let told = fault(proto);
            assert!(told.starts_with(expected), "{proto}: {told}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_before_it_is_read() {
        for (open, close) in [("{ a ", "}"), ("< a ", ">"), ("[", "]")] {
            let deep =
                format!("// {{{{{{\n/* [[[\n */ option (o) = {}{};", open.repeat(100_000), close.repeat(100_000));
            assert!(fault(&deep).starts_with("line 3: is nested more than"), "{open}");
        }
        assert_eq!(too_deep(&format!("x = \"{}\\\"\"; // {}", "{".repeat(100), "<".repeat(100))), None);
    }
}
