//! `Cors`: which pages of other sites may call (spec: Cors).

use model::{AnyOr, CrossOrigin, Invalid, Method};
use serde::{Deserialize, Serialize};

use super::data::unfit;
use crate::refusal::Fault;

/// What stands for all origins or all headers.
const ANY: &str = "*";

/// Most entries of a list; the vendor says none.
const MOST: usize = 100;

const METHODS: [Method; 5] = [Method::Get, Method::Put, Method::Post, Method::Delete, Method::Head];

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cors {
    allow_origin: Vec<String>,
    allow_methods: Vec<String>,
    allow_headers: Vec<String>,
    expose_headers: Vec<String>,
    allow_credentials: bool,
    max_age: i64,
}

impl Cors {
    pub(super) fn into_model(self) -> Result<CrossOrigin, Fault> {
        let origins = list("allow_origin", self.allow_origin)?;
        if origins == AnyOr::Listed(Vec::new()) {
            return Err(unfit("allow_origin", "is empty; at least one origin, or `*`, is needed"));
        }
        let mut methods = Vec::new();
        for (index, raw) in self.allow_methods.iter().enumerate() {
            let method = METHODS.into_iter().find(|method| method.as_str() == raw).ok_or_else(|| {
                let reason = format!("`{}` is not one of GET, PUT, POST, DELETE, HEAD", raw.escape_debug());
                unfit(&format!("allow_methods.{index}"), reason)
            })?;
            if methods.contains(&method) {
                return Err(unfit(&format!("allow_methods.{index}"), format!("`{raw}` is given twice")));
            }
            methods.push(method);
        }
        if methods.is_empty() {
            return Err(unfit("allow_methods", "is empty; at least one method is needed"));
        }
        let max_age = u32::try_from(self.max_age).ok().filter(|age| *age > 0);
        Ok(CrossOrigin {
            origins,
            methods,
            allow_headers: list("allow_headers", self.allow_headers)?,
            expose_headers: list("expose_headers", self.expose_headers)?,
            credentials: self.allow_credentials,
            max_age: max_age.ok_or_else(|| unfit("max_age", "is out of range; 1 to 4294967295 are allowed"))?,
        })
    }
}

fn list<T: TryFrom<String, Error = Invalid>>(member: &str, raw: Vec<String>) -> Result<AnyOr<T>, Fault> {
    if raw.len() > MOST {
        return Err(unfit(member, format!("has {} entries; at most {MOST} are allowed", raw.len())));
    }
    if raw == [ANY] {
        return Ok(AnyOr::Any);
    }
    if raw.iter().any(|entry| entry == ANY) {
        return Err(unfit(member, "holds `*` beside others; it stands alone"));
    }
    let read =
        |(index, entry)| T::try_from(entry).map_err(|invalid| unfit(&format!("{member}.{index}"), invalid.reason));
    raw.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(AnyOr::Listed)
}

impl From<&CrossOrigin> for Cors {
    fn from(data: &CrossOrigin) -> Self {
        Self {
            allow_origin: words(&data.origins),
            allow_methods: data.methods.iter().map(|method| method.as_str().to_owned()).collect(),
            allow_headers: words(&data.allow_headers),
            expose_headers: words(&data.expose_headers),
            allow_credentials: data.credentials,
            max_age: data.max_age.into(),
        }
    }
}

fn words<T: Clone + Into<String>>(list: &AnyOr<T>) -> Vec<String> {
    match list {
        AnyOr::Any => vec![ANY.to_owned()],
        AnyOr::Listed(entries) => entries.iter().cloned().map(Into::into).collect(),
    }
}
