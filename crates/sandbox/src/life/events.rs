//! What happens again and again: people come, ask, decide, renew, move, err and leave.

use portcullis_app::{
    Update,
    group::{AddPeople, RemovePeople},
    request::{Approve, CreateRequest, Reject, Withdraw},
    user::{DeleteUser, EditUser},
};
use portcullis_model::{Actor, Expiry, Group, Id, MembershipKind, Refusal, Request, User, Wants};

use super::{Company, Event, Station};
use crate::{
    catalog::{APPROVALS, APPS, DEPARTMENTS, OPEN, REASONS, REJECTIONS},
    founding::{app_group, reason, role_name},
};

impl Company {
    pub(super) fn join(&mut self, people: Vec<Station>) -> Result<(), Refusal> {
        let before = self.staff.len();
        let admin = self.admin()?;
        self.hire(admin, people)?;
        self.wait(20)?;
        let new: Vec<_> = self.staff[before..]
            .iter()
            .map(|employee| employee.id)
            .collect();
        self.place(&new)
    }

    pub(super) fn leave(&mut self) -> Result<(), Refusal> {
        let going: Vec<usize> = (0..self.staff.len())
            .filter(|at| !self.staff[*at].stays)
            .collect();
        let Some(&at) = self.rng.pick(&going) else {
            return Ok(());
        };
        let user = self.staff.remove(at).id;
        let admin = self.admin()?;
        self.story.act(admin, &DeleteUser { user })?;
        Ok(())
    }

    /// Somebody asks for something they have not, for a while or for good.
    pub(super) fn ask(&mut self) -> Result<(), Refusal> {
        let user = self.anybody();
        let name = match self.rng.below(10) {
            0..=2 => (*self.rng.pick(OPEN).unwrap_or(&"On-Call")).to_owned(),
            3 => {
                let department = &DEPARTMENTS[self.rng.below(DEPARTMENTS.len())];
                self.rng
                    .pick(department.jobs)
                    .map_or_else(String::new, |job| role_name(job.role))
            }
            _ => {
                let app = &APPS[self.rng.below(APPS.len())];
                self.rng
                    .pick(app.groups)
                    .map_or_else(String::new, |group| app_group(app.name, group.name))
            }
        };
        let days = [1, 3, 7, 7, 14, 30, 30, 60, 90, 90, 180, 0, 0][self.rng.below(13)];
        let until = if days == 0 {
            Expiry::NEVER
        } else {
            Expiry::at(self.story.now.plus_days(days))
        };
        let kind = if self.rng.chance(6) {
            MembershipKind::Owner
        } else {
            MembershipKind::Member
        };
        let why = *self.rng.pick(REASONS).unwrap_or(&"");
        let Some(request) = self.request(user, &name, kind, until, why) else {
            return Ok(());
        };
        let minutes = match self.rng.below(10) {
            0..=3 => self.rng.between(4, 50),
            4..=7 => self.rng.between(60, 420),
            _ => self.rng.between(1_000, 6_000),
        };
        let at = self.story.now.plus_seconds(minutes * 60);
        self.plan(at, Event::Decide(request));
        Ok(())
    }

    /// Files a request unless a rule stands against it: then they had it already, or may not.
    pub(super) fn request(
        &mut self,
        user: Id<User>,
        group: &str,
        kind: MembershipKind,
        until: Expiry,
        why: &str,
    ) -> Option<Id<Request>> {
        let group = self.story.world.find_group(group)?.id;
        let ask = CreateRequest {
            wants: Wants::Membership { group, kind },
            until,
            reason: reason(why),
        };
        self.story.act(Actor::User(user), &ask).ok().flatten()?;
        self.story
            .world
            .requests()
            .find(|r| r.requester == user && r.wants.group() == Some(group))
            .map(|r| r.id)
    }

    pub(super) fn decide(&mut self, id: Id<Request>) -> Result<(), Refusal> {
        let Some(request) = self.story.world.request(id).cloned() else {
            return Ok(());
        };
        let group = request
            .wants
            .group()
            .and_then(|group| self.story.world.group(group));
        let Some(by) = group.and_then(|group| self.story.decider(group, Some(request.requester)))
        else {
            return Ok(());
        };
        // What a rule refuses is left to end by itself, as it would be.
        let _ = match self.rng.below(100) {
            0..=5 => {
                let withdraw = Withdraw {
                    request: id,
                    reason: reason("Not needed any more"),
                };
                self.story.act(Actor::User(request.requester), &withdraw)
            }
            6..=19 => {
                let why = *self.rng.pick(REJECTIONS).unwrap_or(&"");
                self.story.act(
                    by,
                    &Reject {
                        request: id,
                        reason: reason(why),
                    },
                )
            }
            20..=22 => return Ok(()),
            _ => {
                let why = *self.rng.pick(APPROVALS).unwrap_or(&"");
                self.story.act(
                    by,
                    &Approve {
                        request: id,
                        until: None,
                        reason: reason(why),
                    },
                )
            }
        };
        Ok(())
    }

