//! The schemas of the values that are written as one text or number; those of the nouns are derived where they stand.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::*;

fn text(about: &str, longest: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(about)).max_length(Some(longest))
}

macro_rules! schemas {
    ($($name:ident = $schema:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($schema.build()))
            }
        }

        impl ToSchema for $name {}
    )*};
}

schemas! {
    Name = text("A name that people read: no control characters, no blank at either end.", Name::MAX).min_length(Some(1));
    Text = text("A free text: any characters but NUL.", Text::MAX);
    FrontendPath = text(
        "`/user` (this and what begins with it), `=/user` (just this), `^~/user` (prefix, goes first), \
         `/user/{id}` (variables), `/user/.*` (a regular expression)",
        FrontendPath::MAX,
    ).min_length(Some(1));
    Origin = text("`http://host[:port]` or `https://host[:port]`, without a path.", 300).min_length(Some(8));
    WebSocketOrigin = text("`ws://host[:port]` or `wss://host[:port]`, without a path.", 300).min_length(Some(6));
    BucketName = text("A bucket's name: small letters, digits and `-`, which stands at neither end.", 63).min_length(Some(1));
    TriggerValue = text("A part of a header's value: letters, digits and `.+*-/_`.", 40).min_length(Some(1));
    BackendPath = text("Empty, or beginning with `/`; `{name}` stands for a mapped path parameter.", 1024);
    MethodMatch = text("`ANY`, or one method.", 7).enum_values(Some(
        std::iter::once("ANY").chain(Method::ALL.into_iter().map(Method::as_str)),
    ));
    Timeout = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .description(Some("How long a backend may take to begin its answer, in whole seconds."))
        .minimum(Some(1))
        .maximum(Some(1800));
    ServiceId = text("A service's identifier.", 128);
    ApiId = text("An API's identifier.", 128);
    UsagePlanId = text("A usage plan's identifier.", 128);
    UpstreamId = text("An upstream's identifier.", 128);
    AccessKeyId = text("The public half of a key pair.", 128);
    VersionName = text("A release's name.", 128);
    EnvironmentName = text("An environment of a service.", 128).enum_values(Some(EnvironmentName::NAMES));
    OperatorId = text("An operator's identifier.", 128);
}
