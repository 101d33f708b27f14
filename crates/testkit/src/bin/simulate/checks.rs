//! The rules of the house, and whether they hold.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use portcullis_model::{Timestamp, World};
use portcullis_store::{Committed, EffectState, OutboxFilter, Store};

use crate::outside::{GROUPS, Outside, RECORDS, groups_of};

/// What has to be true because somebody was told so.
#[derive(Default)]
pub(crate) struct Ledger {
    /// The last position that was acknowledged.
    pub(crate) acknowledged: u64,
    /// What each acknowledged commit means for the sink `records`.
    pub(crate) promised: BTreeSet<String>,
    /// The last commit that touched each group.
    groups: BTreeMap<String, u64>,
    /// What operators decided not to deliver.
    pub(crate) skipped: BTreeSet<String>,
    /// The world as the log alone tells it, so far.
    replayed: World,
}

impl Ledger {
    /// Notes what is acknowledged.
    pub(crate) fn acknowledge(&mut self, committed: &Committed, outside: &Outside) -> Result<()> {
        let position = committed.position.0;
        ensure!(
            position == self.acknowledged + 1,
            "position {position} was acknowledged after {}",
            self.acknowledged
        );
        self.acknowledged = position;
        for n in 0..committed.change.changes.len() {
            self.promised.insert(format!("{position}.{n}"));
        }
        for group in groups_of(&committed.change) {
            self.groups.insert(group, position);
        }
        outside.memory().head = position;
        Ok(())
    }

    /// What was there before the simulation: it is in the log, and nobody outside follows it.
    pub(crate) fn begin(&mut self, world: &World) {
        self.acknowledged = world.position().0;
    }

    /// What is cheap enough after each step.
    pub(crate) fn each_step(&self, world: &World, outside: &Outside) -> Result<()> {
        ensure!(
            world.position().0 == self.acknowledged,
            "the world is at {}, and {} was acknowledged",
            world.position(),
            self.acknowledged
        );
        if let Some(wrong) = outside.memory().wrong.first() {
            bail!("{wrong}");
        }
        Ok(())
    }

    /// Log, tables and memory say the same, and nothing is granted that has ended.
    pub(crate) async fn facts(
        &mut self,
        store: &Store,
        world: &World,
        now: Timestamp,
    ) -> Result<()> {
        while self.replayed.position() < world.position() {
            let next = self.replayed.position().next();
            let entry = store.entry(next).await?;
            let change = entry.and_then(|entry| entry.change);
            let change = change.with_context(|| format!("the log has no entry {next}"))?;
            self.replayed = self.replayed.after(&change)?;
        }
        let here = facts(world);
        same("the log", &facts(&self.replayed), &here)?;
        same("the tables", &facts(&store.load().await?), &here)?;
        ensure!(
            !world.lapsed(now),
            "something that has ended is still granted at {now:?}"
        );
        Ok(())
    }

    /// The chain of the log, whole.
    pub(crate) async fn chain(&self, store: &Store) -> Result<String> {
        let compared = store.compare_with_log(|_, _| {}).await?;
        if let Some(difference) = compared.differences.first() {
            bail!("the tables are not as the log says: {difference}");
        }
        let verified = store.verify_log(|_, _| {}).await?;
        ensure!(
            verified.broken.is_none(),
            "the log is broken: {:?}",
            verified.broken
        );
        ensure!(
            verified.entries == self.acknowledged,
            "the log has {} entries",
            verified.entries
        );
        Ok(verified.hash)
    }

    /// Everything promised is done or still open, and what waits waits once.
    pub(crate) async fn outbox(&self, store: &Store, outside: &Outside) -> Result<()> {
        let mut open = BTreeSet::new();
        let mut waiting = BTreeSet::new();
        for state in [EffectState::Waiting, EffectState::Leased, EffectState::Dead] {
            let mut filter = OutboxFilter {
                state: Some(state),
                limit: 1000,
                ..OutboxFilter::default()
            };
            loop {
                let page = store.outbox().list(&filter).await?;
                for row in page.items {
                    if row.sink == RECORDS {
                        open.insert(row.dedup_key);
                    } else if state == EffectState::Waiting {
                        let group = row.payload["group"].to_string();
                        ensure!(waiting.insert(group.clone()), "group {group} waits twice");
                    }
                }
                filter.before = page.next;
                if filter.before.is_none() {
                    break;
                }
            }
        }
        let memory = outside.memory();
        let lost = self.promised.iter().find(|key| {
            !memory.done.contains_key(*key) && !open.contains(*key) && !self.skipped.contains(*key)
        });
        match lost {
            Some(key) => bail!("effect {key} was promised, is not done and not in the outbox"),
            None => Ok(()),
        }
    }

    /// At the end, when all is delivered.
    pub(crate) fn delivered(&self, outside: &Outside) -> Result<()> {
        let memory = outside.memory();
        for key in &self.promised {
            let done = memory.done.contains_key(key);
            ensure!(
                done || self.skipped.contains(key),
                "effect {key} was never delivered"
            );
        }
        for (group, position) in &self.groups {
            let known = memory.groups.get(group).copied().unwrap_or_default();
            ensure!(
                known >= *position || self.skipped.contains(group),
                "{GROUPS}: group {group} changed at {position} and was last told at {known}"
            );
        }
        Ok(())
    }
}

fn same(what: &str, left: &BTreeSet<String>, right: &BTreeSet<String>) -> Result<()> {
    if let Some(fact) = left.symmetric_difference(right).next() {
        let side = if left.contains(fact) { "only" } else { "not" };
        bail!("{side} {what} says: {fact}");
    }
    Ok(())
}

/// Every fact, as text.
fn facts(world: &World) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    facts.extend(world.users().map(|fact| format!("{fact:?}")));
    facts.extend(world.apps().map(|fact| format!("{fact:?}")));
    facts.extend(world.tags().map(|fact| format!("{fact:?}")));
    facts.extend(world.requests().map(|fact| format!("{fact:?}")));
    facts.extend(world.resources().map(|fact| format!("{fact:?}")));
    facts.extend(world.groups().map(|fact| format!("{fact:?}")));
    facts.extend(world.memberships().map(|fact| format!("{fact:?}")));
    facts.extend(world.inclusions().map(|fact| format!("{fact:?}")));
    facts.extend(world.entitlements().map(|fact| format!("{fact:?}")));
    facts.extend(world.identities().map(|fact| format!("{fact:?}")));
    facts
}
