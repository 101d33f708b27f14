//! Why somebody has something, or what is missing and who can give it.

use std::collections::HashMap;

use portcullis_app::decide::DecidedBy;
use portcullis_model::{Expiry, Group, MembershipKind, Refusal, User, World, world::Path};

use crate::api::{
    Answer, Finds, Key, Paging, Read,
    list::{FEW, Window},
    query, row,
    users::PathRow,
    wire::{GroupRef, Person, Place, Until},
};

query! {
    /// Who, and what they have or want.
    pub(crate) struct Question {
        /// Who: an id, a login or `@me`.
        user: Needed<Key<User>>,
        /// The group: its id or name. This or `permission`.
        group: Option<Key<Group>>,
        /// As what in the group; `member` if not given.
        kind: Option<MembershipKind>,
        /// The permission. This or `group`.
        permission: Option<String>,
        /// Where the permission is wanted. One that holds in some environments only is not held where
        /// none is given; the answer names them.
        environment: Option<String>,
    }
}

row! {
    /// Why somebody has something, or what is missing.
    pub(crate) struct Explanation<'w> of(
        world: &'w World,
        user: &'w User,
        until: Option<Expiry>,
        paths: &[Path<'w>],
        missing: Option<Missing<'w>>,
        environments: Vec<String>,
        window: Window,
    ) where {
        let mut window = window;
    } {
        user: Person<'w> = Person::of(user),
        /// Whether they have it.
        holds: bool = until.is_some(),
        /// Until when, if they have it.
        until?: Option<Until> = until.map(Until),
        /// The environments in which a permission is held that was asked for without one.
        environments?: Option<Vec<String>> = (!environments.is_empty()).then_some(environments),
        /// The ways that lead there, shortest first.
        paths: Vec<PathRow<'w>> = window.of(paths, |path| PathRow::of(world, path)),
        path_count: usize = paths.len(),
        /// What to send as `after` for the ways that follow; null at their end.
        next: Option<String> = window.next(),
        /// What is missing, if they have it not.
        missing: Option<Missing<'w>> = missing,
    }
}

row! {
    /// What is missing, and the one step that gives it.
    pub(crate) struct Missing<'w> of(
        code: &'static str,
        sentence: String,
        step: Option<Step<'w>>,
    ) {
        /// A stable code: `not_in_group`, `not_begun`, `not_conferred`, `not_in_environment`,
        /// `no_environment`, `kept_outside` or `denied_by_rule`.
        code: &'static str = code,
        /// What is missing, in a sentence.
        sentence: String = sentence,
        /// The step; null where there is none to take here.
        step: Option<Step<'w>> = step,
    }
}

row! {
    /// The one step that gives it: a request to be in a group.
    pub(crate) struct Step<'w> of(
        world: &'w World,
        group: &'w Group,
        kind: MembershipKind,
        ask: Vec<&'w User>,
    ) {
        /// Which group to be in.
        group: GroupRef<'w> = GroupRef::of(world, group),
        kind: Place = kind.into(),
        ask_count: usize = ask.len(),
        /// Who decides; the first 20.
        ask: Vec<Person<'w>> = ask.into_iter().take(FEW).map(Person::of).collect(),
    }
}

/// Explain access
///
/// Every way by which somebody is in a group or has a permission; or, if they have it not, what is
/// missing and whom to ask.
#[utoipa::path(get, path = "/explain", tag = "questions", params(Question, Paging), responses((status = 200, body = Explanation)))]
pub(crate) async fn explain(read: Read<(Question, Paging)>) -> Answer {
    let (query, paging) = &read.query;
    let window = paging.window()?;
    let user = read.one(&query.user)?;
    match (&query.group, &query.permission) {
        (Some(key), None) => {
            if query.environment.is_some() {
                let wrong = "only a permission holds somewhere; leave it out";
                return Err(Refusal::invalid("environment", wrong).into());
            }
            let group = read.one(key)?;
            let kind = query.kind.unwrap_or(MembershipKind::Member);
            read.answer(&of_group(&read, user, group, kind, window))
        }
        (None, Some(permission)) => {
            if query.kind.is_some() {
                let wrong = "only a place in a group has a kind; leave it out";
                return Err(Refusal::invalid("kind", wrong).into());
            }
            read.answer(&of_permission(&read, user, permission, window))
        }
        _ => {
            let wrong = "ask about a `group` or a `permission`, one of them";
            Err(Refusal::invalid("group", wrong).into())
        }
    }
}

