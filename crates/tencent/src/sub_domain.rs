//! Sub-domains: the model's custom domain (spec: custom domain).

use control::{DomainChange, NewDomain};
use model::{
    CertificateId, Domain, DomainCertificate, DomainMapping, DomainName, Invalid, MappingPath, Network, PathMapping,
    ServiceId, ServiceProtocol, ServiceTree, TlsVersion,
};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::wire::Answer;

const PROTOCOLS: [(&str, ServiceProtocol); 3] =
    [("http", ServiceProtocol::Http), ("https", ServiceProtocol::Https), ("http&https", ServiceProtocol::Both)];

const NET_TYPES: [(&str, Network); 2] = [("OUTER", Network::Outer), ("INNER", Network::Inner)];

/// What stands in the place of a certificate's identifier where the domain's certificate comes over ACME.
const ACME: &str = "acme";

/// The structure `PathMapping`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Mapping {
    path: String,
    environment: String,
}

/// The codes that an action has for mappings that cannot be.
struct MappingCodes {
    together: Code,
    path: Code,
    environment: Code,
}

const ON_BIND: MappingCodes = MappingCodes {
    together: Code::IsDefaultMapping,
    path: Code::DefineMappingPathError,
    environment: Code::DefineMappingEnvironmentError,
};

const ON_MODIFY: MappingCodes = MappingCodes {
    together: Code::SetCustomPathMappingError,
    path: Code::PathMappingSetError,
    environment: Code::PathMappingSetError,
};

fn mapping(codes: &MappingCodes, is_default: bool, sent: Option<Vec<Mapping>>) -> Result<DomainMapping, Fault> {
    let sent = sent.unwrap_or_default();
    if is_default {
        if sent.is_empty() {
            return Ok(DomainMapping::Default);
        }
        let reason = "mappings are given although `IsDefaultMapping` is true; with them it must be false";
        return Err(Fault::value(codes.together, "PathMappingSet", reason));
    }
    let read = |(index, sent): (usize, Mapping)| {
        let place = |member| format!("PathMappingSet.{index}.{member}");
        let path = MappingPath::try_from(sent.path)
            .map_err(|invalid: Invalid| Fault::invalid(codes.path, &place("Path"), &invalid))?;
        let environment = field::environment(&place("Environment"), &sent.environment)
            .map_err(|fault| Fault { code: codes.environment, ..fault })?;
        Ok(PathMapping { path, environment })
    };
    sent.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(DomainMapping::Paths)
}

fn name(code: Code, raw: &str) -> Result<DomainName, Fault> {
    DomainName::try_from(raw).map_err(|invalid| Fault::invalid(code, "SubDomain", &invalid))
}

fn certificate(raw: Option<String>) -> Result<Option<DomainCertificate>, Fault> {
    let Some(raw) = raw.filter(|raw| !raw.is_empty()) else { return Ok(None) };
    if raw == ACME {
        return Ok(Some(DomainCertificate::Acme));
    }
    let id = CertificateId::try_from(raw);
    id.map(|id| Some(DomainCertificate::Stored(id)))
        .map_err(|invalid| Fault::invalid(Code::CertificateIdError, "CertificateId", &invalid))
}

/// Refuses what is not one of the names that the service has by itself: ours, or one of the vendor's for it.
fn check_target(call: &Call, service: &ServiceId, target: &str) -> Result<(), Fault> {
    let ours = call.control.default_host(service);
    let is_of_service = |label: &str| {
        let app = label.strip_prefix(service.as_str()).and_then(|rest| rest.strip_prefix('-'));
        app.is_some_and(|app| !app.is_empty() && app.bytes().all(|b| b.is_ascii_digit()))
    };
    let target = target.to_ascii_lowercase();
    if target == ours || target.split_once('.').is_some_and(|(label, _)| is_of_service(label)) {
        return Ok(());
    }
    let reason = format!("`{}` is not the service's own host name, `{ours}`", target.escape_debug());
    Err(Fault::value(Code::NetSubDomainError, "NetSubDomain", reason))
}

/// `BindSubDomain`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Bind {
    service_id: String,
    sub_domain: String,
    protocol: String,
    net_type: String,
    is_default_mapping: bool,
    net_sub_domain: String,
    certificate_id: Option<String>,
    path_mapping_set: Option<Vec<Mapping>>,
    is_forced_https: Option<bool>,
}

pub(crate) async fn bind(call: Call, request: Bind) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    call.service(&service)?;
    let new = NewDomain {
        name: name(Code::SubDomainFormatError, &request.sub_domain)?,
        spelled: request.sub_domain,
        protocol: field::option(Code::InvalidProcotol, "Protocol", &request.protocol, &PROTOCOLS)?,
        network: field::option(Code::FormatError, "NetType", &request.net_type, &NET_TYPES)?,
        certificate: certificate(request.certificate_id)?,
        mapping: mapping(&ON_BIND, request.is_default_mapping, request.path_mapping_set)?,
        force_https: request.is_forced_https.unwrap_or(false),
        min_tls: TlsVersion::default(),
        client_ca: None,
    };
    check_target(&call, &service, &request.net_sub_domain)?;
    call.control.bind_domain(&call.actor, &service, new).await?;
    Ok(Answer::Nothing)
}

