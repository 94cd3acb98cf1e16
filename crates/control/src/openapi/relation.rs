//! Which API a business API is called with the tokens of: a name in a document, an identifier in a service.

use std::collections::{BTreeMap, BTreeSet};

use model::{ApiDefinition, ApiId, Oauth, ServiceId};

use super::read::WantedApi;
use crate::configuration::apply::Draft;
use crate::{OauthRefusal, Refusal};

/// Who is called what among the APIs of a document.
pub(super) struct Relations<'d> {
    /// The operations that give tokens.
    givers: BTreeMap<&'d str, usize>,
    /// The others.
    others: BTreeSet<&'d str>,
    /// The APIs that the operations are, as far as they are there.
    apis: Vec<Option<ApiId>>,
    /// The APIs of the service that nobody may name: they go.
    going: BTreeSet<ApiId>,
}

impl<'d> Relations<'d> {
    /// Those of `wanted`, which are these `apis` where they are there already.
    pub(super) fn new(wanted: impl Iterator<Item = &'d WantedApi>, apis: Vec<Option<ApiId>>) -> Self {
        let (mut givers, mut others) = (BTreeMap::new(), BTreeSet::new());
        for (number, wanted) in wanted.enumerate() {
            let name = wanted.definition.name.as_str();
            if wanted.gives_tokens() {
                givers.entry(name).or_insert(number);
            } else {
                others.insert(name);
            }
        }
        Self { givers, others, apis, going: BTreeSet::new() }
    }

    /// The same where these go.
    pub(super) fn without(self, going: &[ApiId]) -> Self {
        Self { going: going.iter().cloned().collect(), ..self }
    }

    /// The operation of this number is this API.
    pub(super) fn came_in(&mut self, number: usize, api: ApiId) {
        if let Some(place) = self.apis.get_mut(number) {
            *place = Some(api);
        }
    }

    /// The whole definition of an API in a service as it is in the draft.
    pub(super) fn definition(
        &self,
        draft: &Draft<'_>,
        service: &ServiceId,
        wanted: &WantedApi,
    ) -> Result<ApiDefinition, Refusal> {
        let mut definition = wanted.definition.clone();
        if let Some(name) = &wanted.authorization {
            let found = self.called(draft, service, name);
            let authorization = found.ok_or_else(|| OauthRefusal::NobodyGives(name.clone()))?;
            definition.oauth = Some(Oauth::Business { authorization });
        }
        Ok(definition)
    }

    /// The API that gives the tokens: the document's own goes before one of the service.
    fn called(&self, draft: &Draft<'_>, service: &ServiceId, name: &str) -> Option<ApiId> {
        if let Some(number) = self.givers.get(name) {
            return self.apis.get(*number)?.clone();
        }
        if self.others.contains(name) {
            return None;
        }
        let tree = draft.snapshot.services.get(service)?;
        let of_service = tree.apis.get(name).map(|api| &api.id).or_else(|| draft.names.api(service, name))?;
        (!self.going.contains(of_service)).then(|| of_service.clone())
    }
}
