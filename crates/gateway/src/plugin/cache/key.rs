//! What is asked, and by whom, as far as answers may depend on it.
//!
//! Everything that the gateway itself knows of a caller is part of it, and everything that callers commonly prove themselves
//! with to a backend: who has no right to an answer asks another question than who has.

use model::{Auth, CallerCheck, Location};
use net::Request;
use sha2::{Digest as _, Sha256};

use super::CachePlan;

/// A digest of what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'c> {
    /// The request, as a function may have changed it.
    pub request: &'c Request,
    /// The request as it came in, where a function has changed it.
    pub before: Option<&'c Request>,
    /// The path behind the environment's segment.
    pub path: &'c str,
    /// It came over TLS, of which backends are told.
    pub is_tls: bool,
    /// The place of the route that it takes.
    pub route: Option<usize>,
    /// How its caller was made sure of.
    pub auth: Auth,
    /// The key or the application that the caller proved to have.
    pub known: Option<&'c str>,
}

/// A digest in the making: each value with its length, so that no two questions run together.
struct Telling(Sha256);

impl Telling {
    fn tell(&mut self, value: impl AsRef<[u8]>) {
        let value = value.as_ref();
        self.0.update((value.len() as u64).to_le_bytes());
        self.0.update(value);
    }

    /// Values in any number.
    fn tell_all<V: AsRef<[u8]>>(&mut self, values: impl Iterator<Item = V>) {
        let mut count: u64 = 0;
        for value in values {
            self.tell(value);
            count += 1;
        }
        self.0.update(count.to_le_bytes());
    }

    fn end(self) -> Key {
        Key(self.0.finalize().into())
    }
}

impl CachePlan {
    /// What `asking` asks with this body. `None` where nobody can say what tells its caller from another.
    pub(super) fn key(&self, asking: &Asking<'_>, body: Option<&[u8]>) -> Option<Key> {
        let Asking { request, path, is_tls, route, auth, known, .. } = *asking;
        let mut telling = Telling(Sha256::new());
        telling.tell(self.epoch.to_le_bytes());
        telling.tell(route.map_or(u64::MAX, |route| route as u64).to_le_bytes());
        telling.tell([u8::from(is_tls)]);
        telling.tell(request.method());
        telling.tell(path);
        telling.tell_all(known.into_iter());
        match auth {
            // The signature is another each time; whose it is has been told.
            Auth::KeyPair | Auth::Application => {}
            Auth::None | Auth::Oauth => telling.tell_all(request.header_values("authorization")),
        }
        telling.tell_all(request.header_values("cookie"));
        if let Some(check) = &self.source.check {
            tell_checked(&mut telling, check, asking)?;
        }
        let query = request.query().unwrap_or("");
        if self.source.rules.parameters.is_empty() {
            telling.tell(query);
        }
        for parameter in &self.source.rules.parameters {
            match parameter.location() {
                Location::Header => {
                    telling.tell_all(request.header_values(parameter.name()).map(<[u8]>::to_ascii_lowercase));
                }
                Location::Query => telling.tell_all(values(query, parameter.name()).map(|v| v.to_ascii_lowercase())),
                // The path is told whole.
                Location::Path | Location::Body => {}
            }
        }
        telling.tell_all(body.into_iter());
        if let Some(before) = asking.before {
            tell_edited(&mut telling, request, before);
        }
        Some(telling.end())
    }
}

impl Key {
    #[cfg(test)]
    pub(super) fn of(question: &[u8]) -> Self {
        Self(Sha256::digest(question).into())
    }

    /// What is asked where answers vary with these headers.
    pub(super) fn varied(&self, names: &[Box<str>], request: &Request) -> Key {
        let mut telling = Telling(Sha256::new());
        telling.tell(self.0);
        for name in names {
            telling.tell(&**name);
            telling.tell_all(request.header_values(name));
        }
        telling.end()
    }
}

/// What a function judged the caller by. Where it is not said what that is, it may be anything.
fn tell_checked(telling: &mut Telling, check: &CallerCheck, asking: &Asking<'_>) -> Option<()> {
    if check.headers.is_empty() && check.queries.is_empty() {
        return None;
    }
    let request = asking.before.unwrap_or(asking.request);
    for name in &check.headers {
        telling.tell_all(request.header_values(name.as_str()));
    }
    for name in &check.queries {
        telling.tell_all(values(request.query().unwrap_or(""), name));
    }
    Some(())
}

/// What a function said in a request beside what was there: it may know the caller by anything.
fn tell_edited(telling: &mut Telling, request: &Request, before: &Request) {
    telling.tell(request.query().unwrap_or(""));
    for (name, value) in request.headers() {
        if !before.header_values(name).any(|known| known == value) {
            telling.tell(name.to_ascii_lowercase());
            telling.tell(value);
        }
    }
}

fn values<'q>(query: &'q str, name: &'q str) -> impl Iterator<Item = String> + 'q {
    form_urlencoded::parse(query.as_bytes()).filter(move |(sent, _)| sent == name).map(|(_, value)| value.into_owned())
}
