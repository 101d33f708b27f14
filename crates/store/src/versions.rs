//! Versions of records over the log: what a batch of changes closes and opens.
//!
//! A batch is collected first and written with few statements. A record that changes several times
//! within it never reaches the table in between: its middle versions are written as already closed,
//! and those that lived within one position are not written at all.

use std::{collections::HashMap, sync::Arc};

use portcullis_model::{Change, ChangeSet, Edit, Position, RecordKind, Request};
use uuid::Uuid;

use crate::{
    StoreError, bulk,
    db::{Conn, Value},
    tables::{self, Stored, each_edit},
};

/// Everything a batch does to the tables of records.
#[derive(Default)]
pub(crate) struct Versions {
    families: [Versioned; RecordKind::ALL.len()],
    /// Requests as a change found them, where the world does not hold them: they were resolved.
    pub(crate) resolved: Vec<Request>,
}

#[derive(Default)]
struct Versioned {
    opened: Vec<Option<Version>>,
    /// Where in `opened` a record's current version is.
    current: HashMap<Uuid, usize>,
    closed: Vec<(Uuid, i64)>,
}

struct Version {
    id: Uuid,
    added: i64,
    removed: Option<i64>,
    /// Which edit made it: its columns are made when they are written, since those of a million
    /// records at once take a gigabyte.
    change: Arc<ChangeSet>,
    edit: usize,
}

impl Version {
    fn row(self) -> Vec<Value> {
        let mut row = vec![self.id.into(), self.added.into(), self.removed.into()];
        each_edit!(&self.change.changes[self.edit], edit => {
            row.extend(edit.after.iter().flat_map(|after| after.values()));
        });
        row
    }
}

impl Versions {
    /// How many rows it will write.
    pub(crate) fn len(&self) -> usize {
        let rows = |family: &Versioned| family.opened.len() + family.closed.len();
        self.families.iter().map(rows).sum()
    }

    /// Adds what `change` does at `position`.
    pub(crate) fn record(&mut self, change: &Arc<ChangeSet>, position: Position) {
        for (index, edit) in change.changes.iter().enumerate() {
            if let Change::Request(edit) = edit
                && let Some(resolved) = edit.before.as_deref().filter(|r| !r.is_pending())
                && !self.families[RecordKind::Request as usize]
                    .current
                    .contains_key(&resolved.id.uuid())
            {
                self.resolved.push(resolved.clone());
            }
            each_edit!(edit, edit => self.edit(edit, (change, index), position));
        }
    }

    fn edit<T: Stored>(
        &mut self,
        edit: &Edit<T>,
        (change, index): (&Arc<ChangeSet>, usize),
        position: Position,
    ) {
        let family = &mut self.families[T::KIND as usize];
        if let Some(before) = &edit.before {
            family.close(before.id().uuid(), position.0 as i64);
        }
        if let Some(after) = &edit.after {
            family.open(Version {
                id: after.id().uuid(),
                added: position.0 as i64,
                removed: None,
                change: Arc::clone(change),
                edit: index,
            });
        }
    }

    /// Writes it all: ends first, so that what takes an ended record's place finds it free.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        for (family, versioned) in RecordKind::ALL.into_iter().zip(self.families) {
            versioned.write(conn, family).await?;
        }
        Ok(())
    }
}

impl Versioned {
    fn close(&mut self, id: Uuid, at: i64) {
        let Some(index) = self.current.remove(&id) else {
            self.closed.push((id, at));
            return;
        };
        match &mut self.opened[index] {
            Some(version) if version.added != at => version.removed = Some(at),
            place => *place = None,
        }
    }

    fn open(&mut self, version: Version) {
        self.current.insert(version.id, self.opened.len());
        self.opened.push(Some(version));
    }

    async fn write(self, conn: &mut Conn, family: RecordKind) -> Result<(), StoreError> {
        let table = family.plural();
        if !self.closed.is_empty() {
            let expected = self.closed.len() as u64;
            let rows = self.closed.into_iter();
            let rows = rows.map(|(id, at)| vec![id.into(), at.into()]);
            let found = bulk::close(conn, table, rows).await?;
            if found != expected {
                let why = format!("{expected} current rows were to end and {found} were found");
                return Err(StoreError::corrupt(table, why));
            }
        }
        drop(self.current);
        let mut opened = self.opened;
        opened.retain(Option::is_some);
        if !opened.is_empty() {
            let mut columns = vec!["id", "added_pos", "removed_pos"];
            columns.extend(tables::columns(family));
            let rows = opened.into_iter();
            let rows = rows.map(|version| version.map_or_else(Vec::new, Version::row));
            bulk::fill(conn, table, &columns, rows).await?;
        }
        Ok(())
    }
}
