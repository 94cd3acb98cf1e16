//! What goes when a document does not name it.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccessKeyId, ApiDocumentId, ApiId, ApplicationBinding, ApplicationId, Attachment, CertificateId, CertificateSource,
    DomainName, EnvironmentName, PlanBinding, PluginId, ServiceId, ServiceTree, Snapshot, UpstreamId, UsagePlanId,
};

use super::super::super::{Configuration, EnvironmentEntry, ServiceEntry};
use super::environment::{take_offline, target, tree};
use super::{Draft, Meant, delete_apis};
use crate::binding::{self, Place};
use crate::{
    CredentialChange, Refusal, ServiceChange, api_document, application, certificate, credential, domain, ip_strategy,
    plugin, service, upstream, usage_plan,
};

/// Takes apart what the document does not hold together: plans, applications, plugins and IP strategies on one side,
/// environments and APIs on the other; domains and services. It comes first, so that nothing of it stands in the way of what is brought in.
pub(super) fn loosen(draft: &mut Draft<'_>, wanted: &Configuration, meant: &Meant) -> Result<(), Refusal> {
    unbind_plans(draft, wanted, meant)?;
    let entries: BTreeMap<&ServiceId, &ServiceEntry> = meant.services.iter().zip(&wanted.services).collect();
    let trees: Vec<_> = draft.snapshot.services.values().cloned().collect();
    for tree in trees {
        let entry = entries.get(&tree.service.id).copied();
        unbind_applications(draft, &tree, entry, meant)?;
        unbind_domains(draft, &tree, entry)?;
        if let Some(entry) = entry {
            detach_plugins(draft, &tree, entry)?;
            unbind_ip_strategies(draft, &tree, entry)?;
        }
    }
    Ok(())
}

/// What an entry says of an environment, if it does; one that it does not name is left alone.
fn of<'e>(entry: &'e ServiceEntry, name: &EnvironmentName) -> Option<&'e EnvironmentEntry> {
    entry.environments.iter().find(|environment| environment.name == *name)
}

/// True when a list names something on an API, each by its identifier or its name.
fn lists<'l, T>(
    list: &'l BTreeMap<String, T>,
    tree: &ServiceTree,
    api: &ApiId,
    is_meant: impl Fn(&'l T) -> bool,
) -> bool {
    let name = tree.apis.get(api).map(|api| api.definition.name.as_str());
    let mut found = [Some(api.as_str()), name].into_iter().flatten().filter_map(|key| list.get(key));
    found.any(is_meant)
}

fn unbind_applications(
    draft: &mut Draft<'_>,
    tree: &ServiceTree,
    entry: Option<&ServiceEntry>,
    meant: &Meant,
) -> Result<(), Refusal> {
    for bound in tree.application_bindings.values() {
        let ApplicationBinding { application, environment, api, .. } = &**bound;
        let name = draft.snapshot.applications.get(application).map(|found| found.name.to_string());
        let is_it = |text: &String| *text == application.as_str() || Some(text) == name.as_ref();
        let stays = entry.is_some_and(|entry| {
            of(entry, environment).is_none_or(|entry| {
                lists(&entry.api_applications, tree, api, |applications: &Vec<String>| applications.iter().any(is_it))
            })
        });
        if !stays || !meant.applications.contains(application) {
            let service = &tree.service.id;
            draft.ask(|facts| application::unbind(facts, application, service, environment, api))?;
        }
    }
    Ok(())
}

/// Lets go the domains that a service does not have in the document: another may get them.
fn unbind_domains(draft: &mut Draft<'_>, tree: &ServiceTree, entry: Option<&ServiceEntry>) -> Result<(), Refusal> {
    let written = entry.into_iter().flat_map(|entry| &entry.domains);
    let kept: BTreeSet<DomainName> =
        written.filter_map(|domain| DomainName::try_from(domain.name.as_str()).ok()).collect();
    for name in tree.domains.keys().filter(|name| !kept.contains(*name)) {
        draft.ask(|facts| domain::unbind(facts, &tree.service.id, name))?;
    }
    Ok(())
}

fn detach_plugins(draft: &mut Draft<'_>, tree: &ServiceTree, entry: &ServiceEntry) -> Result<(), Refusal> {
    for attached in tree.attachments.values() {
        let Attachment { plugin, environment, api, .. } = &**attached;
        let name = draft.snapshot.plugins.get(plugin).map(|found| found.name.to_string());
        let is_it = |text: &String| *text == plugin.as_str() || Some(text) == name.as_ref();
        let stays = of(entry, environment).is_none_or(|entry| {
            lists(&entry.api_plugins, tree, api, |plugins: &Vec<String>| plugins.iter().any(is_it))
        });
        if !stays {
            draft.ask(|facts| plugin::detach(facts, plugin, &tree.service.id, environment, api))?;
        }
    }
    Ok(())
}

fn unbind_ip_strategies(draft: &mut Draft<'_>, tree: &ServiceTree, entry: &ServiceEntry) -> Result<(), Refusal> {
    for strategy in tree.ip_strategies.values() {
        let is_it = |text: &String| *text == strategy.id.as_str() || *text == strategy.name.as_str();
        for bound in &strategy.bindings {
            let stays = of(entry, &bound.environment)
                .is_none_or(|entry| lists(&entry.api_ip_strategies, tree, &bound.api, is_it));
            if !stays {
                let (service, apis) = (&tree.service.id, std::slice::from_ref(&bound.api));
                draft.ask(|facts| ip_strategy::unbind(facts, service, &strategy.id, &bound.environment, apis))?;
            }
        }
    }
    Ok(())
}

