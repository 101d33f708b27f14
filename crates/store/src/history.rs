//! Who was in what, from when to when, and who saw to it: every version of the facts there ever was.

use std::collections::HashMap;

use portcullis_model::{
    Actor, Expiry, Group, Id, Inclusion, Membership, OperationName, Position, Timestamp, User,
    Validity, World,
};
use uuid::Uuid;

use crate::{
    Cursor, Page, StoreError, actor,
    db::{Db, Row},
    labels, log, page,
    query::Query,
    tables::{Reading, Stored},
};

/// Whose history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryOf {
    /// What a user was in.
    User(Id<User>),
    /// Who was in a group.
    Group(Id<Group>),
}

/// Who did something to a fact, when, and where the log tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The entry in the log.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The actor's login at that time; `None` for Portcullis itself.
    pub login: Option<String>,
    /// What it was, as noun and verb: an end and an extension both remove a version.
    pub operation: OperationName,
}

/// One version of a direct membership or ownership.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// The fact in that version.
    pub membership: Membership,
    /// The user's last known login.
    pub user: String,
    /// The group's last known name.
    pub group: String,
    /// When it really was in force: within its own bounds, from when it was added until it was
    /// removed. `None` where it never was, such as one taken back before it began.
    pub held: Option<Validity>,
    /// Who added it.
    pub added: Mark,
    /// Who removed or replaced it; `None` while it is on record.
    pub removed: Option<Mark>,
}

/// One version of an inclusion.
#[derive(Clone, Debug, PartialEq)]
pub struct InclusionRow {
    /// The fact in that version.
    pub inclusion: Inclusion,
    /// The last known name of the group whose members were meant.
    pub child: String,
    /// The last known name of the group they got into.
    pub target: String,
    /// When it really was in force, as in [`HistoryRow::held`].
    pub held: Option<Validity>,
    /// Who added it.
    pub added: Mark,
    /// Who removed or replaced it; `None` while it is on record.
    pub removed: Option<Mark>,
}

pub(crate) async fn memberships(
    db: &Db,
    of: HistoryOf,
    limit: u32,
    before: Option<Cursor>,
    world: &World,
) -> Result<Page<HistoryRow>, StoreError> {
    let of = match of {
        HistoryOf::User(id) => ("v.user_id = {}", id.uuid()),
        HistoryOf::Group(id) => ("v.group_id = {}", id.uuid()),
    };
    let (page, labels) = versions::<Membership>(
        db,
        of,
        limit,
        before,
        world,
        |m| m.validity,
        |m| [m.user.uuid(), m.group.uuid()],
    )
    .await?;
    let label = |id: Uuid| labels.get(&id).cloned().unwrap_or_default();
    let rows = page.items.into_iter().map(|version| HistoryRow {
        user: label(version.fact.user.uuid()),
        group: label(version.fact.group.uuid()),
        membership: version.fact,
        held: version.held,
        added: version.added,
        removed: version.removed,
    });
    Ok(Page {
        items: rows.collect(),
        next: page.next,
    })
}

pub(crate) async fn inclusions(
    db: &Db,
    group: Id<Group>,
    limit: u32,
    before: Option<Cursor>,
    world: &World,
) -> Result<Page<InclusionRow>, StoreError> {
    let (page, labels) = versions::<Inclusion>(
        db,
        ("(v.child_id = {} OR v.target_id = {})", group.uuid()),
        limit,
        before,
        world,
        |i| i.validity,
        |i| [i.child.uuid(), i.target.uuid()],
    )
    .await?;
    let label = |id: Uuid| labels.get(&id).cloned().unwrap_or_default();
    let rows = page.items.into_iter().map(|version| InclusionRow {
        child: label(version.fact.child.uuid()),
        target: label(version.fact.target.uuid()),
        inclusion: version.fact,
        held: version.held,
        added: version.added,
        removed: version.removed,
    });
    Ok(Page {
        items: rows.collect(),
        next: page.next,
    })
}

struct Version<T> {
    fact: T,
    held: Option<Validity>,
    added: Mark,
    removed: Option<Mark>,
}

async fn versions<T: Stored>(
    db: &Db,
    (condition, id): (&str, Uuid),
    limit: u32,
    before: Option<Cursor>,
    world: &World,
    validity: fn(&T) -> Validity,
    named: fn(&T) -> [Uuid; 2],
) -> Result<(Page<Version<T>>, HashMap<Uuid, String>), StoreError> {
    let limit = page::limit(limit);
    let mut query = Query::new(&format!(
        "SELECT {}, a.position, a.at, a.actor, a.actor_login, a.operation, \
         r.position, r.at, r.actor, r.actor_login, r.operation FROM {} v \
         JOIN log a ON a.position = v.added_pos LEFT JOIN log r ON r.position = v.removed_pos",
        T::select(db.engine(), "v."),
        T::KIND.plural(),
    ));
    query.and_value(condition, id);
    if let Some(before) = before {
        let (at, id) = (query.value(before.at), query.value(before.id));
        query.and(&format!("(v.added_pos, v.id) < ({at}, {id})"));
    }
    let end = format!(" ORDER BY v.added_pos DESC, v.id DESC LIMIT {}", limit + 1);
    let (sql, values) = query.ending(&end);
    let mut conn = db.reader().await?;
    let rows = conn.fetch(sql, values).await?;
    let mut reading = Reading::default();
    let versions = rows.iter().map(|row| version(row, &mut reading, validity));
    let versions = versions.collect::<Result<Vec<_>, _>>()?;
    let page = Page::of(versions, limit, |version| Cursor {
        at: version.added.position.0 as i64,
        id: version.fact.id().uuid(),
    });
    let ids = page.items.iter().flat_map(|version| named(&version.fact));
    let labels = labels::last(&mut conn, world, ids).await?;
    Ok((page, labels))
}

fn version<T: Stored>(
    row: &Row,
    reading: &mut Reading,
    validity: fn(&T) -> Validity,
) -> Result<Version<T>, StoreError> {
    let fact = T::read(row, reading)?;
    let first = T::SELECT.len();
    let added = mark(row, first)?;
    let added = added.ok_or_else(|| StoreError::corrupt(T::KIND.plural(), "no log entry"))?;
    let removed = mark(row, first + 5)?;
    let within = validity(&fact);
    let removed_at = removed.as_ref().map_or(Expiry::NEVER, |m| Expiry::at(m.at));
    let held = Validity::new(within.from.max(added.at), within.until.min(removed_at));
    Ok(Version {
        fact,
        held: Some(held).filter(|held| Expiry::at(held.from) < held.until),
        added,
        removed,
    })
}

fn mark(row: &Row, first: usize) -> Result<Option<Mark>, StoreError> {
    let Some(position) = row.opt_int(first)? else {
        return Ok(None);
    };
    Ok(Some(Mark {
        position: log::position(position),
        at: Timestamp::from_micros(row.int(first + 1)?),
        actor: actor::from_text(row.text(first + 2)?)?,
        login: row.opt_text(first + 3)?.map(str::to_owned),
        operation: log::operation(row.text(first + 4)?)?,
    }))
}
