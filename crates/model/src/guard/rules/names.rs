//! One namespace: nothing new is called what could be taken for something else, whoever says so.

use uuid::Uuid;

use crate::{
    App, Change, ChangeSet, Edit, Email, Entitlement, Grant, Group, GroupKind, Policy, Record,
    Refusal, RefusalCode, Tag, User, World,
    decide::BUILT_IN_ATTRIBUTES,
    name::{Environment, Login, Name, ParseTextError, PermissionName},
    record::AppOrigin,
    world::NameSpace,
};

/// Whether what `change` calls anew may be called so. What keeps its name keeps it.
pub(super) fn check(
    before: &World,
    after: &World,
    change: &ChangeSet,
    policy: &Policy,
) -> Result<(), Refusal> {
    let names = Names {
        before,
        after,
        policy,
    };
    change.changes.iter().try_for_each(|change| match change {
        Change::User(edit) => names.user(edit),
        Change::Group(edit) => names.group(edit),
        Change::App(edit) => names.app(edit),
        Change::Tag(edit) => names.noun(edit, NameSpace::Tag, |tag: &Tag| own(&tag.name)),
        Change::Entitlement(edit) => names.entitlement(edit),
        Change::Membership(_)
        | Change::Inclusion(_)
        | Change::Request(_)
        | Change::Resource(_)
        | Change::Identity(_)
        | Change::Credential(_)
        | Change::Preferences(_)
        | Change::Provider(_) => Ok(()),
    })
}

