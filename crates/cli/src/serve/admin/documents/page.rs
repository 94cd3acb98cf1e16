//! The pages as text. Whatever comes from a definition, a form or an answer is escaped on its way in.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::Control;
use control::debug::{DebugRefusal, DebugReport};
use model::{ApiDocument, ApiId, ApiProtocol, Auth, DocumentedApi, Location, Method, MethodMatch, PathForm};
use sha2::{Digest as _, Sha256};

/// A page, and the digest of its style for the policy that lets it in.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) style: String,
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}\
h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-top:1px solid #d6dbe3;padding-top:1.5rem}code,pre{font-family:ui-monospace,monospace}\
pre{background:#f4f6f9;border:1px solid #d6dbe3;padding:.75rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border:1px solid #d6dbe3;vertical-align:top}\
input,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.3rem}button{font:inherit;padding:.4rem 1rem;margin:.5rem 0}\
.method{background:#1c5fd4;color:#fff;padding:.1rem .4rem;border-radius:.2rem;font-size:.85em}.bad{color:#b3261e}.note{color:#5b6675}";

/// How much of an answer's body is shown, in bytes.
const SHOWN: usize = 64 * 1024;

fn page(title: &str, inside: &str) -> Page {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{}</title><style>{STYLE}</style></head><body>{inside}</body></html>\n",
        escaped(title)
    );
    Page { text, style: STANDARD.encode(Sha256::digest(STYLE)) }
}

/// A text where markup stands.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            sign => safe.push(sign),
        }
    }
    safe
}

/// Where the password is asked for. It looks the same whether there is such a document or not.
pub(super) fn door(id: &str, wrong: bool) -> Page {
    let told = if wrong { "<p class=\"bad\" role=\"alert\">That is not the password.</p>" } else { "" };
    let id = escaped(id);
    page(
        "API document",
        &format!(
            "<h1>API document</h1>{told}<form method=\"post\" action=\"/docs/{id}\"><label>Password \
             <input type=\"password\" name=\"password\" autocomplete=\"off\" required autofocus></label>\
             <button>Open</button></form>"
        ),
    )
}

/// The document.
pub(super) fn document(control: &Control, document: &ApiDocument) -> Page {
    let name = escaped(document.name.as_str());
    let host = escaped(&control.default_host(&document.service));
    let environment = escaped(document.environment.as_str());
    let mut inside =
        format!("<h1>{name}</h1><p>Host <code>{host}</code>, environment <code>{environment}</code>.</p><ul>");
    for told in &document.content {
        let definition = &told.definition;
        let _written = write!(
            inside,
            "<li><a href=\"#{}\">{}</a> {}</li>",
            escaped(told.api.as_str()),
            escaped(definition.name.as_str()),
            line(told)
        );
    }
    inside.push_str("</ul>");
    for told in &document.content {
        api(&mut inside, document, told);
    }
    page(document.name.as_str(), &inside)
}

fn line(told: &DocumentedApi) -> String {
    let definition = &told.definition;
    format!(
        "<span class=\"method\">{}</span> <code>{}</code>",
        definition.method.as_str(),
        escaped(definition.path.as_str())
    )
}

/// Who may call, in words. A new authentication must be told here.
fn who(auth: Auth) -> &'static str {
    match auth {
        Auth::None => "Anybody may call.",
        Auth::KeyPair => "Calls are signed with a key pair.",
        Auth::Application => "Calls are signed by an application.",
        Auth::Oauth => "Calls carry the token that the authorization API of this service gave.",
    }
}

fn api(inside: &mut String, document: &ApiDocument, told: &DocumentedApi) {
    let definition = &told.definition;
    let id = escaped(told.api.as_str());
    let _written = write!(
        inside,
        "<h2 id=\"{id}\">{}</h2><p>{}</p><p>{}</p><p>{}",
        escaped(definition.name.as_str()),
        line(told),
        escaped(definition.description.as_str()),
        who(definition.auth)
    );
    if !told.released {
        inside.push_str(" <span class=\"bad\">The environment did not run it when this page was built.</span>");
    }
    inside.push_str("</p>");
    if definition.protocol == ApiProtocol::WebSocket {
        inside.push_str("<p class=\"note\">It is a WebSocket and cannot be tried from this page.</p>");
    } else {
        form(inside, document, told);
    }
    let guide = &definition.response;
    for (title, text) in [("When all goes well", &guide.success_example), ("When it does not", &guide.failure_example)]
    {
        if !text.as_str().is_empty() {
            let _written = write!(inside, "<h3>{title}</h3><pre>{}</pre>", escaped(text.as_str()));
        }
    }
    if !guide.error_codes.is_empty() {
        inside.push_str("<h3>Codes</h3><table><tr><th>Code</th><th>Message</th><th>Meaning</th></tr>");
        for code in &guide.error_codes {
            let (message, meaning) = (escaped(&code.message), escaped(&code.description));
            let _written = write!(inside, "<tr><td>{}</td><td>{message}</td><td>{meaning}</td></tr>", code.code);
        }
        inside.push_str("</table>");
    }
}

