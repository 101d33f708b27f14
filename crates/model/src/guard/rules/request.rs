//! Rules about requests: what may be asked, and what may become of it.

use super::{super::agents, Rules};
use crate::{
    Action, Actor, Change, ChangeSet, Edit, Expiry, Granted, Group, GroupKind, Id, MembershipKind,
    Refusal, RefusalCode, Request, State, Wants, World, record::AppPart,
};

impl Rules<'_> {
    pub(super) fn request(&self, edit: &Edit<Request>) -> Result<(), Refusal> {
        let by_user = matches!(self.context.actor, Actor::User(_));
        match (edit.before.as_deref(), edit.after.as_deref()) {
            (None, Some(after)) if after.is_pending() => {
                self.asked(after, self.before)?;
                agents::check_request(self.after, after, self.context)
            }
            (None, Some(_)) if by_user => Err(Refusal::invalid(
                "status",
                "a new request waits to be decided; file it first",
            )),
            // What was decided elsewhere, or by a rule, may be taken over as it is.
            (None, Some(_)) => Ok(()),
            (Some(before), Some(after)) => {
                let kept = Request {
                    state: before.state.clone(),
                    ..after.clone()
                };
                if kept != *before {
                    return Err(Refusal::invalid(
                        "",
                        "what was asked stays as it was asked; decide it, or withdraw it and ask anew",
                    ));
                }
                match (before.is_pending(), after.is_pending()) {
                    (true, true) => Ok(()),
                    (true, false) => self.resolved(after),
                    // Only undo opens a request again. What it was before is not in this world:
                    // that it stands in the log is for the store to see.
                    (false, true) if self.undoes.is_some() || !by_user => {
                        self.asked(after, self.after)
                    }
                    (false, _) => Err(decided()),
                }
            }
            (Some(before), None) if before.is_pending() => Ok(()),
            (Some(_), None) => Err(decided()),
            (None, None) => Ok(()),
        }
    }

    /// Nobody decides in another's name, and nothing is called granted that is not.
    fn resolved(&self, request: &Request) -> Result<(), Refusal> {
        if let (Actor::User(_), None, Some(resolution)) =
            (self.context.actor, self.undoes, request.state.resolution())
            && resolution.by != self.context.actor
        {
            return Err(Refusal::invalid(
                "resolution",
                "the one who decides is the one who acts; decide in your own name",
            ));
        }
        let State::Approved {
            granted_until,
            granted,
            ..
        } = request.state
        else {
            return Ok(());
        };
        if self.is_granted(request, granted, granted_until) {
            return Ok(());
        }
        Err(Refusal::rule(
            RefusalCode::ApprovalWithoutGrant,
            "an approved request names what it granted and until when",
            "grant it in the same change",
        ))
    }

    /// Whether what an approval names is so, and gives what was asked for.
    fn is_granted(&self, request: &Request, granted: Granted, until: Expiry) -> bool {
        let now = self.context.now;
        match (&request.wants, granted) {
            (Wants::Membership { .. }, Granted::Membership(id)) => self
                .after
                .direct_of_user(request.requester)
                .filter(|fact| fact.id == id && fact.validity.until == until)
                .any(|fact| request.wants.answered_by(self.after, fact, now)),
            (Wants::Inclusion { role, group, kind }, Granted::Inclusion(id)) => {
                self.after.inclusion(id).is_some_and(|fact| {
                    (fact.child, fact.target, fact.kind) == (*role, *group, *kind)
                        && fact.validity.until == until
                })
            }
            (Wants::NewGroup { name, kind, .. }, Granted::Group(id)) => {
                let made = self.after.group(id);
                made.is_some_and(|made| made.name == *name && made.kind == *kind)
                    && self.before.group(id).is_none()
            }
            (
                Wants::Membership { .. } | Wants::Inclusion { .. } | Wants::NewGroup { .. },
                Granted::Membership(_) | Granted::Inclusion(_) | Granted::Group(_),
            ) => false,
        }
    }

    /// What ends takes the requests for it along: none may wait for what is no more or no longer
    /// ours to give.
    pub(super) fn requests_stand(&self, change: &ChangeSet) -> Result<(), Refusal> {
        let ends = change.changes.iter().any(|change| match change {
            Change::User(edit) => edit.after.is_none(),
            Change::Group(edit) => edit.after.as_ref().is_none_or(|group| !group.is_managed()),
            Change::App(edit) => edit.after.is_none(),
            Change::Tag(edit) => edit.after.is_none(),
            Change::Membership(_)
            | Change::Inclusion(_)
            | Change::Entitlement(_)
            | Change::Request(_)
            | Change::Resource(_)
            | Change::Identity(_)
            | Change::Credential(_)
            | Change::Preferences(_)
            | Change::Provider(_) => false,
        });
        if !ends {
            return Ok(());
        }
        let stands = |world: &World, request: &Request| {
            world.user(request.requester).is_some() && request.wants.stands(world)
        };
        let left = self
            .after
            .requests()
            .find(|request| !stands(self.after, request) && stands(self.before, request));
        left.map_or(Ok(()), |request| {
            let user = self.before.user(request.requester);
            Err(Refusal::rule(
                RefusalCode::RequestWaits,
                format!(
                    "the request of `{}` for {} would wait for nothing",
                    user.map_or("", |user| &user.login),
                    request.wants.label(self.before),
                ),
                "reject it in the same change",
            ))
        })
    }

    /// Whether this may be asked, judged by what the requester has in `was`.
    fn asked(&self, request: &Request, was: &World) -> Result<(), Refusal> {
        if let Some((_, kind)) = request.wants.place(self.after)
            && request.until.is_past(self.context.now)
        {
            return Err(Refusal::invalid(
                "until",
                format!(
                    "the {} would end at {}, which has passed; choose a future time",
                    kind.noun(),
                    request.until
                ),
            ));
        }
        match &request.wants {
            Wants::Membership { group, kind } => self.asked_access(request, *group, *kind, was)?,
            Wants::Inclusion { role, group, kind } => {
                self.asked_role(request, *role, *group, *kind, was)?;
            }
            Wants::NewGroup { .. } => {
                if let Some((group, _)) = request.wants.place(self.after) {
                    self.asked_group(&group)?;
                }
            }
        }
        let key = request.wants.key();
        let same =
            |other: &&Request| other.requester == request.requester && other.wants.key() == key;
        if self.after.requests().filter(same).count() > 1 {
            return Err(Refusal::conflict(
                RefusalCode::AlreadyAsked,
                format!(
                    "you already have asked for {}",
                    request.wants.label(self.after)
                ),
                "withdraw that request first",
            ));
        }
        Ok(())
    }

    /// The group that is asked for, which must be ours to give.
    fn asked_for(&self, group: Id<Group>) -> Result<&Group, Refusal> {
        let group = self.after.require_group(group)?;
        if group.is_managed() {
            return Ok(group);
        }
        Err(Refusal::rule(
            RefusalCode::UnmanagedGroup,
            format!(
                "`{}` is kept by an outside system and only shown here",
                group.name
            ),
            "ask for it there",
        ))
    }

    fn asked_access(
        &self,
        request: &Request,
        group: Id<Group>,
        kind: MembershipKind,
        was: &World,
    ) -> Result<(), Refusal> {
        let group = self.asked_for(group)?;
        let has = was.holds(request.requester, group.id, kind, self.context.now);
        if has.is_some_and(|until| until >= request.until) {
            return Err(Refusal::conflict(
                RefusalCode::AlreadyInGroup,
                format!(
                    "you already have {} in `{}` for that long",
                    kind.noun(),
                    group.name
                ),
                "ask again when it is about to end",
            ));
        }
        Ok(())
    }

    /// Who owns a role asks for it.
    fn asked_role(
        &self,
        request: &Request,
        role: Id<Group>,
        group: Id<Group>,
        kind: MembershipKind,
        was: &World,
    ) -> Result<(), Refusal> {
        let (role, group) = (self.after.require_role(role)?, self.asked_for(group)?);
        let now = self.context.now;
        let by_user = matches!(self.context.actor, Actor::User(_));
        if by_user && !was.owns_group(request.requester, role.id, now) {
            return Err(Refusal::NotAllowed {
                action: Action::CreateRequest,
                sentence: format!("only its owners ask for something for `{}`", role.name),
                next: "ask an owner of the role".into(),
            });
        }
        if group.is_role() {
            return Err(Refusal::rule(
                RefusalCode::RoleAsTarget,
                format!(
                    "`{}` is a role, and nothing may lead into a role",
                    group.name
                ),
                "ask to be in the role instead",
            ));
        }
        let there = was.inclusion_of(role.id, group.id, kind);
        if there.is_some_and(|i| i.validity.contains(now) && i.validity.until >= request.until) {
            return Err(Refusal::conflict(
                RefusalCode::AlreadyIncluded,
                format!(
                    "`{}` is in `{}` for that long already",
                    role.name, group.name
                ),
                "ask again when it is about to end",
            ));
        }
        Ok(())
    }

    fn asked_group(&self, group: &Group) -> Result<(), Refusal> {
        if let GroupKind::App { app, part } = group.kind {
            self.after.require_app(app)?;
            if part == AppPart::Owners {
                return Err(Refusal::rule(
                    RefusalCode::SecondOwnersGroup,
                    "the app already has an owners group",
                    "ask to be in that one",
                ));
            }
        }
        for tag in &group.tags {
            self.after.require_tag(*tag)?;
        }
        if self.after.find_group(&group.name).is_some() {
            return Err(Refusal::rule(
                RefusalCode::NameTaken,
                format!("there is a group `{}` already", group.name),
                "choose another name, or ask to be in that one",
            ));
        }
        self.name_fits(group)
    }
}

fn decided() -> Refusal {
    Refusal::conflict(
        RefusalCode::AlreadyResolved,
        "the request has been decided",
        "load it again to see what became of it",
    )
}