/// What is on record and could not be called so today, in sentences: an earlier version took it.
#[must_use]
pub fn unsound_names(world: &World, policy: &Policy) -> Vec<String> {
    let nothing = World::default();
    let names = Names {
        before: &nothing,
        after: world,
        policy,
    };
    let mut all = Vec::new();
    let mut tell = |what: &str, name: &str, found: Result<(), Refusal>| {
        if let Err(refusal) = found {
            all.push(format!("the {what} `{name}`: {refusal}"));
        }
    };
    for user in world.users() {
        let edit = Edit::create(user.clone());
        tell("user", &user.login, names.user(&edit));
    }
    for group in world.groups() {
        let edit = Edit::create(group.clone());
        tell(group.noun(), &group.name, names.group(&edit));
    }
    for app in world.apps() {
        let edit = Edit::create(app.clone());
        tell("app", &app.name, names.app(&edit));
    }
    for tag in world.tags() {
        let edit = Edit::create(tag.clone());
        let found = names.noun(&edit, NameSpace::Tag, |tag| own(&tag.name));
        tell("tag", &tag.name, found);
    }
    for entitlement in world.entitlements() {
        let found = names.entitlement(&Edit::create(entitlement.clone()));
        let (kind, label) = (entitlement.grant.kind(), entitlement.grant.label());
        tell(kind.as_str(), label, found);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// A name all of which is chosen.
fn own(name: &Name) -> (&Name, Option<String>) {
    (name, Some(name.to_string()))
}

struct Names<'a> {
    before: &'a World,
    after: &'a World,
    policy: &'a Policy,
}

impl Names<'_> {
    fn user(&self, edit: &Edit<User>) -> Result<(), Refusal> {
        let (was, Some(is)) = (edit.before.as_deref(), edit.after.as_deref()) else {
            return Ok(());
        };
        let own = is.id.uuid();
        if was.is_none_or(|was| was.login != is.login) {
            well_formed("login", Login::parse(&is.login))?;
            if let Some(other) = self
                .after
                .user_by_email(&is.login)
                .filter(|u| u.id != is.id)
            {
                let sentence = format!("`{}` is the e-mail address of `{}`", is.login, other.login);
                return Err(taken(sentence, "choose another login"));
            }
            self.free(NameSpace::Person, own, &is.login)?;
        }
        if was.is_none_or(|was| was.name != is.name) {
            well_formed("name", Name::parse(&is.name))?;
        }
        if let Some(email) = &is.email
            && was.is_none_or(|was| was.email.as_ref() != Some(email))
        {
            well_formed("email", Email::parse(email))?;
            if let Some(other) = self.after.user_by_login(email).filter(|u| u.id != is.id) {
                let sentence = format!("`{email}` is the login of `{}`", other.name);
                return Err(taken(sentence, "give another address"));
            }
            self.free(NameSpace::Person, own, email)?;
        }
        let had = |name: &str| was.is_some_and(|was| was.attributes.contains_key(name));
        let mut new = is.attributes.keys().filter(|name| !had(name));
        match new.find(|name| BUILT_IN_ATTRIBUTES.contains(&name.as_str())) {
            Some(name) => Err(Refusal::invalid(
                "attributes",
                format!(
                    "`{name}` is what rules call a built-in attribute; give this one another name"
                ),
            )),
            None => Ok(()),
        }
    }

    /// What is configured of names holds for what people choose of one: no prefix, and nothing of the name
    /// that the group of an app's owners has from its app.
    fn group(&self, edit: &Edit<Group>) -> Result<(), Refusal> {
        let chosen = |group: &Group| {
            let prefix = match group.kind {
                GroupKind::Group => "",
                GroupKind::Role => &self.policy.role_prefix,
                GroupKind::App { .. } if group.is_owners_group() => return None,
                GroupKind::App { app, .. } => {
                    let app = self.after.app(app)?;
                    let prefix = self.policy.app_group_prefix(&app.name);
                    let own = group.name.strip_prefix(&prefix);
                    return Some(own.unwrap_or(&group.name).to_owned());
                }
            };
            let own = group.name.strip_prefix(prefix);
            Some(own.unwrap_or(&group.name).to_owned())
        };
        self.noun(edit, NameSpace::Group, |group| (&group.name, chosen(group)))
    }

    /// Nobody chooses what Portcullis itself is called.
    fn app(&self, edit: &Edit<App>) -> Result<(), Refusal> {
        self.noun(edit, NameSpace::App, |app| match app.origin {
            AppOrigin::BuiltIn => (&app.name, None),
            _ => own(&app.name),
        })
    }

    fn noun<T: Record>(
        &self,
        edit: &Edit<T>,
        space: NameSpace,
        called: impl Fn(&T) -> (&Name, Option<String>),
    ) -> Result<(), Refusal> {
        let name = |of: &T| called(of).0.clone();
        let Some(is) = edit.after.as_deref() else {
            return Ok(());
        };
        let was = edit.before.as_deref();
        let (is_called, chosen) = called(is);
        if was.is_some_and(|was| name(was) == *is_called) {
            return Ok(());
        }
        well_formed("name", Name::parse(is_called))?;
        if let (Some(form), Some(chosen)) = (&self.policy.name_form, chosen)
            && let Err(wrong) = form.check(&chosen)
        {
            return Err(Refusal::invalid("name", wrong));
        }
        self.free(space, is.id().uuid(), is_called)
    }

    fn entitlement(&self, edit: &Edit<Entitlement>) -> Result<(), Refusal> {
        let Some(is) = edit.after.as_deref() else {
            return Ok(());
        };
        let was = edit.before.as_deref();
        let places = |of: Option<&Entitlement>| {
            let named = of.and_then(|of| of.grant.named());
            named.map(|named| named.environments.clone())
        };
        let known = places(was).unwrap_or_default();
        for environment in places(Some(is)).unwrap_or_default().difference(&known) {
            well_formed("environments", Environment::parse(environment))?;
        }
        if was.is_some_and(|was| was.grant.label() == is.grant.label()) {
            return Ok(());
        }
        match &is.grant {
            Grant::Permission(permission) if self.before.knows_permission(&permission.name) => {}
            Grant::Permission(permission) => {
                well_formed("permission", PermissionName::parse(&permission.name))?;
                self.free(NameSpace::Permission, Uuid::nil(), &permission.name)?;
            }
            Grant::Rules(list) => well_formed("name", Name::parse(&list.name))?,
        }
        let same = |other: &&Entitlement| {
            let (a, b) = (&other.grant, &is.grant);
            other.id != is.id && a.kind() == b.kind() && a.key() == b.key()
        };
        match self.after.entitlements_of(is.group).find(same) {
            Some(other) => Err(Refusal::conflict(
                RefusalCode::AlreadyConferred,
                format!(
                    "the group already confers {} `{}`",
                    other.grant.kind(),
                    other.grant.label()
                ),
                "edit that one instead of adding another",
            )),
            None => Ok(()),
        }
    }

    /// Whether nobody else in `space` is called so, or so that it looks like it.
    fn free(&self, space: NameSpace, own: Uuid, name: &str) -> Result<(), Refusal> {
        let alike = self.after.alike(space, name);
        let key = crate::name::key(name);
        let other = alike.into_iter().find(|(id, other)| match space {
            NameSpace::Permission => crate::name::key(other) != key,
            _ => *id != own,
        });
        let Some((_, other)) = other else {
            return Ok(());
        };
        if crate::name::key(other) == key {
            let sentence = format!("there already is `{other}`, which is the same name");
            return Err(taken(sentence, "choose another"));
        }
        Err(Refusal::rule(
            RefusalCode::LooksAlike,
            format!("`{name}` would pass for `{other}`, which exists: their letters look alike"),
            "choose another name",
        ))
    }
}

fn well_formed<T>(field: &str, read: Result<T, ParseTextError>) -> Result<(), Refusal> {
    read.map(|_| ())
        .map_err(|bad| Refusal::invalid(field, bad.0))
}

fn taken(sentence: String, next: &str) -> Refusal {
    Refusal::rule(RefusalCode::NameTaken, sentence, next)
}
