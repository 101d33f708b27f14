//! Identity providers, set up in the portal.

use std::sync::Arc;

use portcullis_model::{
    ChangeSet, ConnectorId, Context, Edit, Id, LinkBy, Name, Noun, OperationName, Provider,
    ProviderState, Refusal, RefusalCode, Unknown, User, World,
};
use uuid::Uuid;

use crate::{Operation, identity::LinkIdentity};

/// Sets up a provider, or changes it. One that is spoken to in another way than before has to be tried
/// anew.
#[derive(Clone, Debug)]
pub struct SaveProvider {
    /// Which, where there is one.
    pub provider: Option<Id<Provider>>,
    /// What it is called in addresses.
    pub name: ConnectorId,
    /// What people call it.
    pub title: Name,
    /// What it calls itself.
    pub issuer: Arc<str>,
    /// What this program is called there.
    pub client_id: Arc<str>,
    /// The number of the secret; that of before where nothing is said.
    pub secret: Option<Uuid>,
    /// How somebody is found who signs in for the first time.
    pub link_by: LinkBy,
    /// What becomes of people nobody knows.
    pub unknown: Unknown,
}

impl Operation for SaveProvider {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let before = self.provider.map(|id| one(world, id)).transpose()?;
        if let Some(other) = world
            .providers()
            .find(|it| it.issuer == self.issuer && Some(it.id) != self.provider)
        {
            return Err(Refusal::invalid(
                "issuer",
                format!(
                    "{} is that provider; edit it, or remove it first",
                    other.title
                ),
            ));
        }
        // A name that people are linked under may be that of another issuer, which is not known any more.
        if before.is_none() && world.links_any(self.name) {
            return Err(Refusal::invalid(
                "name",
                format!(
                    "people are linked under the name {}, and another provider may call others so; choose another name, or unlink them first",
                    self.name
                ),
            ));
        }
        // Whoever is linked is known by what that issuer calls them: another may call others so.
        if let Some(before) = before
            && (before.name != self.name || before.issuer != self.issuer)
            && is_linked(world, before)
        {
            let field = if before.name == self.name {
                "issuer"
            } else {
                "name"
            };
            return Err(Refusal::invalid(
                field,
                format!(
                    "people are linked to {} as it is; add another, or unlink them first",
                    before.title
                ),
            ));
        }
        // A secret is for the issuer it was made at: to another it would be told.
        if let Some(before) = before
            && before.issuer != self.issuer
            && before.secret.is_some()
            && self.secret.is_none()
        {
            let why = "enter the secret again: the one that is kept is for the issuer as it was";
            return Err(Refusal::invalid("secret", why));
        }
        let mut after = Provider {
            id: self.provider.unwrap_or_else(|| context.id()),
            name: self.name,
            title: self.title.clone(),
            issuer: Arc::clone(&self.issuer),
            client_id: Arc::clone(&self.client_id),
            secret: self.secret.or_else(|| before.and_then(|it| it.secret)),
            link_by: self.link_by,
            unknown: self.unknown,
            state: ProviderState::Draft,
        };
        let edit = match before {
            Some(before) => {
                if before.is_reached_as(&after) {
                    after.state = before.state;
                }
                Edit::update(before.clone(), after)
            }
            None => Edit::create(after),
        };
        let change = ChangeSet::new(OperationName::ProviderSave);
        Ok(match edit.before == edit.after {
            true => change,
            false => change.with(edit),
        })
    }
}

/// Lets people sign in by a provider from now on, or no longer.
#[derive(Clone, Debug)]
pub enum SwitchProvider {
    /// By the provider as it was tried: it must be so still. Whoever tried it may be linked to the account they
    /// tried it with.
    On {
        /// As it was tried.
        tried: Provider,
        /// Who is what there.
        link: Option<(Id<User>, String)>,
    },
    /// No longer.
    Off(Id<Provider>),
}

impl Operation for SwitchProvider {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let (id, state) = match self {
            Self::On { tried, .. } => (tried.id, ProviderState::On),
            Self::Off(id) => (*id, ProviderState::Off),
        };
        let before = one(world, id)?;
        let mut change = ChangeSet::new(OperationName::ProviderSwitch);
        let after = Provider {
            state,
            ..before.clone()
        };
        if *before != after {
            change.push(Edit::update(before.clone(), after));
        }
        match self {
            Self::On { tried, .. } if !tried.is_reached_as(before) => Err(Refusal::rule(
                RefusalCode::NotTried,
                format!("{} was changed since it was tried", before.title),
                "test it again",
            )),
            Self::Off(_) if before.state == ProviderState::Draft => Err(Refusal::rule(
                RefusalCode::NotTried,
                format!("nobody signs in by {} yet", before.title),
                "test it, or remove it",
            )),
            Self::On {
                link: Some((user, external_id)),
                ..
            } => {
                let link = LinkIdentity {
                    user: *user,
                    connector: before.name,
                    external_id: external_id.clone(),
                };
                let linked = link.plan(world, context)?;
                change.changes.extend(linked.changes);
                Ok(change)
            }
            Self::On { link: None, .. } | Self::Off(_) => Ok(change),
        }
    }
}

/// Forgets a provider, where nobody is linked to it: its name could come to another, who calls others so.
#[derive(Clone, Copy, Debug)]
pub struct DeleteProvider(pub Id<Provider>);

impl Operation for DeleteProvider {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let provider = one(world, self.0)?;
        if is_linked(world, provider) {
            return Err(Refusal::rule(
                RefusalCode::InUse,
                format!("people are linked to {}", provider.title),
                "turn it off instead, or unlink them first",
            ));
        }
        Ok(ChangeSet::new(OperationName::ProviderDelete).with(Edit::end(provider.clone())))
    }
}

fn one(world: &World, id: Id<Provider>) -> Result<&Provider, Refusal> {
    let found = world.providers().find(|it| it.id == id);
    found.ok_or_else(|| Refusal::not_found(Noun::Provider, id))
}

/// Whether anybody is known by what the provider calls them.
fn is_linked(world: &World, provider: &Provider) -> bool {
    world.links_any(provider.name)
}
