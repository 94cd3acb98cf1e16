//! The schemas of the values that are written as one text or number; those of the nouns are derived where they stand.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::*;

fn text(about: &str, longest: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(about)).max_length(Some(longest))
}

fn number(about: &str, least: u32, most: u32) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .description(Some(about))
        .minimum(Some(least))
        .maximum(Some(most))
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
    Origin = text("`http://host[:port]` or `https://host[:port]`, without a path; `grpc://` and `grpcs://` where gRPC is spoken.", 300).min_length(Some(8));
    WebSocketOrigin = text("`ws://host[:port]` or `wss://host[:port]`, without a path.", 300).min_length(Some(6));
    BucketName = text("A bucket's name: small letters, digits and `-`, which stands at neither end.", 63).min_length(Some(1));
    TriggerValue = text("A part of a header's value: letters, digits and `.+*-/_`.", 40).min_length(Some(1));
    HeaderName = text("The name of a header.", 128).min_length(Some(1));
    NodeHost = text("A DNS name or an IP address.", 253).min_length(Some(1));
    DnsLabel = text("One label of a DNS name.", 63).min_length(Some(1));
    Authority = text("A host with perhaps a port, as a `Host` header says it.", 300).min_length(Some(1));
    ProbePath = text("A path, perhaps with a query.", 1024).min_length(Some(1));
    NodePort = number("A port.", 1, 65_535);
    Weight = number("A node's share of the calls; 0 is a node that gets none.", 0, 100);
    Retries = number("How often a call is tried on another node at most.", 0, 100);
    Threshold = number("Failures in a row that eject a node; 0 is never.", 0, 254);
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
    CertificateId = text("A certificate's identifier: letters, digits, `-` and `_`.", 128);
    DomainName = text("A host name as it stands in DNS; `*.` in front stands for one label.", DomainName::MAX);
    MappingPath = text("`/`, or segments of letters, digits and `-_.~`.", 128).min_length(Some(1));
    LoginUrl = text("`http://` or `https://`, a host and more.", LoginUrl::MAX).min_length(Some(8));
    OperatorId = text("An operator's identifier.", 128);
    PluginId = text("A plugin's identifier.", 128);
    ApplicationId = text("An application's identifier.", 128);
    IpStrategyId = text("An IP strategy's identifier.", 128);
    ApiDocumentId = text("An API document's identifier.", 128);
    AddressList = text(
        "Addresses and networks, IPv4 and IPv6, 1 to 1000 of them, with line ends or `;` between: `1.2.3.4`, \
         `10.0.0.0/8`, `2001:db8::/32`",
        AddressList::LONGEST,
    ).min_length(Some(1));
}

impl PartialSchema for Statuses {
    fn schema() -> RefOr<Schema> {
        let status = number("A status.", 100, 599);
        let statuses = utoipa::openapi::schema::ArrayBuilder::new()
            .items(RefOr::T(Schema::Object(status.build())))
            .description(Some("A set of statuses."))
            .min_items(Some(1))
            .max_items(Some(100));
        RefOr::T(Schema::Array(statuses.build()))
    }
}

impl ToSchema for Statuses {}
