//! Rules about requests: what may be asked, and what may become of it.

use super::Rules;
use crate::{
    Actor, Change, ChangeSet, Edit, Group, Membership, MembershipKind, Refusal, Request, State,
    World,
};

impl Rules<'_> {
    pub(super) fn request(&self, edit: &Edit<Request>) -> Result<(), Refusal> {
        let by_user = matches!(self.context.actor, Actor::User(_));
        match (edit.before.as_deref(), edit.after.as_deref()) {
            (None, Some(after)) if after.is_pending() => self.asked(after, self.before),
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
            membership,
            ..
        } = request.state
        else {
            return Ok(());
        };
        let wants = (request.wants.group(), request.wants.kind());
        let now = self.context.now;
        // The fact itself, or one whose group leads there: a role answers what it opens.
        let leads = |fact: &Membership| {
            let reach = || self.after.reach(fact.group, now).into_iter();
            fact.kind == MembershipKind::Member
                && reach().any(|(group, kind)| (group.id, kind) == wants)
        };
        let granted = self
            .after
            .direct_of_user(request.requester)
            .filter(|fact| fact.id == membership && fact.validity.until == granted_until)
            .any(|fact| (fact.group, fact.kind) == wants || leads(fact));
        if granted {
            return Ok(());
        }
        Err(Refusal::rule(
            "approval_without_grant",
            "an approved request names what it granted and until when",
            "grant it in the same change",
        ))
    }

    /// What ends takes the requests for it along: none may wait for what is no more or no longer
    /// ours to give.
    pub(super) fn requests_stand(&self, change: &ChangeSet) -> Result<(), Refusal> {
        let ends = change.changes.iter().any(|change| match change {
            Change::User(edit) => edit.after.is_none(),
            Change::Group(edit) => edit.after.as_ref().is_none_or(|group| !group.is_managed()),
            _ => false,
        });
        if !ends {
            return Ok(());
        }
        let stands = |world: &World, request: &Request| {
            let group = world.group(request.wants.group());
            world.user(request.requester).is_some() && group.is_some_and(Group::is_managed)
        };
        let left = self
            .after
            .requests()
            .find(|request| !stands(self.after, request) && stands(self.before, request));
        left.map_or(Ok(()), |request| {
            let (user, group) = (
                self.before.user(request.requester),
                self.before.group(request.wants.group()),
            );
            Err(Refusal::rule(
                "request_waits",
                format!(
                    "the request of `{}` for `{}` would wait for nothing",
                    user.map_or("", |user| &user.login),
                    group.map_or("", |group| &group.name),
                ),
                "reject it in the same change",
            ))
        })
    }

    /// Whether this may be asked, judged by what the requester has in `was`.
    fn asked(&self, request: &Request, was: &World) -> Result<(), Refusal> {
        let Some(group) = self.after.group(request.wants.group()) else {
            return Ok(());
        };
        if !group.is_managed() {
            return Err(Refusal::rule(
                "unmanaged_group",
                format!(
                    "`{}` is kept by an outside system and only shown here",
                    group.name
                ),
                "ask for it there",
            ));
        }
        let kind = request.wants.kind();
        if request.until.is_past(self.context.now) {
            return Err(Refusal::invalid(
                "until",
                format!(
                    "the {} would end at {}, which has passed; choose a time to come",
                    kind.noun(),
                    request.until
                ),
            ));
        }
        let has = was.holds(request.requester, group.id, kind, self.context.now);
        if has.is_some_and(|until| until >= request.until) {
            return Err(Refusal::conflict(
                "already_in_group",
                format!(
                    "you already have {} in `{}` for that long",
                    kind.noun(),
                    group.name
                ),
                "ask again when it is about to end",
            ));
        }
        let same =
            |other: &&Request| (other.requester, other.wants) == (request.requester, request.wants);
        if self.after.requests().filter(same).count() > 1 {
            return Err(Refusal::conflict(
                "already_asked",
                format!(
                    "you already have asked for {} in `{}`",
                    kind.noun(),
                    group.name
                ),
                "withdraw that request first",
            ));
        }
        Ok(())
    }
}

fn decided() -> Refusal {
    Refusal::conflict(
        "already_resolved",
        "the request has been decided",
        "load it again to see what became of it",
    )
}
