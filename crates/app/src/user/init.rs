//! The first admin.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, MembershipKind, Noun, OperationName, Refusal, User, UserKind,
    World,
    name::{Description, Email, Login, Name},
    record::AppOrigin,
};

use crate::{Operation, app::CreateApp, grants};

/// Makes sure the built-in app exists and that a person administers it. Changes nothing if both
/// are so already.
#[derive(Clone, Debug)]
pub struct InitAdmin {
    /// The person's address; they become known by it if they are not yet.
    pub email: Email,
    /// Their login; the part before the `@` if not given.
    pub login: Option<Login>,
    /// As people call them; the login if not given.
    pub name: Option<Name>,
}

impl InitAdmin {
    /// Who has that address, or signs in with it.
    #[must_use]
    pub fn whom<'w>(&self, world: &'w World) -> Option<&'w User> {
        let known = world.user_by_email(&self.email);
        known.or_else(|| world.user_by_login(&self.email))
    }
}

/// The name of the app that is Portcullis itself.
const BUILT_IN_APP: &str = "Portcullis";

impl Operation for InitAdmin {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut change = ChangeSet::new(OperationName::UserInitAdmin);
        let user = match self.whom(world) {
            Some(user) => user.id,
            None => {
                let local = self.email.split('@').next().unwrap_or_default();
                let login = match &self.login {
                    Some(login) => login.clone(),
                    None => Login::parse(local).map_err(|bad| Refusal::invalid("login", bad.0))?,
                };
                let name = self.name.clone().or_else(|| Name::parse(&login).ok());
                let user = User {
                    id: context.id(),
                    source: None,
                    name: name.ok_or_else(|| Refusal::invalid("name", "a name is needed"))?,
                    login,
                    email: Some(self.email.clone()),
                    kind: UserKind::Person,
                    manager: None,
                    attributes: Default::default(),
                };
                change.push(Edit::create(user.clone()));
                user.id
            }
        };
        let mut world = world.after(&change)?;
        if world.built_in_app().is_none() {
            let app = CreateApp {
                name: Name::parse(BUILT_IN_APP).map_err(|bad| Refusal::invalid("name", bad.0))?,
                description: Description::parse(
                    "Portcullis itself; the members of its owners group are its admins",
                )
                .unwrap_or_default(),
                owners: vec![user],
                tags: Vec::new(),
                groups: Vec::new(),
                origin: AppOrigin::BuiltIn,
            };
            let made = app.plan(&world, context)?;
            world = world.after(&made)?;
            change.changes.extend(made.changes);
        }
        let group = world
            .built_in_app()
            .and_then(|app| world.owners_group(app.id))
            .ok_or_else(|| Refusal::not_found(Noun::Group, "owners of the built-in app"))?;
        for kind in MembershipKind::ALL {
            if world.holds(user, group.id, kind, context.now) != Some(Expiry::NEVER) {
                let reason = grants::reason("made an admin on the command line");
                change.push(world.grant_membership(
                    context,
                    user,
                    group,
                    kind,
                    Expiry::NEVER,
                    &reason,
                ));
            }
        }
        Ok(change)
    }
}
