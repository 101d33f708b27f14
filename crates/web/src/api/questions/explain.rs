//! Why somebody has something, or what is missing and who can give it.

use portcullis_app::{
    decide::DecidedBy,
    why::{Verdict, Why},
};
use portcullis_model::{Group, MembershipKind, Refusal, User, World};

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
        why: &Why<'w>,
        missing: Option<Missing<'w>>,
        window: Window,
    ) where {
        let mut window = window;
    } {
        user: Person<'w> = Person::of(user),
        /// Whether they have it.
        holds: bool = why.until().is_some(),
        /// Until when, if they have it.
        until?: Option<Until> = why.until().map(Until),
        /// The environments in which a permission is held that was asked for without one.
        environments?: Option<Vec<String>> = only_in(why),
        /// The ways that lead there, the one that lasts longest first, then the shortest.
        paths: Vec<PathRow<'w>> = window.of(&why.ways, |way| PathRow::of(world, &way.path)),
        path_count: usize = why.ways.len(),
        /// What to send as `after` for the ways that follow; null at their end.
        next: Option<String> = window.next(),
        /// What is missing, if they have it not.
        missing: Option<Missing<'w>> = missing,
    }
}

fn only_in(why: &Why<'_>) -> Option<Vec<String>> {
    match &why.verdict {
        Verdict::OnlyIn(environments) => Some(environments.clone()),
        _ => None,
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
    let why = Why::in_group(world, user, group, kind, now);
    let (noun, login, name) = (kind.noun(), &user.login, &group.name);
    let missing = match why.verdict {
        Verdict::Begins(at) => {
            let sentence = format!("the {noun} of `{login}` in `{name}` begins at {at}");
            Some(Missing::of("not_begun", sentence, None))
        }
        Verdict::Lacks => Some(lacks(read, user, group, kind)),
        _ => None,
    };
    Explanation::of(world, user, &why, missing, window)
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
    let why = Why::permission(
        read.web.decider(),
        world,
        user,
        permission,
        environment,
        now,
    );
    let missing = match &why.verdict {
        Verdict::Holds(_) | Verdict::Begins(_) => None,
        Verdict::OnlyIn(places) => {
            let places = places.join("`, `");
            let sentence = format!("`{permission}` is held only in `{places}`; say in which");
            Some(Missing::of("no_environment", sentence, None))
        }
        Verdict::Denied => {
            let by = why
                .decided_by
                .as_ref()
                .map_or("a rule", DecidedBy::in_words);
            let sentence = format!("{by} denies `{permission}` to `{}`", user.login);
            Some(Missing::of("denied_by_rule", sentence, None))
        }
        Verdict::Lacks => Some(match why.missing.first() {
            Some(group) => lacks(read, user, group, MembershipKind::Member),
            None => not_granted(read, permission),
        }),
    };
    Explanation::of(world, user, &why, missing, window)
}

/// What is said where no group would give it.
fn not_granted<'w>(read: &Read<(Question, Paging)>, permission: &str) -> Missing<'w> {
    let environment = read.query.0.environment.as_deref();
    let mut elsewhere = read.world.conferring(permission, None, read.now);
    let (code, sentence) = match environment.filter(|_| elsewhere.next().is_some()) {
        Some(environment) => (
            "not_in_environment",
            format!("no group grants `{permission}` in `{environment}`"),
        ),
        None => (
            "not_conferred",
            format!("no group grants `{permission}`; an admin can let one"),
        ),
    };
    Missing::of(code, sentence, None)
}
