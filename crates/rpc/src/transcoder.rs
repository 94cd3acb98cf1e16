//! The rules of a file, as calls find them.

use crate::compile::{ProtoFault, Rule, compile};

/// Makes calls of gRPC of calls over HTTP, as the rules of a `.proto` file say.
#[derive(Debug)]
pub struct Transcoder {
    rules: Vec<Rule>,
}

/// A call that a rule is for.
#[derive(Debug)]
pub struct Matched<'t> {
    pub(crate) rule: &'t Rule,
    /// The values of the variables of its path.
    pub(crate) variables: Vec<String>,
}

/// Why a call is none that a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMatch {
    /// No rule has the method.
    Method,
    /// None of those that have it has the path.
    Path,
}

impl Transcoder {
    /// Longest file, in bytes (spec: the gRPC plugin).
    pub const LONGEST: usize = 1024 * 1024;

    /// Reads a `.proto` file (proto2 or proto3), which imports `google/api/annotations.proto` and has at least one rule.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn new(proto: &str) -> Result<Self, ProtoFault> {
        if proto.len() > Self::LONGEST {
            let reason = format!("is {} bytes long; at most {} are allowed", proto.len(), Self::LONGEST);
            return Err(ProtoFault { line: None, reason });
        }
        compile(proto).map(|rules| Self { rules })
    }

    /// The first rule for a method, in capitals, and a path as it was sent, without its query.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, method: &str, path: &str) -> Result<Matched<'_>, NoMatch> {
        let mut fault = NoMatch::Method;
        for rule in self.rules.iter().filter(|rule| rule.method == method) {
            if let Some(variables) = rule.template.matches(path) {
                return Ok(Matched { rule, variables });
            }
            fault = NoMatch::Path;
        }
        Err(fault)
    }
}

impl Matched<'_> {
    /// The path of the RPC: `/package.Service/Method`.
    pub fn path(&self) -> &str {
        &self.rule.rpc
    }
}
