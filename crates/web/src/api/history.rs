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

/// Declares the versions of a kind of fact: the fact under the names it had then, and what became
/// of it; and the list of them, newest first, from the store.
macro_rules! versions {
    ($(#[$about:meta])+ $Item:ident of $Row:ident {
        $fact:ident: $Fact:ident called($one:ident, $other:ident), $history:ident($Of:ty)
    }) => {
        row! {
            $(#[$about])+
            pub(crate) struct $Item<'w> of(world: &'w World, row: &'w $Row) where {
                let (one, other) = (Some(row.$one.as_str()), Some(row.$other.as_str()));
            } {
                #[serde(flatten)]
                $fact: $Fact<'w> = $Fact::called(world, &row.$fact, one, other),
                /// When it really was in force; null where it never was.
                held: Option<Held> = row.held.map(Held::of),
                /// Who added it.
                added: MarkRow<'w> = MarkRow::of(world, &row.added),
                /// Who removed or replaced it; null while it is on record.
                removed: Option<MarkRow<'w>> = row.removed.as_ref().map(|mark| MarkRow::of(world, mark)),
            }
        }

        impl $Item<'_> {
            /// Newest first.
            pub(crate) async fn list(read: &Read<Paging>, of: $Of) -> Answer {
                read.only_now("each row says when it held")?;
                let (store, paging) = (read.web.app().store(), &read.query);
                let page = store.$history(of, paging.rows(), paging.cursor()?, &read.world).await?;
                let row = |row| $Item::of(&read.world, row);
                read.answer(&Paging::stored(&page.items, page.next, row))
            }
        }
    };
}

versions! {
    /// One version of a direct membership or ownership.
    HistoryItem of HistoryRow {
        membership: MembershipRow called(user, group), membership_history(HistoryOf)
    }
}

versions! {
    /// One version of a role's place in a group.
    InclusionItem of Version {
        inclusion: InclusionRow called(child, target), inclusion_history(Id<Group>)
    }
}
