//! Every action of the API, 2018-08-08: one row each.
//!
//! The rows say what an operator needs to ask for an action, and what serves it. The list of those that are not served
//! stands in `data/refused.txt` too, where it may only shrink.

use std::pin::Pin;

use crate::call::Call;
use crate::refusal::Problem;
use crate::wire::{Answer, Params};
use crate::{
    api, api_app, api_doc, api_key, environment, exclusive_instance, import, ip_strategy, log_search, plugin, service,
    strategy, sub_domain, upstream, usage_plan,
};

/// The answer of an action that is under way.
pub(crate) type Serving = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;

/// An action.
pub(crate) struct Row {
    /// Its name, as `X-TC-Action` has it.
    pub(crate) name: &'static str,
    /// What it needs.
    pub(crate) rights: Rights,
    /// What it does.
    pub(crate) state: State,
}

/// What an operator must be allowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Look: every operator may.
    Read,
    /// Change: editors and administrators may.
    Write,
}

/// What an action does.
pub(crate) enum State {
    /// It is carried out.
    Served(fn(Call, Params) -> Serving),
    /// It is refused, because of this.
    Refused(&'static str),
}

/// Finds an action's row.
pub(crate) fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

/// A row whose function looks at the configuration.
macro_rules! read {
    ($name:literal, $function:path) => {
        Row {
            name: $name,
            rights: Rights::Read,
            state: State::Served(|call, params| -> Serving {
                Box::pin(async move { $function(&call, params.read()?) })
            }),
        }
    };
}

/// A row whose function looks at more than the configuration.
macro_rules! ask {
    ($name:literal, $function:path) => {
        Row {
            name: $name,
            rights: Rights::Read,
            state: State::Served(|call, params| -> Serving {
                Box::pin(async move { $function(call, params.read()?).await })
            }),
        }
    };
}

/// A row whose function changes the configuration.
macro_rules! change {
    ($name:literal, $function:path) => {
        Row {
            name: $name,
            rights: Rights::Write,
            state: State::Served(|call, params| -> Serving {
                Box::pin(async move { $function(call, params.read()?).await })
            }),
        }
    };
    ($name:literal, $function:path, unread) => {
        Row {
            name: $name,
            rights: Rights::Write,
            state: State::Served(|call, params| -> Serving { Box::pin($function(call, params)) }),
        }
    };
}

/// A row that is not served.
macro_rules! refused {
    ($rights:ident, $name:literal, $reason:expr) => {
        Row { name: $name, rights: Rights::$rights, state: State::Refused($reason) }
    };
}

const INSTANCES: &str =
    "an installation is one instance, described as `instance-tollgate`; another one is another installation";

/// Every action.
pub(crate) const ROWS: &[Row] = &[
    change!("CreateService", service::create),
    read!("DescribeService", service::describe),
    read!("DescribeServicesStatus", service::list),
    change!("ModifyService", service::modify),
    change!("DeleteService", service::delete),
    read!("DescribeServiceForApiApp", service::describe_for_app),
    //
    change!("CreateApi", api::create, unread),
    read!("DescribeApi", api::describe),
    read!("DescribeApisStatus", api::list),
    change!("ModifyApi", api::modify, unread),
    change!("DeleteApi", api::delete),
    change!("ModifyApiIncrement", api::oauth::increment),
    change!("ImportOpenApi", import::import),
    read!("DescribeApiForApiApp", api::describe_for_app),
    //
    change!("ReleaseService", environment::release),
    change!("UnReleaseService", environment::unrelease),
    change!("UpdateService", environment::switch),
    read!("DescribeServiceEnvironmentList", environment::list),
    read!("DescribeServiceEnvironmentReleaseHistory", environment::history),
    read!("DescribeServiceReleaseVersion", environment::versions),
    //
    read!("DescribeServiceEnvironmentStrategy", strategy::describe_service),
    change!("ModifyServiceEnvironmentStrategy", strategy::modify_service),
    read!("DescribeApiEnvironmentStrategy", strategy::describe_api),
    change!("ModifyApiEnvironmentStrategy", strategy::modify_api),
    //
    change!("CreateUsagePlan", usage_plan::create),
    read!("DescribeUsagePlan", usage_plan::describe),
    read!("DescribeUsagePlansStatus", usage_plan::list),
    change!("ModifyUsagePlan", usage_plan::modify),
    change!("DeleteUsagePlan", usage_plan::delete),
    change!("BindEnvironment", usage_plan::binding::bind_environment),
    change!("UnBindEnvironment", usage_plan::binding::unbind_environment),
    change!("BindSecretIds", usage_plan::binding::bind_keys),
    change!("UnBindSecretIds", usage_plan::binding::unbind_keys),
    change!("DemoteServiceUsagePlan", usage_plan::binding::demote),
    read!("DescribeUsagePlanEnvironments", usage_plan::binding::environments),
    read!("DescribeUsagePlanSecretIds", usage_plan::binding::keys),
    read!("DescribeServiceUsagePlan", usage_plan::binding::of_service),
    read!("DescribeApiUsagePlan", usage_plan::binding::of_apis),
    //
    change!("CreateApiKey", api_key::create),
    read!("DescribeApiKey", api_key::describe),
    read!("DescribeApiKeysStatus", api_key::list),
    change!("EnableApiKey", api_key::enable),
    change!("DisableApiKey", api_key::disable),
    change!("UpdateApiKey", api_key::update),
    change!("DeleteApiKey", api_key::delete),
    //
    change!("CreateApiApp", api_app::create),
    change!("ModifyApiApp", api_app::modify),
    change!("DeleteApiApp", api_app::delete),
    change!("UpdateApiAppKey", api_app::update),
    change!("BindApiApp", api_app::bind),
    change!("UnbindApiApp", api_app::unbind),
    read!("DescribeApiAppsStatus", api_app::list),
    read!("DescribeApiAppBindApisStatus", api_app::apis),
    read!("DescribeApiBindApiAppsStatus", api_app::apps),
    //
    change!("CreateIPStrategy", ip_strategy::create),
    change!("ModifyIPStrategy", ip_strategy::modify),
    change!("DeleteIPStrategy", ip_strategy::delete),
    read!("DescribeIPStrategy", ip_strategy::describe),
    read!("DescribeIPStrategysStatus", ip_strategy::list),
    read!("DescribeIPStrategyApisStatus", ip_strategy::bindable),
    change!("BindIPStrategy", ip_strategy::bind),
    change!("UnBindIPStrategy", ip_strategy::unbind),
    //
    change!("CreatePlugin", plugin::create),
    change!("ModifyPlugin", plugin::modify),
    change!("DeletePlugin", plugin::delete),
    read!("DescribePlugin", plugin::describe),
    read!("DescribePlugins", plugin::list),
    read!("DescribePluginApis", plugin::apis),
    read!("DescribePluginsByApi", plugin::by_api),
    read!("DescribeAllPluginApis", plugin::all_apis),
    change!("AttachPlugin", plugin::attach),
    change!("DetachPlugin", plugin::detach),
    //
    change!("CreateUpstream", upstream::create),
    change!("ModifyUpstream", upstream::modify),
    change!("DeleteUpstream", upstream::delete),
    read!("DescribeUpstreams", upstream::list),
    read!("DescribeUpstreamBindApis", upstream::bind_apis),
    //
    change!("BindSubDomain", sub_domain::bind),
    change!("ModifySubDomain", sub_domain::modify),
    change!("UnBindSubDomain", sub_domain::unbind),
    ask!("DescribeServiceSubDomains", sub_domain::list),
    read!("DescribeServiceSubDomainMappings", sub_domain::mappings),
    change!("DeleteServiceSubDomainMapping", sub_domain::delete_mapping),
    //
    change!("CreateAPIDoc", api_doc::create),
    change!("ModifyAPIDoc", api_doc::modify),
    change!("BuildAPIDoc", api_doc::build),
    change!("DeleteAPIDoc", api_doc::delete),
    read!("DescribeAPIDocs", api_doc::list),
    read!("DescribeAPIDocDetail", api_doc::describe),
    change!("ResetAPIDocPassword", api_doc::reset_password),
    //
    ask!("DescribeLogSearch", log_search::search),
    //
    refused!(Write, "CreateExclusiveInstances", INSTANCES),
    change!("ModifyExclusiveInstance", exclusive_instance::modify),
    read!("DescribeExclusiveInstanceDetail", exclusive_instance::detail),
    read!("DescribeExclusiveInstances", exclusive_instance::list),
    read!("DescribeExclusiveInstancesStatus", exclusive_instance::list),
    read!("DescribeExclusiveInstanceRegions", exclusive_instance::regions),
    read!("DescribeInstancesNetworkConfig", exclusive_instance::networks),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_action_of_the_vendors_sdk_and_no_other() {
        let mut names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        let mut known: Vec<&str> = include_str!("../data/actions.txt").lines().collect();
        known.sort_unstable();
        assert_eq!(names, known);
        assert_eq!(names.len(), 98);
    }

    #[test]
    fn the_list_of_refused_actions_only_shrinks() {
        let mut refused: Vec<&str> =
            ROWS.iter().filter(|row| matches!(row.state, State::Refused(_))).map(|row| row.name).collect();
        refused.sort_unstable();
        let listed: Vec<&str> = include_str!("../data/refused.txt").lines().collect();
        assert_eq!(refused, listed, "an action that is served now leaves data/refused.txt; none may join it");
        assert!(listed.len() <= 1, "data/refused.txt has grown");
    }

    #[test]
    fn an_action_that_changes_something_needs_the_right_to() {
        for row in ROWS {
            let looks = row.name.starts_with("Describe");
            assert_eq!(row.rights, if looks { Rights::Read } else { Rights::Write }, "{}", row.name);
        }
    }
}
