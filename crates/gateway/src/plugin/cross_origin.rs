//! Calls from pages of other sites, as a plugin rules them.

use model::{AnyOr, CrossOrigin, SiteOrigin};

use crate::reply;

/// The rules of a plugin, rendered.
#[derive(Debug)]
pub struct CrossOriginPlan {
    /// `None` is any.
    origins: Option<Box<[SiteOrigin]>>,
    /// The lines of a preflight's answer but the origin's.
    preflight: Box<[u8]>,
    /// The lines of other answers but the origin's.
    simple: Box<[u8]>,
}

impl CrossOriginPlan {
    /// Renders the rules.
    pub fn new(rules: &CrossOrigin) -> Self {
        let mut simple = Vec::new();
        if rules.credentials {
            reply::write_line(&mut simple, "Access-Control-Allow-Credentials", b"true");
        }
        write_names(&mut simple, "Access-Control-Expose-Headers", &rules.expose_headers);
        let mut preflight = simple.clone();
        let methods: Vec<&str> = rules.methods.iter().map(|method| method.as_str()).collect();
        reply::write_line(&mut preflight, "Access-Control-Allow-Methods", methods.join(",").as_bytes());
        write_names(&mut preflight, "Access-Control-Allow-Headers", &rules.allow_headers);
        reply::write_line(&mut preflight, "Access-Control-Max-Age", rules.max_age.to_string().as_bytes());
        let origins = match &rules.origins {
            AnyOr::Any => None,
            AnyOr::Listed(listed) => Some(listed.clone().into()),
        };
        Self { origins, preflight: preflight.into(), simple: simple.into() }
    }

    /// True when pages of this origin (the header's value) may call.
    pub fn allows(&self, origin: &[u8]) -> bool {
        self.origins
            .as_ref()
            .is_none_or(|listed| listed.iter().any(|allowed| allowed.as_str().as_bytes().eq_ignore_ascii_case(origin)))
    }

    /// The lines of the answer to a preflight.
    pub fn write_preflight(&self, out: &mut Vec<u8>, origin: Option<&[u8]>) {
        self.write_origin(out, origin);
        out.extend_from_slice(&self.preflight);
    }

    /// The lines that other answers carry.
    pub fn write_simple(&self, out: &mut Vec<u8>, origin: Option<&[u8]>) {
        self.write_origin(out, origin);
        out.extend_from_slice(&self.simple);
    }

    fn write_origin(&self, out: &mut Vec<u8>, origin: Option<&[u8]>) {
        if self.origins.is_none() {
            reply::write_line(out, "Access-Control-Allow-Origin", b"*");
            return;
        }
        // The answer is another for every origin, and caches must know.
        reply::write_line(out, "Vary", b"Origin");
        if let Some(origin) = origin.filter(|origin| self.allows(origin)) {
            reply::write_line(out, "Access-Control-Allow-Origin", origin);
        }
    }
}

fn write_names(out: &mut Vec<u8>, header: &str, names: &AnyOr<model::FieldName>) {
    match names {
        AnyOr::Any => reply::write_line(out, header, b"*"),
        AnyOr::Listed(names) if names.is_empty() => {}
        AnyOr::Listed(names) => {
            let names: Vec<&str> = names.iter().map(model::FieldName::as_str).collect();
            reply::write_line(out, header, names.join(",").as_bytes());
        }
    }
}
