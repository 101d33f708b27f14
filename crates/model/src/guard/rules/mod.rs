//! What may be true at all: names and kinds, ends to come, no cycles, at least one admin.

mod app;
mod credential;
mod group;
mod names;
mod provenance;
mod request;

use std::collections::HashSet;

pub use names::unsound_names;

use super::{agents, further::reaches_further};
use crate::{
    Actor, Change, ChangeSet, Context, Description, Edit, Expiry, Group, Inclusion, Membership,
    MembershipKind, Position, Refusal, RefusalCode, SystemActor, User, UserKind, Validity, World,
    context::Descriptions,
};

pub(super) fn check(
    before: &World,
    after: &World,
    change: &ChangeSet,
    context: &Context,
) -> Result<(), Refusal> {
    let rules = Rules {
        before,
        after,
        context,
        undoes: change.undoes,
    };
    for change in &change.changes {
        match change {
            Change::Group(edit) => rules.group(edit)?,
            Change::App(edit) => rules.app(edit)?,
            Change::Tag(edit) => rules.tag(edit)?,
            Change::Membership(edit) => rules.membership(edit)?,
            Change::Inclusion(edit) => rules.inclusion(edit)?,
            Change::Request(edit) => rules.request(edit)?,
            Change::Entitlement(edit) => {
                if let Some(entitlement) = &edit.after {
                    rules.to_come(&entitlement.validity, "entitlement")?;
                }
            }
            Change::Credential(edit) => rules.credential(edit)?,
            Change::User(edit) => rules.user(edit)?,
            Change::Resource(_)
            | Change::Identity(_)
            | Change::Preferences(_)
            | Change::Provider(_) => {}
        }
    }
    names::check(before, after, change, &context.policy)?;
    provenance::check(before, after, change, context)?;
    rules.requests_stand(change)?;
    rules.admins_remain()
}

struct Rules<'a> {
    before: &'a World,
    after: &'a World,
    context: &'a Context,
    undoes: Option<Position>,
}

