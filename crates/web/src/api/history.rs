//! Versions of facts, as history tells them.

use portcullis_model::{Group, Id, World};
use portcullis_store::{HistoryOf, HistoryRow, InclusionRow as Version, Mark};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    extract::{Answer, Read},
    groups::wire::{InclusionRow, MembershipRow},
    list::Paging,
    wire::{ActorRef, Held, Time},
};

/// Why history takes no `at`.
const NO_AT: &str = "each row says when it held";

/// Who did something to a fact, and where the log tells of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkRow<'w> {
    /// The entry in the log.
    position: u64,
    at: Time,
    actor: ActorRef<'w>,
    /// What it was, as noun and verb.
    operation: &'w str,
}

impl<'w> MarkRow<'w> {
    fn of(world: &'w World, mark: &'w Mark) -> Self {
        Self {
            position: mark.position.0,
            at: Time(mark.at),
            actor: ActorRef::called(world, mark.actor, mark.login.as_deref()),
            operation: mark.operation.as_str(),
        }
    }
}

/// One version of a direct membership or ownership.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryItem<'w> {
    #[serde(flatten)]
    membership: MembershipRow<'w>,
    /// When it really was in force; null where it never was.
    held: Option<Held>,
    /// Who added it.
    added: MarkRow<'w>,
    /// Who removed or replaced it; null while it is on record.
    removed: Option<MarkRow<'w>>,
}

impl<'w> HistoryItem<'w> {
    /// Newest first.
    pub(crate) async fn list(read: &Read<Paging>, of: HistoryOf) -> Answer {
        read.only_now(NO_AT)?;
        let (store, paging) = (read.web.app().store(), &read.query);
        let page = store
            .membership_history(of, paging.rows(), paging.cursor()?)
            .await?;
        let row = |row| HistoryItem::of(&read.world, row);
        read.answer(&Paging::stored(&page.items, page.next, row))
    }

    fn of(world: &'w World, row: &'w HistoryRow) -> Self {
        let (user, group) = (Some(row.user.as_str()), Some(row.group.as_str()));
        Self {
            membership: MembershipRow::called(world, &row.membership, user, group),
            held: row.held.map(Held::from),
            added: MarkRow::of(world, &row.added),
            removed: row.removed.as_ref().map(|mark| MarkRow::of(world, mark)),
        }
    }
}

/// One version of a role's place in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InclusionItem<'w> {
    #[serde(flatten)]
    inclusion: InclusionRow<'w>,
    /// When it really was in force; null where it never was.
    held: Option<Held>,
    /// Who added it.
    added: MarkRow<'w>,
    /// Who removed or replaced it; null while it is on record.
    removed: Option<MarkRow<'w>>,
}

impl<'w> InclusionItem<'w> {
    /// Newest first.
    pub(crate) async fn list(read: &Read<Paging>, group: Id<Group>) -> Answer {
        read.only_now(NO_AT)?;
        let (store, paging) = (read.web.app().store(), &read.query);
        let page = store
            .inclusion_history(group, paging.rows(), paging.cursor()?)
            .await?;
        let row = |row| InclusionItem::of(&read.world, row);
        read.answer(&Paging::stored(&page.items, page.next, row))
    }

    fn of(world: &'w World, row: &'w Version) -> Self {
        let (role, group) = (Some(row.child.as_str()), Some(row.target.as_str()));
        Self {
            inclusion: InclusionRow::called(world, &row.inclusion, role, group),
            held: row.held.map(Held::from),
            added: MarkRow::of(world, &row.added),
            removed: row.removed.as_ref().map(|mark| MarkRow::of(world, mark)),
        }
    }
}
