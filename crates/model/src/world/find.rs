//! The living by id and by name, and how many there are.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::{NameSpace, World};
use crate::{
    App, ConnectorId, Credential, Digest, Entitlement, Group, Id, Identity, Inclusion, Noun,
    Preferences, Provider, Refusal, Request, Resource, Tag, User, record::AppOrigin,
};

impl World {
    /// The living user `id`.
    #[must_use]
    pub fn user(&self, id: Id<User>) -> Option<&User> {
        self.user_node(id).map(|node| &*node.user)
    }

    /// The living group `id`.
    #[must_use]
    pub fn group(&self, id: Id<Group>) -> Option<&Group> {
        self.group_node(id).map(|node| &*node.group)
    }

    /// The living app `id`.
    #[must_use]
    pub fn app(&self, id: Id<App>) -> Option<&App> {
        self.apps.get(&id.uuid()).map(|node| &*node.app)
    }

    /// The living tag `id`.
    #[must_use]
    pub fn tag(&self, id: Id<Tag>) -> Option<&Tag> {
        self.tags.get(&id.uuid()).map(|tag| &**tag)
    }

    /// The pending request `id`.
    #[must_use]
    pub fn request(&self, id: Id<Request>) -> Option<&Request> {
        self.requests.get(&id.uuid()).map(|request| &**request)
    }

    /// The live inclusion `id`.
    #[must_use]
    pub fn inclusion(&self, id: Id<Inclusion>) -> Option<&Inclusion> {
        self.inclusions
            .get(&id.uuid())
            .map(|inclusion| &**inclusion)
    }

    /// The live entitlement `id`.
    #[must_use]
    pub fn entitlement(&self, id: Id<Entitlement>) -> Option<&Entitlement> {
        self.entitlements
            .get(&id.uuid())
            .map(|entitlement| &**entitlement)
    }

    /// The registered resource `id`.
    #[must_use]
    pub fn resource(&self, id: Id<Resource>) -> Option<&Resource> {
        self.resources.get(&id.uuid()).map(|resource| &**resource)
    }

    /// The resource registered as `resource_id` of `resource_type`.
    #[must_use]
    pub fn resource_by_key(&self, resource_type: &str, resource_id: &str) -> Option<&Resource> {
        let registered = self.resource_keys.get(resource_type)?.get(resource_id)?;
        Some(&registered.resource)
    }

    /// What rules see of that resource: what the store knows, which no request overrides.
    #[must_use]
    pub fn resource_attributes(
        &self,
        resource_type: &str,
        resource_id: &str,
    ) -> Option<&BTreeMap<Arc<str>, portcullis_rules::Value>> {
        Some(
            &self
                .resource_keys
                .get(resource_type)?
                .get(resource_id)?
                .values,
        )
    }

    /// The user whom the system behind `connector` calls `external_id`, to the letter.
    #[must_use]
    pub fn user_by_identity(&self, connector: ConnectorId, external_id: &str) -> Option<&User> {
        let id = self
            .identity_keys
            .get(&(connector, Arc::from(external_id)))?;
        self.user(self.identities.get(id)?.user)
    }

    /// An account of a user elsewhere.
    #[must_use]
    pub fn identity(&self, id: Id<Identity>) -> Option<&Identity> {
        self.identities.get(&id.uuid()).map(|it| &**it)
    }

    /// Who a user is elsewhere.
    pub fn identities_of(&self, user: Id<User>) -> impl Iterator<Item = &Identity> {
        let range = (user.uuid(), Uuid::nil())..=(user.uuid(), Uuid::max());
        self.identities_of
            .range(range)
            .filter_map(|((_, id), ())| self.identities.get(id).map(|identity| &**identity))
    }

    /// The credential of that digest, whether or not it holds.
    #[must_use]
    pub fn credential_by_digest(&self, digest: Digest) -> Option<&Credential> {
        self.credential(Id::new(*self.credential_keys.get(&digest)?))
    }

    /// A credential.
    #[must_use]
    pub fn credential(&self, id: Id<Credential>) -> Option<&Credential> {
        self.credentials.get(&id.uuid()).map(|it| &**it)
    }

    /// The sessions, tokens and links of a user, oldest first.
    pub fn credentials_of(&self, user: Id<User>) -> impl Iterator<Item = &Credential> {
        let range = (user.uuid(), Uuid::nil())..=(user.uuid(), Uuid::max());
        self.credentials_of
            .range(range)
            .filter_map(|((_, id), ())| self.credential(Id::new(*id)))
    }

    /// The sessions of a user, oldest first.
    pub fn sessions_of(&self, user: Id<User>) -> impl Iterator<Item = &Credential> {
        let held = self.credentials_of(user);
        held.filter(|credential| credential.session().is_some())
    }

