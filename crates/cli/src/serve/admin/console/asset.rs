//! The console's files, as `make console` leaves them in `console/dist/app`: each beside its `.br` and `.gz`.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

/// Empty when the console was not built.
#[derive(Embed)]
#[folder = "../../console/dist/app"]
#[allow_missing = true]
struct Files;

/// The page that everything begins with; none when the console was not built.
pub(super) fn page() -> Option<String> {
    Files::get("index.html").and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// A file in the form that the browser reads best.
pub(super) struct Asset {
    file: EmbeddedFile,
    encoding: Option<&'static str>,
    media_type: &'static str,
    is_immutable: bool,
}

impl Asset {
    /// The file at `path` below `/console/`.
    pub(super) fn find(path: &str, headers: &HeaderMap) -> Option<Self> {
        let media_type = media_type(path)?;
        let is_immutable = path.starts_with("assets/");
        let encoded = encodings(headers)
            .find_map(|(encoding, ending)| Some((Files::get(&format!("{path}.{ending}"))?, Some(encoding))));
        let (file, encoding) = encoded.or_else(|| Some((Files::get(path)?, None)))?;
        Some(Self { file, encoding, media_type, is_immutable })
    }

    /// The file, or that the browser has it already.
    pub(super) fn answer(self, headers: &HeaderMap) -> Response {
        let hash = self.file.metadata.sha256_hash();
        let tag: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{tag}\"");
        // Files below `assets/` are named by their content; the others are asked for anew each time.
        let keep = if self.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let told = [
            (header::ETAG, tag.clone()),
            (header::CACHE_CONTROL, keep.to_owned()),
            (header::VARY, "Accept-Encoding".to_owned()),
        ];
        if names_tag(headers, &tag) {
            return (StatusCode::NOT_MODIFIED, told).into_response();
        }
        let body = match self.file.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let mut answer = (told, [(header::CONTENT_TYPE, self.media_type)], body).into_response();
        if let Some(encoding) = self.encoding {
            answer.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding));
        }
        answer
    }
}

/// The kinds of files that a build leaves; the compressed forms are not asked for by name.
fn media_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// The encodings that the browser takes, best first, with the ending of the file that holds it.
fn encodings(headers: &HeaderMap) -> impl Iterator<Item = (&'static str, &'static str)> {
    let named = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let takes = |encoding: &str| {
        named.split(',').any(|item| {
            let (name, weight) = item.split_once(';').map_or((item, ""), |(name, weight)| (name, weight.trim()));
            name.trim() == encoding && !matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    let all = [("br", "br", takes("br")), ("gzip", "gz", takes("gzip"))];
    all.into_iter().filter(|(_, _, taken)| *taken).map(|(encoding, ending, _)| (encoding, ending))
}

fn names_tag(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or("");
    named.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, header::HeaderValue::from_static(value))])
    }

    #[test]
    fn the_smallest_encoding_that_a_browser_takes_is_sent() {
        let sent = |value| encodings(&with(header::ACCEPT_ENCODING, value)).map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(sent("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(sent("gzip;q=0.5, br;q=0"), ["gzip"]);
        assert_eq!(sent("identity"), [""; 0]);
    }

    #[test]
    fn a_tag_is_known_alone_and_in_a_list() {
        let knows = |value| names_tag(&with(header::IF_NONE_MATCH, value), "\"a\"");
        assert!(knows("\"a\"") && knows("\"b\", W/\"a\"") && !knows("\"b\""));
    }

    #[test]
    fn only_what_a_build_leaves_is_a_file() {
        assert_eq!(media_type("assets/a.js"), Some("text/javascript; charset=utf-8"));
        assert_eq!(media_type("assets/a.js.br"), None);
        assert_eq!(media_type("services"), None);
    }
}