/// The parameters, each with a field to try it.
fn form(inside: &mut String, document: &ApiDocument, told: &DocumentedApi) {
    let definition = &told.definition;
    let _written = write!(
        inside,
        "<form method=\"post\" action=\"/docs/{}/apis/{}\" autocomplete=\"off\">",
        escaped(document.id.as_str()),
        escaped(told.api.as_str())
    );
    if !definition.parameters.is_empty() {
        inside.push_str("<table><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th><th>Value</th></tr>");
        for parameter in &definition.parameters {
            let (name, place) = (escaped(&parameter.name), parameter.location.as_str());
            let default = escaped(parameter.default.as_deref().unwrap_or_default());
            let needed = if parameter.required { "<strong> *</strong>" } else { "" };
            let _written = write!(
                inside,
                "<tr><td><code>{name}</code>{needed}</td><td>{place}</td><td>{}</td><td>{}</td><td><input \
                 name=\"{place}:{name}\" aria-label=\"{name}\" placeholder=\"{default}\"></td></tr>",
                escaped(&parameter.type_name),
                escaped(&parameter.description),
            );
        }
        inside.push_str("</table>");
    }
    if matches!(definition.path.form(), PathForm::Regex { .. }) {
        inside.push_str("<label>Path <input name=\"path\" required></label>");
    }
    let has_body = !matches!(definition.method, MethodMatch::Only(Method::Get | Method::Head));
    if has_body && !definition.parameters.iter().any(|parameter| parameter.location == Location::Body) {
        inside.push_str("<label>Body <textarea name=\"body\" rows=\"3\"></textarea></label>");
    }
    inside.push_str("<button>Try it</button></form>");
}

/// What came of trying.
pub(super) fn tried(document: &ApiDocument, api: &ApiId, tried: &Result<DebugReport, DebugRefusal>) -> Page {
    let mut inside = format!(
        "<p><a href=\"/docs/{}#{}\">Back to {}</a></p>",
        escaped(document.id.as_str()),
        escaped(api.as_str()),
        escaped(document.name.as_str())
    );
    match tried {
        Err(refusal) => {
            let _written = write!(inside, "<p class=\"bad\" role=\"alert\">{}</p>", escaped(&refusal.to_string()));
        }
        Ok(report) => answered(&mut inside, report),
    }
    page(document.name.as_str(), &inside)
}

fn answered(inside: &mut String, report: &DebugReport) {
    let (request, sent) = (&report.request, &report.sent);
    let _written = write!(
        inside,
        "<h1>{} <code>{}</code></h1><h2>Status {}</h2><pre>",
        request.method.as_str(),
        escaped(&request.target),
        sent.status
    );
    for (name, value) in &sent.headers {
        let _written = writeln!(inside, "{}: {}", escaped(name), escaped(value));
    }
    let shown = &sent.body[..sent.body.len().min(SHOWN)];
    let _written = write!(inside, "</pre><h3>Body</h3><pre>{}</pre>", escaped(&String::from_utf8_lossy(shown)));
    if sent.body_bytes > shown.len() as u64 {
        let _written = write!(inside, "<p class=\"note\">The first {} of {} bytes.</p>", shown.len(), sent.body_bytes);
    }
    inside.push_str("<h2>The same call from outside</h2>");
    for snippet in &report.snippets {
        let _written = write!(
            inside,
            "<details><summary>{}</summary><pre>{}</pre></details>",
            escaped(snippet.language.as_str()),
            escaped(&snippet.code)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_page_is_text_and_no_markup() {
        assert_eq!(escaped("<a href='x' b=\"y\">&"), "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;");
        let door = door("\"><script>alert(1)</script>", false);
        assert!(!door.text.contains("<script>"), "{}", door.text);
    }
}
