//! Environments and versions: the model's environment and release (spec: environment, version, throttle).

use control::read;
use model::{EnvironmentName, Service, ServiceId, ServiceTree, VersionName};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::field;
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::time::written;
use crate::wire::Answer;

/// Longest remark on a release, in characters.
const LONGEST_REMARK: usize = 200;

/// `ReleaseService` and `UnReleaseService`. `ApiIds` is reserved by the vendor: all APIs are meant whatever it says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Release {
    service_id: String,
    environment_name: String,
    release_desc: String,
    api_ids: Option<Vec<String>>,
}

pub(crate) async fn release(call: Call, request: Release) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    reserved(request.api_ids)?;
    let remark = field::short_text("ReleaseDesc", Some(request.release_desc), LONGEST_REMARK)?;
    if remark.is_empty() {
        return Err(Fault::missing("ReleaseDesc").into());
    }
    let release = call.control.release(&call.actor, &service, &environment, remark).await?;
    Ok(Answer::result(Released {
        release_desc: release.description.as_str(),
        release_version: release.version.as_str(),
    })?)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Released<'a> {
    release_desc: &'a str,
    release_version: &'a str,
}

/// Checks a reserved list and lets it go.
fn reserved(api_ids: Option<Vec<String>>) -> Result<(), Fault> {
    match api_ids {
        Some(ids) if !ids.is_empty() => field::ids::<model::ApiId>("ApiIds", ids).map(drop),
        _ => Ok(()),
    }
}

/// `UnReleaseService`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Unrelease {
    service_id: String,
    environment_name: String,
    api_ids: Option<Vec<String>>,
}

pub(crate) async fn unrelease(call: Call, request: Unrelease) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    reserved(request.api_ids)?;
    call.control.unrelease(&call.actor, &service, &environment).await?;
    Ok(Answer::done())
}

/// `UpdateService`: another version for an environment.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Switch {
    service_id: String,
    environment_name: String,
    version_name: String,
    update_desc: Option<String>,
}

pub(crate) async fn switch(call: Call, request: Switch) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let version: VersionName = field::id("VersionName", request.version_name)?;
    let remark = field::short_text("UpdateDesc", request.update_desc, LONGEST_REMARK)?;
    call.control.switch_version(&call.actor, &service, &environment, &version, remark).await?;
    Ok(Answer::done())
}

/// A request for a part of a list of one service.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OfService {
    pub(crate) service_id: String,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<i64>,
}

/// What an environment runs and where it is called.
pub(crate) struct Place<'a> {
    pub(crate) name: EnvironmentName,
    /// Host and path, without a scheme.
    pub(crate) url: String,
    /// 1 when it runs a release, else 0.
    pub(crate) status: u8,
    /// The release's version; empty when it runs none.
    pub(crate) version: &'a str,
}

/// The three environments of a service.
pub(crate) fn places<'a>(call: &Call, tree: &'a ServiceTree) -> Vec<Place<'a>> {
    let host = call.control.default_host(&tree.service.id);
    EnvironmentName::all()
        .into_iter()
        .map(|name| {
            let running = tree.running(&name);
            Place {
                url: format!("{host}/{name}"),
                status: u8::from(running.is_some()),
                version: running.map_or("", |release| release.version.as_str()),
                name,
            }
        })
        .collect()
}

/// `DescribeServiceEnvironmentList`: always three rows.
pub(crate) fn list(call: &Call, request: OfService) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let tree = call.service(&service)?;
    Ok(page.answer("EnvironmentList", places(call, tree), |place| Environment {
        create_time: first_release(&tree.service, tree, &place.name),
        environment_name: place.name.into(),
        url: place.url,
        status: place.status,
        version_name: place.version,
    })?)
}

/// When an environment was first released; before that, when its service was made.
fn first_release(service: &Service, tree: &ServiceTree, environment: &EnvironmentName) -> String {
    let first = tree.events.range((environment.clone(), 0)..).next();
    let first = first.filter(|((name, _), _)| name == environment).map(|(_, event)| event.time);
    written(first.unwrap_or(service.created))
}

/// The structure `Environment`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Environment<'a> {
    environment_name: String,
    url: String,
    status: u8,
    version_name: &'a str,
    create_time: String,
}

/// `DescribeServiceReleaseVersion`: oldest first, as the vendor's own examples have it.
pub(crate) fn versions(call: &Call, request: OfService) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let mut releases = read::releases(call.service(&service)?);
    releases.reverse();
    Ok(page.answer("VersionList", releases, |release| Version {
        version_name: release.version.as_str(),
        version_desc: release.description.as_str(),
    })?)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Version<'a> {
    version_name: &'a str,
    version_desc: &'a str,
}

/// `DescribeServiceEnvironmentReleaseHistory`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct History {
    service_id: String,
    environment_name: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// What ran, oldest first; in all environments where none is named.
pub(crate) fn history(call: &Call, request: History) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = request.environment_name.map(|name| field::environment("EnvironmentName", &name)).transpose()?;
    let mut events = read::history(call.service(&service)?, environment.as_ref());
    events.reverse();
    Ok(page.answer("VersionList", events, |event| HistoryLine {
        version_name: event.version.as_str(),
        version_desc: event.description.as_str(),
        release_time: written(event.time),
    })?)
}

/// The structure `ServiceReleaseHistoryInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HistoryLine<'a> {
    version_name: &'a str,
    version_desc: &'a str,
    release_time: String,
}
