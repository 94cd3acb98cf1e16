//! What the installation is called: kept once somebody gives it another name.

use std::sync::Arc;

use model::{Instance, Name, Record, Snapshot, Text, Write};

use crate::rule::{Facts, Outcome};
use crate::{Actor, Control, Refusal};

/// What changes of the installation; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct InstanceChange {
    pub name: Option<Name>,
    pub description: Option<Text>,
}

impl Control {
    /// Gives the installation another name or description, and tells what it is called then.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub async fn modify_instance(&self, actor: &Actor, change: InstanceChange) -> Result<Arc<Instance>, Refusal> {
        self.write(actor, "instance.modify", |facts| modify(facts, &change)).await
    }
}

/// What the installation is called. It began with its first operator.
pub fn described(snapshot: &Snapshot) -> Arc<Instance> {
    snapshot.instance.clone().unwrap_or_else(|| {
        let created = snapshot.operators.values().map(|operator| operator.created).min();
        Arc::new(Instance::unnamed(created.unwrap_or_default()))
    })
}

fn modify(facts: &Facts<'_>, change: &InstanceChange) -> Result<Outcome<Arc<Instance>>, Refusal> {
    let old = described(facts.snapshot);
    let InstanceChange { name, description } = change.clone();
    let changed = Instance {
        name: name.unwrap_or_else(|| old.name.clone()),
        description: description.unwrap_or_else(|| old.description.clone()),
        created: old.created,
        modified: facts.now,
    };
    if changed.name == old.name && changed.description == old.description {
        return Ok(Outcome::unchanged("installation", old));
    }
    Ok(Outcome::new("installation", vec![Write::Put(Record::Instance(changed.clone()))], Arc::new(changed)))
}
