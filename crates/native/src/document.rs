//! The OpenAPI document: made from the handlers, finished here with what all of them have in common.

use serde_json::Value;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder,
    SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;
use crate::routes;

/// The document as it is served and committed: JSON, with a line break at its end.
pub fn document() -> String {
    Document::new(routes::table().into_openapi()).text()
}

/// The document, for reading and for checking requests against it.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// The finished form of what the routes say.
    pub(crate) fn new(mut raw: OpenApi) -> Self {
        let components = raw.components.get_or_insert_default();
        let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
        Problem::schemas(&mut schemas);
        components.schemas.extend(schemas);
        for (name, scheme) in security() {
            components.security_schemes.insert(name.to_owned(), scheme);
        }
        for (path, item) in &mut raw.paths.paths {
            for (method, operation) in operations(item) {
                finish(path, method, operation);
            }
        }
        Self(serde_json::to_value(raw).unwrap_or_default())
    }

    /// The document as text.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_default() + "\n"
    }

    /// What is said of the query parameters of the operation at `path`, as it stands in the document.
    pub(crate) fn query(&self, path: &str, method: &str) -> Vec<(&str, &Value)> {
        let method = if method == "HEAD" { "get".to_owned() } else { method.to_ascii_lowercase() };
        let parameters = self.0["paths"][path][method]["parameters"].as_array();
        let all = parameters.into_iter().flatten().filter(|parameter| parameter["in"] == "query");
        all.filter_map(|parameter| Some((parameter["name"].as_str()?, &parameter["schema"]))).collect()
    }
}

/// What stands above the paths.
pub(crate) fn head() -> OpenApi {
    let licence = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info =
        InfoBuilder::new().title("Tollgate").version("1").description(Some(ABOUT)).license(Some(licence)).build();
    OpenApiBuilder::new().info(info).build()
}

const ABOUT: &str = "\
The native management API of a Tollgate gateway.\n\n\
- Log in with `POST /api/v1/session`: a cookie is set, and each change must send the session's `csrf_token` in \
`X-CSRF-Token`. Programs send `Authorization: Bearer {secret_id}:{secret_key}` with an operator's access key instead.\n\
- Every noun has an `ETag`. `PUT`, `PATCH` and `DELETE` need it in `If-Match` (428 without, 412 when somebody else was \
first); `If-Match: *` changes whatever is there. Bindings, attachments and access keys have none: they are there or not.\n\
- `Idempotency-Key` on a `POST` makes it safe to send again: it happens once, for as long as its answer is kept (the last \
1,000 of at most 64 KiB, for a day and until the gateway restarts).\n\
- `dry_run=true` on anything that changes: everything is checked and answered, and nothing is stored.\n\
- Lists come in pages: `limit`, and the `next_page_token` of one page as `page_token` of the next.\n\
- Refusals are problems (RFC 9457) with a `type`, and for invalid input the list of what is wrong where.\n\
- Unknown fields and parameters are refused by name.";

fn security() -> [(&'static str, SecurityScheme); 2] {
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        "tollgate_session",
        "Set by `POST /api/v1/session`; `__Host-tollgate_session` behind HTTPS. Changes need `X-CSRF-Token` too.",
    ));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("{secret_id}:{secret_key}")
        .description(Some("An operator's access key, both halves joined by a colon."))
        .build();
    [("session", SecurityScheme::ApiKey(cookie)), ("access_key", SecurityScheme::Http(bearer))]
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

