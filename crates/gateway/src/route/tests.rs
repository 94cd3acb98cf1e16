mod against_reference;
mod rules;

use model::{FrontendPath, Method, MethodMatch};

use super::{Captures, Entry, Found, Router};

fn path(raw: &str) -> FrontendPath {
    FrontendPath::try_from(raw).unwrap()
}

fn method(raw: &str) -> MethodMatch {
    MethodMatch::try_from(raw.to_owned()).unwrap()
}

/// A router over lines like `GET /user/{id}`; the value is the line.
fn router(lines: &[&'static str]) -> Router<&'static str> {
    let entry = |line: &&'static str| {
        let (verb, raw) = line.split_once(' ').unwrap();
        Entry { path: path(raw), method: method(verb), value: *line }
    };
    Router::new(lines.iter().map(entry).collect())
}

/// What a look-up gives, in words: the line, how much was matched, the variables' texts.
fn answer<'r>(
    router: &Router<&'r str>,
    verb: &str,
    path: &str,
) -> Result<(&'r str, String, Vec<String>), &'static str> {
    let mut captures = Captures::new();
    match router.find(Method::try_from(verb).unwrap(), path, &mut captures) {
        Found::Api { value, matched } => {
            let texts = (0..captures.len()).map(|index| captures.text(path, index).unwrap_or("-").to_owned());
            Ok((value, path[..matched].to_owned(), texts.collect()))
        }
        Found::WrongMethod => Err("wrong method"),
        Found::Nothing => Err("nothing"),
    }
}

fn value<'r>(router: &Router<&'r str>, verb: &str, path: &str) -> &'r str {
    answer(router, verb, path).map_or_else(|none| none, |(value, _, _)| value)
}
