//! Past worlds beside the current one, and what tells one from another.

use portcullis_model::{Position, World};

use crate::{Live, Store, StoreError, chain::Hash, db::Conn, load, log};

/// What names a world: its position in the log and the hash of the entry there. The position alone
/// does not, where a database was restored or another replica took over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorldId {
    position: Position,
    hash: Hash,
}

impl WorldId {
    async fn read(conn: &mut Conn, position: Position) -> Result<Option<Self>, StoreError> {
        let hash = log::hash_at(conn, position).await?;
        Ok(hash.map(|hash| Self { position, hash }))
    }
}

impl Store {
    /// What names the world right after `position`; `None` past the head of the log.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn world_id(&self, position: Position) -> Result<Option<WorldId>, StoreError> {
        WorldId::read(&mut self.db().reader().await?, position).await
    }
}

impl Live {
    /// The world right after `position`, sharing with the current one what is the same in both, and
    /// what names it.
    ///
    /// # Errors
    /// As [`Store::load_at_position`].
    pub async fn past(&self, position: Position) -> Result<(WorldId, World), StoreError> {
        let (near, last) = self.known();
        let store = self.store();
        let mut tx = store.db().snapshot().await?;
        // What the database tells of another history than the one known here fits it nowhere.
        let known = log::hash_at(&mut tx, near.position()).await? == Some(last);
        let near = known.then_some(&*near);
        let world = load::near(&mut tx, near, position).await?;
        let head = world.position();
        let id = WorldId::read(&mut tx, position).await?;
        tx.rollback().await?;
        let id = id.ok_or(StoreError::Beyond {
            wanted: position,
            head,
        })?;
        Ok((id, world))
    }
}
