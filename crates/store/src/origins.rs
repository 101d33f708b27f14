//! What entries of earlier versions do not say: which source made a record. The migration that
//! brought sources wrote it into the rows (`0006_sources.sql`); the log stays as it was written, and
//! is read here by the same rule: a record carries the source whose entry first added it.

use std::collections::HashMap;

use portcullis_model::{Actor, Change, ChangeSet, ConnectorId, Edit, Position, Sourced};
use uuid::Uuid;

use crate::{StoreError, actor, db::Conn, log};

/// Reads entries in their order. It holds on to what sources made before the migration.
pub(crate) struct Origins {
    /// The last entry that does not say it.
    until: Position,
    made: HashMap<Uuid, ConnectorId>,
}

impl Origins {
    pub(crate) async fn of(conn: &mut Conn) -> Result<Self, StoreError> {
        let sql = "SELECT position FROM sources_said_from";
        let rows = conn.fetch(sql, vec![]).await?;
        let until = rows.first().map_or(Ok(0), |row| row.int(0))?;
        let made = HashMap::new();
        Ok(Self {
            until: log::position(until),
            made,
        })
    }

    /// Fills in what the entry at `position`, by `actor`, does not say.
    pub(crate) fn fill(
        &mut self,
        position: Position,
        actor: &str,
        change: &mut ChangeSet,
    ) -> Result<(), StoreError> {
        if position > self.until {
            return Ok(());
        }
        let by = match actor::from_text(actor)? {
            Actor::Connector(source) => Some(source),
            Actor::User(_) | Actor::System(_) => None,
        };
        for edit in &mut change.changes {
            match edit {
                Change::User(edit) => self.edit(by, edit),
                Change::Group(edit) => self.edit(by, edit),
                Change::App(edit) => self.edit(by, edit),
                Change::Resource(edit) => self.edit(by, edit),
                Change::Tag(_)
                | Change::Membership(_)
                | Change::Inclusion(_)
                | Change::Entitlement(_)
                | Change::Request(_)
                | Change::Identity(_)
                | Change::Credential(_)
                | Change::Preferences(_)
                | Change::Provider(_) => {}
            }
        }
        Ok(())
    }

    fn edit<T: Sourced>(&mut self, by: Option<ConnectorId>, edit: &mut Edit<T>) {
        let Some(id) = edit.subject().map(|record| record.id().uuid()) else {
            return;
        };
        // No source takes up what has ended: what one adds is new.
        if let (None, Some(source)) = (&edit.before, by) {
            self.made.insert(id, source);
        }
        let Some(source) = self.made.get(&id) else {
            return;
        };
        for side in [&mut edit.before, &mut edit.after].into_iter().flatten() {
            **side = (**side).clone().kept_by(Some(*source));
        }
    }
}