    /// Each Monday owners renew what ends within the week: roles always, people mostly.
    pub(super) fn review(&mut self) -> Result<(), Refusal> {
        let now = self.story.now;
        let soon = |until: Expiry| until.instant().is_some_and(|at| at <= now.plus_days(8));
        let limited: Vec<Group> = self
            .story
            .world
            .groups()
            .filter(|group| {
                self.story
                    .world
                    .constraints_on(group)
                    .member_time_limit
                    .is_some_and(|l| l.seconds() > 20 * 86_400)
            })
            .cloned()
            .collect();
        for group in limited {
            let Some(by) = self.story.decider(&group, None) else {
                continue;
            };
            let roles: Vec<_> = self
                .story
                .world
                .children_of(group.id)
                .filter(|i| soon(i.validity.until))
                .map(|i| i.child)
                .collect();
            for role in roles {
                self.attach(
                    by,
                    role,
                    group.id,
                    MembershipKind::Member,
                    "Still part of the job",
                )?;
            }
            let mut people: Vec<_> = self
                .story
                .world
                .direct_of_group(group.id)
                .filter(|m| {
                    m.kind == MembershipKind::Member
                        && soon(m.validity.until)
                        && m.request.is_none()
                })
                .map(|m| m.user)
                .collect();
            people.sort();
            people.retain(|user| Actor::User(*user) != by && self.rng.chance(85));
            if !people.is_empty() {
                let add = AddPeople {
                    group: group.id,
                    kind: MembershipKind::Member,
                    users: people,
                    until: Expiry::NEVER,
                    reason: reason("Confirmed for the next period"),
                };
                self.story.act(by, &add)?;
            }
        }
        Ok(())
    }

    /// Somebody changes to another job of their department.
    pub(super) fn change_job(&mut self) -> Result<(), Refusal> {
        let movable: Vec<usize> = (0..self.staff.len())
            .filter(|at| {
                !self.staff[*at].stays && DEPARTMENTS[self.staff[*at].department].jobs.len() > 1
            })
            .collect();
        let Some(&at) = self.rng.pick(&movable) else {
            return Ok(());
        };
        let (id, department) = (self.staff[at].id, self.staff[at].department);
        let jobs = DEPARTMENTS[department].jobs;
        let Some(job) = self.rng.pick(jobs) else {
            return Ok(());
        };
        let old = self.staff[at].roles.first().copied().unwrap_or_default();
        if old == job.role {
            return Ok(());
        }
        let admin = self.admin()?;
        if let Some(user) = self.story.world.user(id) {
            let mut attributes = user.attributes.clone();
            attributes.insert("Title".into(), job.title.into());
            let edit = EditUser {
                user: id,
                login: None,
                name: None,
                email: Update::Keep,
                manager: Update::Keep,
                attributes: Some(attributes),
            };
            self.story.act(admin, &edit)?;
        }
        let (from, to) = (
            self.story.group(&role_name(old))?.clone(),
            role_name(job.role),
        );
        let by = self.story.decider(&from, None).unwrap_or(admin);
        self.wait(15)?;
        let welcome = self
            .story
            .decider(self.story.group(&to)?, None)
            .unwrap_or(admin);
        self.add(
            welcome,
            &to,
            MembershipKind::Member,
            vec![id],
            Expiry::NEVER,
            "New job",
        )?;
        // A request may have given them another place in it since; then they keep that.
        let _ = self.story.act(
            by,
            &RemovePeople {
                group: from.id,
                kind: MembershipKind::Member,
                users: vec![id],
            },
        );
        self.staff[at].roles = vec![job.role];
        Ok(())
    }

    /// An admin takes the wrong people out, and puts that right a little later.
    pub(super) fn slip(&mut self) -> Result<(), Refusal> {
        let group = self
            .story
            .group(self.rng.pick(OPEN).copied().unwrap_or("On-Call"))?
            .id;
        let mut users: Vec<_> = self
            .story
            .world
            .direct_of_group(group)
            .filter(|m| m.kind == MembershipKind::Member)
            .map(|m| m.user)
            .collect();
        users.sort();
        users.truncate(6);
        let admin = self.admin()?;
        if !users.is_empty()
            && let Some(position) = self.story.act(
                admin,
                &RemovePeople {
                    group,
                    kind: MembershipKind::Member,
                    users,
                },
            )?
        {
            let at = self.story.now.plus_seconds(self.rng.between(5, 40) * 60);
            self.plan(at, Event::Undo(admin, position));
        }
        Ok(())
    }
}
