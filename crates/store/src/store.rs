//! The store: opening a database, loading worlds, and everything that is asked of history.

use std::{collections::HashMap, path::Path, sync::Arc};

use portcullis_model::{
    ConnectorId, Credential, Group, Id, Position, Request, Timestamp, User, World,
};
use uuid::Uuid;

use crate::{
    AuditEvent, AuditEventFilter, Compared, CredentialUse, Cursor, Engine, EntryPart, HistoryOf,
    HistoryRow, InclusionRow, LogEntry, LogFilter, Outbox, Page, RequestFilter, StoreError,
    SubjectKind, Verified,
    audit_events::{self, Recorder},
    bound_users,
    db::Db,
    history, labels,
    load::{self, When},
    log::{self, HEAD, Head},
    log_list, migrate, replay, requests, secrets, sign_in, turns, uses,
};

/// A database with Portcullis's tables in it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    recorder: Recorder,
}

impl Store {
    /// Opens the database at `url` (`sqlite:/path/to/file`, `sqlite::memory:` or
    /// `postgres://user@host/database`), creates the file if there is none, and brings the tables up
    /// to date.
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::Newer`], or [`StoreError::Database`] where it does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = Db::open(url).await?;
        migrate::run(&db).await?;
        let recorder = Recorder::start(db.clone());
        let inner = Arc::new(Inner { db, recorder });
        Ok(Self { inner })
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Which database it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.db().engine()
    }

    /// Closes all connections. SQLite then puts what its write-ahead file holds into the database
    /// file; nothing is lost without this.
    pub async fn close(&self) {
        self.db().close().await;
    }

    /// The current world, at the head of the log.
    ///
    /// # Errors
    /// [`StoreError::Database`], or [`StoreError::Corrupt`] where rows contradict each other.
    pub async fn load(&self) -> Result<World, StoreError> {
        self.load_when(When::Now).await
    }

    /// The world that was current at `at`, and its position.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn load_at(&self, at: Timestamp) -> Result<(World, Position), StoreError> {
        let position = self.position_at(at).await?;
        let world = self.load_at_position(position).await?;
        Ok((world, position))
    }

    /// The position of the last commit at or before `at`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn position_at(&self, at: Timestamp) -> Result<Position, StoreError> {
        // `at` never goes back, so the greatest position is at the greatest time; asked for by position
        // the engines walk the log from its end.
        let sql = "SELECT COALESCE(MAX(position), 0) FROM log \
                   WHERE at = (SELECT MAX(at) FROM log WHERE at <= $1)";
        let rows = self.db().fetch(sql, vec![at.micros().into()]).await?;
        Ok(log::position(rows.first().map_or(Ok(0), |row| row.int(0))?))
    }

    /// The world right after `position` was committed.
    ///
    /// # Errors
    /// [`StoreError::Beyond`] past the head of the log; else as [`Store::load`].
    pub async fn load_at_position(&self, position: Position) -> Result<World, StoreError> {
        self.load_when(When::At(position)).await
    }

    /// The current world and the last entry that it holds.
    pub(crate) async fn load_known(&self) -> Result<(World, Head), StoreError> {
        let mut tx = self.db().snapshot().await?;
        let head = Head::read(&mut tx, HEAD).await?;
        let world = load::current(&mut tx, &head).await?;
        tx.rollback().await?;
        Ok((world, head))
    }

    /// The same as [`Store::load_at_position`], sharing with `near`, a later world, what is the same
    /// in both: it costs what changed between the two.
    ///
    /// # Errors
    /// As [`Store::load_at_position`].
    pub async fn load_near(&self, near: &World, position: Position) -> Result<World, StoreError> {
        let mut tx = self.db().snapshot().await?;
        let world = load::near(&mut tx, Some(near), position).await?;
        tx.rollback().await?;
        Ok(world)
    }

    async fn load_when(&self, when: When) -> Result<World, StoreError> {
        let mut tx = self.db().snapshot().await?;
        let world = load::world(&mut tx, when).await?;
        tx.rollback().await?;
        Ok(world)
    }

    /// Entries of the log, newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn log(&self, filter: &LogFilter) -> Result<Page<LogEntry>, StoreError> {
        log_list::list(self.db(), filter).await
    }

    /// One entry of the log with its edits and everything it is about.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn entry(&self, position: Position) -> Result<Option<LogEntry>, StoreError> {
        let mut conn = self.db().reader().await?;
        log::entry(&mut conn, position).await
    }

    /// One entry of the log with its edits from the one numbered `from` on, at most `most`, and what
    /// those are about.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn entry_part(
        &self,
        position: Position,
        from: usize,
        most: usize,
    ) -> Result<Option<EntryPart>, StoreError> {
        let mut conn = self.db().reader().await?;
        log::part(&mut conn, position, from, most).await
    }

    /// Every version there ever was of the direct memberships and ownerships of a user or of a
    /// group, newest first, under the names in `world`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn membership_history(
        &self,
        of: HistoryOf,
        limit: u32,
        before: Option<Cursor>,
        world: &World,
    ) -> Result<Page<HistoryRow>, StoreError> {
        history::memberships(self.db(), of, limit, before, world).await
    }

    /// Every version there ever was of the inclusions a group is part of, as child or as target,
    /// newest first, under the names in `world`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn inclusion_history(
        &self,
        group: Id<Group>,
        limit: u32,
        before: Option<Cursor>,
        world: &World,
    ) -> Result<Page<InclusionRow>, StoreError> {
        history::inclusions(self.db(), group, limit, before, world).await
    }

    /// Requests in all states, newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn requests(&self, filter: &RequestFilter) -> Result<Page<Request>, StoreError> {
        requests::list(self.db(), filter).await
    }

    /// One request, in whatever state.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn request(&self, id: Id<Request>) -> Result<Option<Request>, StoreError> {
        let mut conn = self.db().reader().await?;
        requests::one(&mut conn, id).await
    }

    /// The names of users (their logins), groups, apps and tags in `world`, and the last known of
    /// the deleted.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn labels(
        &self,
        world: &World,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, String>, StoreError> {
        let mut conn = self.db().reader().await?;
        labels::last(&mut conn, world, ids.iter().copied()).await
    }

    /// The users, groups, apps and tags that are no more and have that id, or were last called so.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn last_called(
        &self,
        key: &str,
        kind: Option<SubjectKind>,
    ) -> Result<Vec<(SubjectKind, Uuid)>, StoreError> {
        let mut conn = self.db().reader().await?;
        labels::gone(&mut conn, key, kind).await
    }

    /// When the log first tells of something: when it came to be, also where it is gone by now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn first_mention(&self, id: Uuid) -> Result<Option<Timestamp>, StoreError> {
        let mut conn = self.db().reader().await?;
        labels::first_mention(&mut conn, id).await
    }

    /// Writes a copy of the database to `to`, whole as of now, while others read and write.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] on PostgreSQL; [`StoreError::File`] where `to` exists or cannot
    /// be written.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        crate::backup::run(self.db(), to).await
    }

    /// Recomputes the hash chain over the whole log, telling `progress` how far it is of how much.
    ///
    /// # Errors
    /// [`StoreError::Database`]; a broken chain is no error but an answer.
    pub async fn verify_log(
        &self,
        mut progress: impl FnMut(Position, Position) + Send,
    ) -> Result<Verified, StoreError> {
        let mut tx = self.db().snapshot().await?;
        let verified = log::verify(&mut tx, &mut progress).await?;
        tx.rollback().await?;
        Ok(verified)
    }

    /// Compares every version of every record, and what is derived from it, with what the log says,
    /// telling `progress` how much is done and of how much. It takes the log's word: see
    /// [`Store::verify_log`] for that.
    ///
    /// # Errors
    /// [`StoreError::Database`], or [`StoreError::Corrupt`] where the log cannot be read; what
    /// differs is no error but an answer.
    pub async fn compare_with_log(
        &self,
        mut progress: impl FnMut(u64, u64) + Send,
    ) -> Result<Compared, StoreError> {
        let mut tx = self.db().snapshot().await?;
        let compared = replay::compare(&mut tx, &mut progress).await?;
        tx.rollback().await?;
        Ok(compared)
    }

    /// Puts on record what is no change: decisions, sign-ins, reads. Many callers share one
    /// transaction; when this returns, the rows are durable.
    ///
    /// # Errors
    /// [`StoreError::Database`]: nothing was recorded.
    pub async fn record(&self, events: Vec<AuditEvent>) -> Result<(), StoreError> {
        self.inner.recorder.append(events).await
    }

    /// Keeps when credentials were used, from where and by what.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn keep_uses(&self, uses: Vec<CredentialUse>) -> Result<(), StoreError> {
        uses::keep(self.db(), uses).await
    }

    /// The last uses of these credentials, as far as they are kept.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn uses_of(
        &self,
        credentials: &[Id<Credential>],
    ) -> Result<Vec<CredentialUse>, StoreError> {
        uses::of(self.db(), credentials).await
    }

    /// Whose the account `external_id` in `connector` was last, if it ever was anybody's.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn was_identity(
        &self,
        connector: ConnectorId,
        external_id: &str,
    ) -> Result<Option<Id<User>>, StoreError> {
        sign_in::was_identity(self.db(), connector, external_id).await
    }

    /// Whether a token of `issuer` was brought before.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn was_used(&self, issuer: ConnectorId, token: &str) -> Result<bool, StoreError> {
        sign_in::was_used(self.db(), issuer, token).await
    }

    /// Whether a token of `issuer` is brought for the first time; notes that it was.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn first_time(
        &self,
        issuer: ConnectorId,
        token: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        sign_in::first_time(self.db(), issuer, token, now).await
    }

    /// Takes the turn for a task that one replica does at a time, or keeps it, until `until`; says whether it
    /// is `holder`'s.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn take_turn(
        &self,
        task: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        turns::take(self.db(), task, holder, (now, until)).await
    }

    /// Gives back the turns that `holder` has.
    ///
    /// # Errors
    /// [`StoreError::Database`]: they run out by themselves.
    pub async fn give_turns_back(&self, holder: &str) -> Result<(), StoreError> {
        turns::give_back(self.db(), holder).await
    }

    /// Forgets the uses of credentials that are no more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_uses(&self) -> Result<(), StoreError> {
        uses::prune(self.db()).await
    }

    /// The secret that signs what browsers hold, made once and kept: `candidate`, which must be
    /// random, is it where there was none. All who share the database get the same one.
    ///
    /// # Errors
    /// [`StoreError::Database`], or [`StoreError::Corrupt`] where what is kept is no such secret.
    pub async fn signing_secret(&self, candidate: [u8; 32]) -> Result<[u8; 32], StoreError> {
        secrets::signing(self.db(), candidate).await
    }

    /// Keeps what an identity provider is given as a secret, under a number of its own.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where something is kept under that number.
    pub async fn keep_provider_secret(&self, id: Uuid, secret: &str) -> Result<(), StoreError> {
        secrets::keep(self.db(), &format!("provider/{id}"), secret.as_bytes()).await
    }

    /// The secret that is kept under a number.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn provider_secret(&self, id: Uuid) -> Result<Option<String>, StoreError> {
        let found = secrets::find(self.db(), &format!("provider/{id}")).await?;
        Ok(found.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// Forgets the secret that is kept under a number.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn forget_provider_secret(&self, id: Uuid) -> Result<(), StoreError> {
        secrets::forget(self.db(), &format!("provider/{id}")).await
    }

    /// Whom `login` means to `holder` in the configuration: who it meant when it was first seen
    /// there, and `user` if that is now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn bind_user(
        &self,
        holder: &str,
        login: &str,
        user: Id<User>,
    ) -> Result<Id<User>, StoreError> {
        bound_users::bind(self.db(), holder, login, user).await
    }

    /// Whom [`Store::bind_user`] bound `login` to for `holder`, if it did.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn bound_user(
        &self,
        holder: &str,
        login: &str,
    ) -> Result<Option<Id<User>>, StoreError> {
        bound_users::get(self.db(), holder, login).await
    }

    /// What must happen outside, and what became of it.
    #[must_use]
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox::new(self.db())
    }

    /// What was put on record by [`Store::record`], newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn audit_events(
        &self,
        filter: &AuditEventFilter,
    ) -> Result<Page<AuditEvent>, StoreError> {
        audit_events::list(self.db(), filter).await
    }
}