/// Says what no handler says of itself: the path's variables, the headers and parameters of changes, who may ask, and
/// what a refusal looks like.
fn finish(path: &str, method: &'static str, operation: &mut Operation) {
    let is_login = operation.operation_id.as_deref() == Some("log_in");
    let is_of_session = path.contains("/session");
    // It changes nothing here, whatever it changes elsewhere.
    let is_debug = path.ends_with("/debug");
    let mut parameters: Vec<Parameter> =
        variables(path).map(|name| parameter(name, ParameterIn::Path, about_variable(name), text())).collect();
    parameters.append(operation.parameters.get_or_insert_default());
    if method != "GET" && !is_of_session && !is_debug {
        parameters.push(parameter("dry_run", ParameterIn::Query, "Check and answer, but store nothing.", truth()));
        if method == "POST" {
            let about = "A name for this request, 1 to 255 visible characters: sent again with the same one within a day, it \
                         happens once and gets the first answer again, with `Idempotent-Replayed: true`. The last 1,000 \
                         answers of at most 64 KiB are kept, until the gateway restarts.";
            parameters.push(parameter("Idempotency-Key", ParameterIn::Header, about, text()));
        } else if !is_relation(path) {
            let mut mark = parameter("If-Match", ParameterIn::Header, "The noun's `ETag`, or `*`.", text());
            mark.required = Required::True;
            parameters.push(mark);
        }
    }
    if method != "GET" && !is_login {
        let about = "The session's `csrf_token`; not needed with an access key.";
        parameters.push(parameter("X-CSRF-Token", ParameterIn::Header, about, text()));
    }
    if !parameters.is_empty() {
        operation.parameters = Some(parameters);
    } else {
        operation.parameters = None;
    }
    let scopes: [&str; 0] = [];
    operation.security = Some(if is_login {
        Vec::new()
    } else {
        vec![SecurityRequirement::new("session", scopes), SecurityRequirement::new("access_key", scopes)]
    });
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && matches!(status.as_str(), "200" | "201")
            && response.headers.is_empty()
            && has_mark(path, method)
        {
            let header = HeaderBuilder::new().schema(text()).description(Some("The noun's mark, for `If-Match`."));
            response.headers.insert("ETag".to_owned(), header.build());
        }
    }
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
    let refused = ResponseBuilder::new().description("A problem").content("application/problem+json", content).build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(refused));
}

/// True for what is there or is not, and has no mark: what is bound to what, and access keys.
fn is_relation(path: &str) -> bool {
    let parts = ["/bindings/", "/attachments/", "/access-keys/", "/usage-plans/{plan}/keys/"];
    parts.iter().any(|part| path.contains(part))
}

/// True for the answers that show one noun, which has a mark: a release that was made and an access key never change.
fn has_mark(path: &str, method: &str) -> bool {
    let ends_with_any = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
    match method {
        "POST" => !path.contains("/session") && !ends_with_any(&["/debug", "/releases", "/access-keys"]),
        "DELETE" => path.ends_with("/release"),
        "GET" if path.ends_with("/configuration") => true,
        _ => ends_with_any(&["}", "/release", "/throttle"]) && !path.ends_with("/releases/{version}"),
    }
}

fn parameter(name: &str, place: ParameterIn, about: &str, schema: utoipa::openapi::Schema) -> Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

fn text() -> utoipa::openapi::Schema {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build().into()
}

fn truth() -> utoipa::openapi::Schema {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Boolean)).build().into()
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn about_variable(name: &str) -> &'static str {
    match name {
        "service" => "A service's identifier.",
        "api" => "An API's identifier.",
        "environment" => "`test`, `prepub` or `release`.",
        "version" => "A release's name.",
        "plan" => "A usage plan's identifier.",
        "key" => "The public half of a key pair.",
        "upstream" => "An upstream's identifier.",
        "plugin" => "A plugin's identifier.",
        "application" => "An application's identifier.",
        "strategy" => "An IP strategy's identifier.",
        "document" => "An API document's identifier.",
        "operator" => "An operator's identifier.",
        "session" => "A session's identifier.",
        _ => "An identifier.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document: Value = serde_json::from_str(&document()).unwrap();
        let text = document.to_string();
        let mut found = 0;
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
            found += 1;
        }
        assert!(found > 20);
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_a_summary_and_a_place() {
        let document: Value = serde_json::from_str(&document()).unwrap();
        let mut names = std::collections::BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap_or_default();
                assert!(names.insert(name.to_owned()), "{method} {path}: {name}");
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{method} {path}");
            }
        }
    }
}