impl Rules<'_> {
    fn mirrors(&self) -> bool {
        self.context.actor.mirrors()
    }

    /// Asked of what is new or described anew; what is mirrored is taken as it comes.
    fn described(&self, was: Option<&Description>, is: &Description) -> Result<(), Refusal> {
        let asked = self.context.policy.descriptions == Descriptions::Required;
        if !asked || !is.is_empty() || was == Some(is) || self.mirrors() {
            return Ok(());
        }
        Err(Refusal::invalid(
            "description",
            "a description is required; say what it is for",
        ))
    }

    /// Unmanaged groups are mirrors: only what the outside says changes them.
    fn managed(&self, group: &Group, authority_changes: bool) -> Result<(), Refusal> {
        if group.is_managed() || authority_changes || self.mirrors() {
            return Ok(());
        }
        if matches!(self.context.actor, Actor::System(SystemActor::Time)) {
            return Ok(());
        }
        Err(Refusal::rule(
            RefusalCode::UnmanagedGroup,
            format!(
                "`{}` is kept by an outside system and only shown here",
                group.name
            ),
            "change it there",
        ))
    }

    fn to_come(&self, validity: &Validity, noun: &str) -> Result<(), Refusal> {
        if validity.until <= Expiry::at(validity.from) {
            return Err(Refusal::invalid(
                "until",
                format!("the {noun} would end before it begins; choose a later end"),
            ));
        }
        if validity.until.is_past(self.context.now) {
            return Err(Refusal::invalid(
                "until",
                format!(
                    "the {noun} would end at {}, which has passed; choose a future time",
                    validity.until
                ),
            ));
        }
        Ok(())
    }

    fn membership(&self, edit: &Edit<Membership>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        // A person who ceases to be known leaves mirrored groups too.
        let hangs_on = edit.after.is_none() && self.after.user(subject.user).is_none();
        if let Some(group) = self
            .before
            .group(subject.group)
            .or_else(|| self.after.group(subject.group))
            .filter(|_| !hangs_on)
        {
            self.managed(group, false)?;
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        self.to_come(&after.validity, after.kind.noun())?;
        if reaches_further(edit, |fact| fact.validity) {
            let (place, until) = ((after.group, after.kind), after.validity.until);
            agents::check(self.after, after.user, place, until, self.context)?;
        }
        Ok(())
    }

    /// An agent acts for somebody from the beginning, and for nobody only when they are gone.
    fn user(&self, edit: &Edit<User>) -> Result<(), Refusal> {
        let Some(after) = edit.after.as_ref().filter(|it| it.kind == UserKind::Agent) else {
            return Ok(());
        };
        let was = edit.before.as_ref().and_then(|before| before.manager);
        let left_alone = was.is_some_and(|sponsor| self.after.user(sponsor).is_none());
        let stays_alone = edit
            .before
            .as_ref()
            .is_some_and(|before| before.manager.is_none());
        let alone = after.manager.is_none() && (left_alone || stays_alone);
        if alone || self.after.sponsor_of(after.id).is_some() {
            return Ok(());
        }
        Err(Refusal::invalid(
            "manager",
            "an agent acts for a person, its sponsor; name one",
        ))
    }

    fn inclusion(&self, edit: &Edit<Inclusion>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        let target = self
            .before
            .group(subject.target)
            .or_else(|| self.after.group(subject.target));
        if let Some(target) = target {
            self.managed(target, false)?;
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        self.to_come(&after.validity, "inclusion")?;
        if !reaches_further(edit, |i| i.validity) {
            return Ok(());
        }
        let (child, target) = (
            self.after.group(after.child),
            self.after.group(after.target),
        );
        let (Some(child), Some(target)) = (child, target) else {
            return Ok(());
        };
        // What a source made may nest any groups, also where it comes back by an undo.
        let of_source = matches!(after.granted_by, Actor::Connector(_));
        let comes_back = self.undoes.is_some() && of_source && edit.before.is_none();
        if !self.mirrors() && !comes_back {
            if !child.is_role() {
                return Err(Refusal::rule(
                    RefusalCode::NotARole,
                    format!(
                        "`{}` is no role, and only a role's members are let into other groups",
                        child.name
                    ),
                    "make it a role, or add its people one by one",
                ));
            }
            if target.is_role() {
                return Err(Refusal::rule(
                    RefusalCode::RoleAsTarget,
                    format!(
                        "`{}` is a role, and nothing may lead into a role",
                        target.name
                    ),
                    "add people to the role instead",
                ));
            }
        }
        self.no_cycle(child, target)
    }

    fn no_cycle(&self, child: &Group, target: &Group) -> Result<(), Refusal> {
        let (mut todo, mut seen) = (vec![target.id], HashSet::new());
        while let Some(id) = todo.pop() {
            if id == child.id {
                return Err(Refusal::rule(
                    RefusalCode::Cycle,
                    format!(
                        "`{}` already leads into `{}`, so the two would contain each other",
                        target.name, child.name
                    ),
                    "remove the way back first",
                ));
            }
            if seen.insert(id) {
                todo.extend(self.after.targets_of(id).map(|inclusion| inclusion.target));
            }
        }
        Ok(())
    }

    /// Time may end the last admin's access; nobody else may.
    fn admins_remain(&self) -> Result<(), Refusal> {
        if matches!(self.context.actor, Actor::System(SystemActor::Time)) {
            return Ok(());
        }
        let any = |world: &World| {
            world
                .built_in_app()
                .and_then(|app| world.owners_group(app.id))
                .is_some_and(|group| {
                    world.anybody_in(group.id, MembershipKind::Member, None, self.context.now)
                })
        };
        if !any(self.after) && any(self.before) {
            return Err(Refusal::rule(
                RefusalCode::LastAdmin,
                "nobody would be left who administers Portcullis",
                "make somebody else an admin first",
            ));
        }
        Ok(())
    }
}