/// `ModifySubDomain`: what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    service_id: String,
    sub_domain: String,
    is_default_mapping: bool,
    certificate_id: Option<String>,
    protocol: Option<String>,
    path_mapping_set: Option<Vec<Mapping>>,
    net_type: Option<String>,
    is_forced_https: Option<bool>,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let name = name(Code::SubDomainFormatError, &request.sub_domain)?;
    let protocol = |word: String| field::option(Code::UnknownProtocolTypeError, "Protocol", &word, &PROTOCOLS);
    let network = |word: String| field::option(Code::FormatError, "NetType", &word, &NET_TYPES);
    let change = DomainChange {
        protocol: request.protocol.map(protocol).transpose()?,
        network: request.net_type.map(network).transpose()?,
        certificate: certificate(request.certificate_id)?,
        mapping: Some(mapping(&ON_MODIFY, request.is_default_mapping, request.path_mapping_set)?),
        force_https: request.is_forced_https,
        min_tls: None,
        client_ca: None,
    };
    call.control.modify_domain(&call.actor, &service, &name, change).await?;
    Ok(Answer::done())
}

/// A request that names a service and one of its domains.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OneDomain {
    service_id: String,
    sub_domain: String,
}

pub(crate) async fn unbind(call: Call, request: OneDomain) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let name = name(Code::SubDomainFormatError, &request.sub_domain)?;
    call.control.unbind_domain(&call.actor, &service, &name).await?;
    Ok(Answer::done())
}

/// `DescribeServiceSubDomains`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    service_id: String,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// Newest first.
pub(crate) async fn list(call: Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let mut domains: Vec<_> = call.service(&service)?.domains.values().cloned().collect();
    domains.sort_by(|a, b| (b.created, &b.name).cmp(&(a.created, &a.name)));
    let total = domains.len();
    let domains: Vec<_> = page.cut(domains).collect();
    // Only for those that are told of is the name server asked.
    let led_here = call.control.are_led_here(&service, domains.iter().map(|domain| &domain.name)).await;
    let shown: Vec<Listed> = domains.iter().zip(led_here).map(|(domain, led)| Listed::new(domain, led)).collect();
    Ok(Page::told("DomainSet", total, &shown)?)
}

/// The structure `DomainSetList`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    domain_name: String,
    /// 1: it leads here; 0: it does not.
    status: u8,
    certificate_id: String,
    is_default_mapping: bool,
    protocol: &'static str,
    net_type: &'static str,
    is_forced_https: bool,
    registration_status: bool,
}

impl Listed {
    fn new(domain: &Domain, is_led_here: bool) -> Self {
        let word = |of: Network| NET_TYPES.iter().find(|(_, network)| *network == of).map_or("", |(word, _)| word);
        Self {
            domain_name: domain.spelled.clone(),
            status: u8::from(is_led_here),
            certificate_id: match &domain.certificate {
                Some(DomainCertificate::Stored(id)) => id.to_string(),
                Some(DomainCertificate::Acme) => ACME.to_owned(),
                None => String::new(),
            },
            is_default_mapping: domain.mapping == DomainMapping::Default,
            protocol: PROTOCOLS.iter().find(|(_, of)| *of == domain.protocol).map_or("", |(word, _)| word),
            net_type: word(domain.network),
            is_forced_https: domain.force_https,
            // No authority of any country is asked.
            registration_status: true,
        }
    }
}

fn bound(tree: &ServiceTree, name: DomainName) -> Result<&Domain, Problem> {
    match tree.domains.get(&name) {
        Some(domain) => Ok(domain),
        None => Err(control::Refusal::DomainNotBound { service: tree.service.id.clone(), domain: name }.into()),
    }
}

/// `DescribeServiceSubDomainMappings`.
pub(crate) fn mappings(call: &Call, request: OneDomain) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let domain = bound(call.service(&service)?, name(Code::FormatError, &request.sub_domain)?)?;
    let written = |mapping: &PathMapping| Mapping {
        path: mapping.path.as_str().to_owned(),
        environment: mapping.environment.to_string(),
    };
    Ok(Answer::result(Mappings {
        is_default_mapping: domain.mapping == DomainMapping::Default,
        path_mapping_set: domain.mapping.paths().iter().map(written).collect(),
    })?)
}

/// The structure `ServiceSubDomainMappings`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mappings {
    is_default_mapping: bool,
    path_mapping_set: Vec<Mapping>,
}

/// `DeleteServiceSubDomainMapping`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct DeleteMapping {
    service_id: String,
    sub_domain: String,
    environment: String,
}

pub(crate) async fn delete_mapping(call: Call, request: DeleteMapping) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let name = name(Code::FormatError, &request.sub_domain)?;
    let environment = field::environment("Environment", &request.environment)
        .map_err(|fault| Fault { code: Code::FormatError, ..fault })?;
    call.control.delete_mapping(&call.actor, &service, &name, &environment).await?;
    Ok(Answer::done())
}
