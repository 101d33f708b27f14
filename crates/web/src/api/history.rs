//! Versions of facts, as history tells them.

use portcullis_model::{Group, Id, World};
use portcullis_store::{HistoryOf, HistoryRow, InclusionRow as Version, Mark};

use super::{
    extract::{Answer, Read},
    groups::wire::{InclusionRow, MembershipRow},
    list::Paging,
    row::row,
    wire::{ActorRef, Held, Time},
};

/// Why history takes no `at`.
const NO_AT: &str = "each row says when it held";

row! {
    /// Who did something to a fact, and where the log tells of it.
    pub(crate) struct MarkRow<'w> of(world: &'w World, mark: &'w Mark) {
        /// The entry in the log.
        position: u64 = mark.position.0,
        at: Time = Time(mark.at),
        actor: ActorRef<'w> = ActorRef::called(world, mark.actor, mark.login.as_deref()),
        /// What it was, as noun and verb.
        operation: &'w str = mark.operation.as_str(),
    }
}

row! {
    /// One version of a direct membership or ownership.
    pub(crate) struct HistoryItem<'w> of(world: &'w World, row: &'w HistoryRow) where {
        let (user, group) = (Some(row.user.as_str()), Some(row.group.as_str()));
    } {
        #[serde(flatten)]
        membership: MembershipRow<'w> = MembershipRow::called(world, &row.membership, user, group),
        /// When it really was in force; null where it never was.
        held: Option<Held> = row.held.map(Held::of),
        /// Who added it.
        added: MarkRow<'w> = MarkRow::of(world, &row.added),
        /// Who removed or replaced it; null while it is on record.
        removed: Option<MarkRow<'w>> = row.removed.as_ref().map(|mark| MarkRow::of(world, mark)),
    }
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
}

row! {
    /// One version of a role's place in a group.
    pub(crate) struct InclusionItem<'w> of(world: &'w World, row: &'w Version) where {
        let (role, group) = (Some(row.child.as_str()), Some(row.target.as_str()));
    } {
        #[serde(flatten)]
        inclusion: InclusionRow<'w> = InclusionRow::called(world, &row.inclusion, role, group),
        /// When it really was in force; null where it never was.
        held: Option<Held> = row.held.map(Held::of),
        /// Who added it.
        added: MarkRow<'w> = MarkRow::of(world, &row.added),
        /// Who removed or replaced it; null while it is on record.
        removed: Option<MarkRow<'w>> = row.removed.as_ref().map(|mark| MarkRow::of(world, mark)),
    }
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
}