    /// The identity providers that were set up in the portal, by when that was.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.values().map(|it| &**it)
    }

    /// The one of that name.
    #[must_use]
    pub fn provider(&self, name: ConnectorId) -> Option<&Provider> {
        self.providers().find(|it| it.name == name)
    }

    /// What somebody wants to be told, where they have said so.
    #[must_use]
    pub fn preferences(&self, user: Id<User>) -> Option<&Preferences> {
        self.preferences.get(&user.uuid()).map(|it| &**it)
    }

    /// Every credential on record.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.values().map(|it| &**it)
    }

    /// Every identity on record.
    pub fn identities(&self) -> impl Iterator<Item = &Identity> {
        self.identities.values().map(|identity| &**identity)
    }

    /// Whether anybody is known by what `connector` calls them.
    #[must_use]
    pub fn links_any(&self, connector: ConnectorId) -> bool {
        let mut from = self.identity_keys.range((connector, Arc::from(""))..);
        from.next().is_some_and(|((of, _), _)| *of == connector)
    }

    /// The living user with just that login, in whatever case; never one with such an address or id.
    #[must_use]
    pub fn user_by_login(&self, login: &str) -> Option<&User> {
        if login.trim() != login {
            return None;
        }
        let found = self.by_name(&self.logins, NameSpace::Person, login);
        found.map(|(_, user)| &**user)
    }

    /// The living user with that e-mail address.
    #[must_use]
    pub fn user_by_email(&self, email: &str) -> Option<&User> {
        let ix = self.by_name(&self.emails, NameSpace::Person, email)?;
        self.user_at(*ix).map(|node| &*node.user)
    }

    /// Whom a token, a subject, a path or a file names: by id, or by just their login. An address is
    /// no name, because it may be another's tomorrow.
    #[must_use]
    pub fn named_user(&self, key: &str) -> Option<&User> {
        match key.parse::<Id<User>>() {
            Ok(id) => self.user(id),
            Err(_) => self.user_by_login(key),
        }
    }

    /// Whom a person searches: by login, e-mail address or id.
    #[must_use]
    pub fn find_user(&self, key: &str) -> Option<&User> {
        let key = key.trim();
        self.named_user(key).or_else(|| self.user_by_email(key))
    }

    /// The living group with that name or id.
    #[must_use]
    pub fn find_group(&self, key: &str) -> Option<&Group> {
        if let Ok(id) = key.parse::<Id<Group>>() {
            return self.group(id);
        }
        let ix = self.by_name(&self.group_names, NameSpace::Group, key)?;
        self.group_at(*ix).map(|node| &*node.group)
    }

    /// The living app with that name or id.
    #[must_use]
    pub fn find_app(&self, key: &str) -> Option<&App> {
        if let Ok(id) = key.parse::<Id<App>>() {
            return self.app(id);
        }
        self.app(Id::new(*self.by_name(
            &self.app_names,
            NameSpace::App,
            key,
        )?))
    }

    /// The living tag with that name or id.
    #[must_use]
    pub fn find_tag(&self, key: &str) -> Option<&Tag> {
        if let Ok(id) = key.parse::<Id<Tag>>() {
            return self.tag(id);
        }
        self.tag(Id::new(*self.by_name(
            &self.tag_names,
            NameSpace::Tag,
            key,
        )?))
    }

    /// How many living users there are.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.logins.len()
    }

    /// How many living groups there are, roles and app groups included.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.group_names.len()
    }

    /// How many living apps there are.
    #[must_use]
    pub fn app_count(&self) -> usize {
        self.app_names.len()
    }

    /// How many living tags there are.
    #[must_use]
    pub fn tag_count(&self) -> usize {
        self.tag_names.len()
    }

    /// How many direct memberships and ownerships are on record.
    #[must_use]
    pub const fn membership_count(&self) -> usize {
        self.members as usize
    }
}

macro_rules! required {
    ($($(#[$doc:meta])* $require:ident: $find:ident($Record:ty) = $noun:ident;)*) => {
        impl World {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`Refusal::NotFound`], naming what was asked for.
            pub fn $require(&self, id: Id<$Record>) -> Result<&$Record, Refusal> {
                self.$find(id).ok_or_else(|| Refusal::not_found(Noun::$noun, id))
            }
        )*}
    };
}

required! {
    /// The living user `id`, or that there is none.
    require_user: user(User) = User;
    /// The living group `id`, or that there is none.
    require_group: group(Group) = Group;
    /// The living app `id`, or that there is none.
    require_app: app(App) = App;
    /// The living tag `id`, or that there is none.
    require_tag: tag(Tag) = Tag;
    /// The live entitlement `id`, or that there is none.
    require_entitlement: entitlement(Entitlement) = Entitlement;
    /// The registered resource `id`, or that there is none.
    require_resource: resource(Resource) = Resource;
}

impl World {
    /// Whether `group` belongs to the built-in app, whose owners administer Portcullis.
    #[must_use]
    pub fn is_built_in(&self, group: &Group) -> bool {
        let app = group.app().and_then(|app| self.app(app));
        app.is_some_and(|app| app.origin == AppOrigin::BuiltIn)
    }

    /// The living role `id`, or that there is none.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], also where it is another kind of group.
    pub fn require_role(&self, id: Id<Group>) -> Result<&Group, Refusal> {
        let found = self.group(id).filter(|group| group.is_role());
        found.ok_or_else(|| Refusal::not_found(Noun::Role, id))
    }
}