fn of_group<'w>(
    read: &'w Read<(Question, Paging)>,
    user: &'w User,
    group: &'w Group,
    kind: MembershipKind,
    window: Window,
) -> Explanation<'w> {
    let (world, now) = (&*read.world, read.now);
    let paths = world.paths(user.id, group.id, kind, now);
    let until = world.holds(user.id, group.id, kind, now);
    let missing = until.is_none().then(|| {
        let begins = world
            .direct(user.id, group.id, kind)
            .map(|m| m.validity.from);
        let Some(at) = begins.filter(|at| *at > now) else {
            return lacks(read, user, group, kind);
        };
        let (noun, login, name) = (kind.noun(), &user.login, &group.name);
        let sentence = format!("the {noun} of `{login}` in `{name}` begins at {at}");
        Missing::of("not_begun", sentence, None)
    });
    Explanation::of(world, user, until, &paths, missing, Vec::new(), window)
}

/// What somebody lacks who is not in a group.
fn lacks<'w>(
    read: &'w Read<(Question, Paging)>,
    user: &User,
    group: &'w Group,
    kind: MembershipKind,
) -> Missing<'w> {
    let world = &*read.world;
    if !group.is_managed() {
        let name = &group.name;
        let sentence = format!("`{name}` is kept by an outside system; ask for it there");
        return Missing::of("kept_outside", sentence, None);
    }
    let ask = world.deciders(group, Some(user.id), read.now);
    let (login, noun, name) = (&user.login, group.noun(), &group.name);
    let sentence = format!("`{login}` is no {kind} of the {noun} `{name}`");
    let step = Step::of(world, group, kind, ask);
    Missing::of("not_in_group", sentence, Some(step))
}

fn of_permission<'w>(
    read: &'w Read<(Question, Paging)>,
    user: &'w User,
    permission: &str,
    window: Window,
) -> Explanation<'w> {
    let (world, now) = (&*read.world, read.now);
    let environment = read.query.0.environment.as_deref();
    let mut conferring: Vec<_> = world.conferring(permission, environment, now).collect();
    conferring.sort_by_key(|(group, _)| &group.name);
    let decider = read.web.decider();
    let only = decider.only_in(world, user, permission, environment, now);
    let mut until: Option<Expiry> = None;
    let mut paths = Vec::new();
    // Walked once, however many groups confer it.
    let held = world.access_of(user.id, now).into_iter();
    let held = held.filter(|access| access.kind == MembershipKind::Member);
    let held: HashMap<_, _> = held.map(|access| (access.group.id, access)).collect();
    for (group, entitlement) in &conferring {
        let named = entitlement.grant.named();
        let limited = named.is_some_and(|named| !named.environments.is_empty());
        // What holds somewhere only is no way to a permission that holds everywhere.
        if limited && environment.is_none() && only.is_empty() {
            continue;
        }
        if let Some(access) = held.get(&group.id) {
            let end = access.until.min(entitlement.validity.until);
            until = Some(until.map_or(end, |until| until.max(end)));
            paths.extend(access.paths.iter().cloned());
        }
    }
    if !only.is_empty() {
        let places = only.join("`, `");
        let sentence = format!("`{permission}` is held only in `{places}`; say in which");
        let missing = Some(Missing::of("no_environment", sentence, None));
        return Explanation::of(world, user, None, &paths, missing, only, window);
    }
    let allowed = decider.may_use(world, user, permission, environment, now);
    let denied = denied(read, user, permission).filter(|_| until.is_some());
    if denied.is_some() {
        return Explanation::of(world, user, None, &paths, denied, Vec::new(), window);
    }
    // A rule may allow what no group confers.
    let until = until.or(allowed);
    let missing = until.is_none().then(|| {
        // The step that confers least besides what is wanted.
        let least = conferring
            .iter()
            .map(|(group, _)| *group)
            .filter(|group| group.is_managed())
            .min_by_key(|group| (world.entitlements_of(group.id).count(), &group.name));
        let group = least.or_else(|| conferring.first().map(|(group, _)| *group));
        if let Some(group) = group {
            return lacks(read, user, group, MembershipKind::Member);
        }
        let is_elsewhere = world.conferring(permission, None, now).next().is_some();
        let (code, sentence) = match environment.filter(|_| is_elsewhere) {
            Some(environment) => (
                "not_in_environment",
                format!("no group confers `{permission}` in `{environment}`"),
            ),
            None => (
                "not_conferred",
                format!("no group confers `{permission}`; an admin can let one"),
            ),
        };
        Missing::of(code, sentence, None)
    });
    Explanation::of(world, user, until, &paths, missing, Vec::new(), window)
}

/// What denies a permission that groups confer.
fn denied<'w>(
    read: &'w Read<(Question, Paging)>,
    user: &User,
    permission: &str,
) -> Option<Missing<'w>> {
    let (world, now) = (&*read.world, read.now);
    let place = read.query.0.environment.as_deref();
    let answer = read.web.decider().uses(world, user, permission, place, now);
    let by = DecidedBy::of(world, &answer).filter(|_| !answer.allowed)?;
    let (by, login) = (by.in_words(), &user.login);
    let sentence = format!("{by} denies `{permission}` to `{login}`");
    Some(Missing::of("denied_by_rule", sentence, None))
}
