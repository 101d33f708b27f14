//! Records to try rules on, by name: the same name gives the same id in every run.

use portcullis_model::{
    App, Change, ChangeSet, Constraints, Description, Edit, Expiry, Group, GroupKind, Id, Name,
    OperationName, Reason, Refusal, Tag, Timestamp, User, UserKind,
    name::{Email, Login},
    record::{AppOrigin, AppPart, Authority},
    tag::Limit,
};
use uuid::Uuid;

/// The instant at which all tests happen.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_772_442_000_000_000);
pub(crate) const NEVER: Expiry = Expiry::NEVER;

pub(crate) fn days(days: i64) -> Expiry {
    Expiry::at(NOW.plus_days(days))
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

/// The id of the thing of that name, whatever it is: the same text gives the same id.
pub(crate) fn id<T>(text: &str) -> Id<T> {
    let hash = |seed: u64| {
        text.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
    };
    Id::new(Uuid::from_u64_pair(
        hash(0xCBF2_9CE4_8422_2325),
        hash(0x9E37_79B9_7F4A_7C15),
    ))
}

/// A change set, or the only edit of one.
pub(crate) struct ChangeSetOrOne(pub(crate) ChangeSet);

impl From<ChangeSet> for ChangeSetOrOne {
    fn from(change: ChangeSet) -> Self {
        Self(change)
    }
}
impl<T> From<Edit<T>> for ChangeSetOrOne
where
    Change: From<Edit<T>>,
{
    fn from(edit: Edit<T>) -> Self {
        Self(one(edit))
    }
}

pub(crate) fn one(change: impl Into<Change>) -> ChangeSet {
    ChangeSet::new(OperationName::GroupEdit).with(change)
}

pub(crate) fn code<T>(result: &Result<T, Refusal>) -> &'static str {
    result.as_ref().map_or_else(Refusal::code, |_| "ok")
}

pub(crate) fn user(login: &str) -> User {
    User {
        id: id(&format!("user {login}")),
        source: None,
        login: Login::parse(login).unwrap(),
        name: name(login),
        email: Some(Email::parse(&format!("{login}@example.com")).unwrap()),
        kind: UserKind::Person,
        manager: None,
        attributes: [].into(),
    }
}

pub(crate) fn group(called: &str, kind: GroupKind) -> Group {
    Group {
        id: id(&format!("group {called}")),
        source: None,
        name: name(called),
        description: Description::default(),
        kind,
        authority: Authority::Portcullis,
        tags: Vec::new(),
    }
}

pub(crate) fn app_group(app: &str, called: &str, part: AppPart) -> Group {
    let app = id(&format!("app {app}"));
    group(called, GroupKind::App { app, part })
}

pub(crate) fn app(called: &str) -> App {
    App {
        id: id(&format!("app {called}")),
        source: None,
        name: name(called),
        description: Description::default(),
        tags: Vec::new(),
        origin: AppOrigin::Made,
    }
}

pub(crate) fn tag(called: &str, constraints: Constraints) -> Tag {
    Tag {
        id: id(&format!("tag {called}")),
        name: name(called),
        description: Description::default(),
        enabled: true,
        constraints,
    }
}

pub(crate) fn limit_of_days(days: i64) -> Option<Limit> {
    Some(Limit::try_from(days * 86_400).unwrap())
}