/// Takes plans off what the document does not let them rule: of the services and environments that it names, and all
/// of what it does not.
fn unbind_plans(draft: &mut Draft<'_>, wanted: &Configuration, meant: &Meant) -> Result<(), Refusal> {
    let plans: BTreeSet<&UsagePlanId> = meant.plans.iter().collect();
    let mut kept: BTreeSet<(ServiceId, EnvironmentName, String)> = BTreeSet::new();
    let mut left_alone: BTreeSet<(ServiceId, EnvironmentName)> = BTreeSet::new();
    for (entry, service) in wanted.services.iter().zip(&meant.services) {
        for name in EnvironmentName::all() {
            match entry.environments.iter().find(|environment| environment.name == name) {
                None => {
                    left_alone.insert((service.clone(), name));
                }
                Some(environment) => {
                    let mut keep = |plan: &String| kept.insert((service.clone(), name.clone(), plan.clone()));
                    environment.usage_plans.iter().for_each(|plan| {
                        keep(plan);
                    });
                    environment.api_usage_plans.values().flatten().for_each(|plan| {
                        keep(plan);
                    });
                }
            }
        }
    }
    let is_kept = |snapshot: &Snapshot, binding: &PlanBinding| {
        let place = |name: String| (binding.service.clone(), binding.environment.clone(), name);
        let name = snapshot.usage_plans.get(&binding.plan).map(|plan| plan.name.to_string()).unwrap_or_default();
        plans.contains(&binding.plan)
            && (left_alone.contains(&(binding.service.clone(), binding.environment.clone()))
                || kept.contains(&place(binding.plan.to_string()))
                || kept.contains(&place(name)))
    };
    let bindings = draft.snapshot.services.values().flat_map(|tree| tree.plan_bindings.values());
    let others: Vec<PlanBinding> =
        bindings.filter(|binding| !is_kept(&draft.snapshot, binding)).map(|binding| (**binding).clone()).collect();
    for binding in others {
        let target = target(&binding.scope);
        let place = Place { service: &binding.service, environment: &binding.environment, target: &target };
        draft.ask(|facts| binding::unbind_plans(facts, std::slice::from_ref(&binding.plan), &place))?;
    }
    Ok(())
}

/// Deletes what the document does not name: what names others first.
pub(super) fn remove_others(draft: &mut Draft<'_>, meant: &Meant) -> Result<(), Refusal> {
    let gone: Vec<ApiDocumentId> = others_of(draft.snapshot.api_documents.keys(), &meant.documents);
    for id in gone {
        draft.ask(|facts| api_document::delete(facts, &id))?;
    }
    let gone: Vec<ServiceId> = others_of(draft.snapshot.services.keys(), &meant.services);
    for id in gone {
        remove_service(draft, &id)?;
    }
    let certificates = draft.snapshot.certificates.values();
    let uploaded = certificates.filter(|found| found.source == CertificateSource::Uploaded).map(|found| &found.id);
    let gone: Vec<CertificateId> = others_of(uploaded, &meant.certificates);
    for id in gone {
        draft.ask(|facts| certificate::delete(facts, &id))?;
    }
    let gone: Vec<UsagePlanId> = others_of(draft.snapshot.usage_plans.keys(), &meant.plans);
    for id in gone {
        let members: Vec<AccessKeyId> =
            draft.snapshot.keys_of_plan.get(&id).map_or_else(Vec::new, |keys| keys.keys().cloned().collect());
        if !members.is_empty() {
            draft.ask(|facts| binding::unbind_keys(facts, &id, &members))?;
        }
        draft.ask(|facts| usage_plan::delete(facts, &id))?;
    }
    let gone: Vec<AccessKeyId> = others_of(draft.snapshot.credentials.keys(), &meant.keys);
    for id in gone {
        let off = CredentialChange { enabled: Some(false), ..CredentialChange::default() };
        draft.ask(|facts| credential::modify(facts, &id, &off))?;
        draft.ask(|facts| credential::delete(facts, &id))?;
    }
    let gone: Vec<ApplicationId> = others_of(draft.snapshot.applications.keys(), &meant.applications);
    for id in gone {
        draft.ask(|facts| application::delete(facts, &id))?;
    }
    let gone: Vec<PluginId> = others_of(draft.snapshot.plugins.keys(), &meant.plugins);
    for id in gone {
        draft.ask(|facts| plugin::delete(facts, &id))?;
    }
    let gone: Vec<UpstreamId> = others_of(draft.snapshot.upstreams.keys(), &meant.upstreams);
    for id in gone {
        draft.ask(|facts| upstream::delete(facts, &id))?;
    }
    Ok(())
}

/// Those that are there and not meant.
fn others_of<'i, I: Ord + Clone + 'i>(there: impl Iterator<Item = &'i I>, meant: &[I]) -> Vec<I> {
    let meant: BTreeSet<&I> = meant.iter().collect();
    there.filter(|id| !meant.contains(id)).cloned().collect()
}

fn remove_service(draft: &mut Draft<'_>, id: &ServiceId) -> Result<(), Refusal> {
    for environment in EnvironmentName::all() {
        take_offline(draft, id, &environment)?;
    }
    let apis: Vec<ApiId> = tree(draft, id)?.apis.keys().cloned().collect();
    delete_apis(draft, id, apis)?;
    let bare = ServiceChange { tags: Some(Vec::new()), ..ServiceChange::default() };
    draft.ask(|facts| service::modify(facts, id, &bare))?;
    draft.ask(|facts| service::delete(facts, id))
}
