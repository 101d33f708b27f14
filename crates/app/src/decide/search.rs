//! The other way round: who may, on what, doing what. Each result is one that [`Decider::decide`]
//! permits; there is no second way to come to an answer.

use std::collections::BTreeMap;

use portcullis_model::{
    Expiry, MembershipKind, Timestamp, User, World,
    entitlement::{ENVIRONMENT, PERMISSION_ACTION, PERMISSION_TYPE},
    world::Holder,
};
use portcullis_rules::partial::{Filter, Known, partial_with};

use super::{Action, Answer, Decider, Entity, Moment, Properties, Question, Seen, access::Spoken};

impl Decider {
    /// The users who may do what `question` asks, whoever it names, by login, those after `after`.
    pub fn subjects<'a>(
        &'a self,
        world: &'a World,
        now: Timestamp,
        question: &Question,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a User> + use<'a> {
        let mut question = question.clone();
        let known = self.types.subjects.contains(&question.subject.kind);
        let users = world.users_after(after).take_while(move |_| known);
        users.filter(move |user| {
            question.subject.id = user.login.to_string();
            self.decide(world, now, &question).allowed
        })
    }

    /// The ids of the resources, of the type that `question` asks about, on which it may be done,
    /// those after `after`.
    pub fn resources<'a>(
        &'a self,
        world: &'a World,
        now: Timestamp,
        question: &Question,
        after: Option<&str>,
    ) -> impl Iterator<Item = String> + use<'a> {
        let mut question = question.clone();
        self.resource_ids(world, now, &question.resource.kind, after)
            .filter(move |id| {
                question.resource.id.clone_from(id);
                self.decide(world, now, &question).allowed
            })
    }

    /// The names of the actions that may be done, whichever `question` names, those after `after`.
    pub fn actions<'a>(
        &'a self,
        world: &'a World,
        now: Timestamp,
        question: &Question,
        after: Option<&str>,
    ) -> impl Iterator<Item = String> + use<'a> {
        let mut question = question.clone();
        let after = after.map(str::to_owned);
        self.action_names(world, now, &question.subject)
            .into_iter()
            .filter(move |name| after.as_ref().is_none_or(|after| name > after))
            .filter(move |name| {
                question.action.name.clone_from(name);
                self.decide(world, now, &question).allowed
            })
    }

    /// What the subject's rules ask of a resource of the question's type before they allow its
    /// action: everything but the resource is known. Nobody known is let in nowhere.
    ///
    /// The filter looks at resources as rules do: their properties, and `id`.
    #[must_use]
    pub fn filter(&self, world: &World, now: Timestamp, question: &Question) -> Filter {
        let (action, kind) = (&question.action.name, &question.resource.kind);
        let never = || partial_with(&Default::default(), action, kind, &Known::new(&()));
        let Some(user) = self.user(world, &question.subject.kind, &question.subject.id) else {
            return never();
        };
        let policy = self.policy(world, user, now);
        let Some(engine) = policy.engine() else {
            return never();
        };
        let seen = Seen::without_resource(question, world.judged_as(user), policy.attributes());
        let known = Known::new(&seen)
            .complete_under("subject.")
            .complete_under("action.")
            .complete_under("context.");
        partial_with(engine.rules(), action, kind, &known)
    }

    /// Everybody who may use `permission` at `now` in `environment` (anywhere, if not given), by
    /// login, until when.
    ///
    /// Where no list of rules stands, that is who holds it. Where one does, each is asked for: a
    /// list may deny what a group confers, and allow what none confers.
    #[must_use]
    pub fn who_may<'w>(
        &self,
        world: &'w World,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<Holder<'w>> {
        let holders = world.who_can(permission, environment, now);
        let Spoken { any, allows } = Spoken::at(Moment::new(world, now));
        if !any {
            return holders;
        }
        if !allows {
            let may = |holder: &Holder<'_>| {
                self.may_use(world, holder.user, permission, environment, now)
                    .is_some()
            };
            return holders.into_iter().filter(may).collect();
        }
        let held: BTreeMap<_, _> = holders.into_iter().map(|h| (h.user.id, h.until)).collect();
        let may = |user: &'w User| {
            let until = self.may_use(world, user, permission, environment, now)?;
            let until = held.get(&user.id).copied().unwrap_or(until);
            Some(Holder { user, until })
        };
        world.users().filter_map(may).collect()
    }

    /// Whether `user` may use `permission` at `now` in `environment` (anywhere, if not given), and
    /// until when they are judged by the rule that says so.
    #[must_use]
    pub fn may_use(
        &self,
        world: &World,
        user: &User,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Option<Expiry> {
        let answer = self.uses(world, user, permission, environment, now);
        let (by, _) = answer.decided_by.filter(|_| answer.allowed)?;
        let held = world.holds(user.id, by.group, MembershipKind::Member, now)?;
        Some(held.min(by.validity.until))
    }

    /// The answer to whether `user` may use `permission` at `now` in `environment` (anywhere, if
    /// not given): one that allows, else one that a rule denies, else that no rule matches.
    #[must_use]
    pub fn uses(
        &self,
        world: &World,
        user: &User,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Answer {
        let answers = self.answers(world, user, permission, environment, now);
        let told = answers.into_iter().filter(|a| a.decided_by.is_some());
        told.max_by_key(|answer| answer.allowed).unwrap_or_default()
    }

    /// The environments in which it may be done, where `question` asks for a permission and names
    /// none; in order. Naming none is never a yes by itself.
    #[must_use]
    pub fn environments(&self, world: &World, now: Timestamp, question: &Question) -> Vec<String> {
        let resource = &question.resource;
        if resource.kind != PERMISSION_TYPE || question.names(ENVIRONMENT) {
            return Vec::new();
        }
        let mut there = question.clone();
        let mut all = world.environments_of(&resource.id, now);
        all.retain(|environment| {
            let properties = there.resource.properties.get_or_insert_default();
            properties.insert(ENVIRONMENT.into(), environment.as_str().into());
            self.decide(world, now, &there).allowed
        });
        all
    }

    /// The environments in which `user` may use `permission` at `now`, where none is asked about and
    /// without one they may not; in order.
    #[must_use]
    pub fn only_in(
        &self,
        world: &World,
        user: &User,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<String> {
        let (Some(kind), None) = (self.types.subjects.first(), environment) else {
            return Vec::new();
        };
        let question = permission_question(kind, &user.login, permission, None);
        if self.decide(world, now, &question).allowed {
            return Vec::new();
        }
        self.environments(world, now, &question)
    }

    /// The answers to all that asking for a permission may mean.
    fn answers(
        &self,
        world: &World,
        user: &User,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<Answer> {
        let Some(kind) = self.types.subjects.first() else {
            return Vec::new();
        };
        let mut question = permission_question(kind, &user.login, permission, environment);
        let mut answers = vec![self.decide(world, now, &question)];
        if environment.is_none() {
            for place in world.environments_of(permission, now) {
                question.resource.properties = properties(Some(&place));
                answers.push(self.decide(world, now, &question));
            }
        }
        answers
    }
}

/// The question whether `login` may use `permission` in `environment`.
#[must_use]
pub fn permission_question(
    subject_type: &str,
    login: &str,
    permission: &str,
    environment: Option<&str>,
) -> Question {
    Question {
        subject: Entity {
            kind: subject_type.to_owned(),
            id: login.to_owned(),
            properties: None,
        },
        action: Action {
            name: PERMISSION_ACTION.to_owned(),
            properties: None,
        },
        resource: Entity {
            kind: PERMISSION_TYPE.to_owned(),
            id: permission.to_owned(),
            properties: properties(environment),
        },
        context: None,
    }
}

fn properties(environment: Option<&str>) -> Option<Properties> {
    environment.map(|environment| {
        [(ENVIRONMENT.into(), environment.into())]
            .into_iter()
            .collect()
    })
}
