//! Recorder: what is no change but must be on record. They go to a table of their own, take no
//! writer's place, and share transactions: whatever waits while one is written goes into the next.

use portcullis_model::{Actor, Timestamp};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{
    Cursor, Page, StoreError, actor, bulk,
    db::{Db, Row, Value},
    page,
    query::Query,
};

/// Something that happened and changed no fact.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who; `None` where nobody is known, such as a failed sign-in.
    pub actor: Option<Actor>,
    /// What, as noun and verb: `decision.permit`, `session.sign_in`.
    pub kind: String,
    /// About which thing, if one.
    pub subject: Option<Uuid>,
    /// Everything else worth keeping.
    pub body: serde_json::Value,
}

/// Which events to list. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct AuditEventFilter {
    /// By whom.
    pub actor: Option<Actor>,
    /// Of exactly this kind.
    pub kind: Option<String>,
    /// About this thing.
    pub subject: Option<Uuid>,
    /// How many; 0 means 50, 1000 are the most.
    pub limit: u32,
    /// After the page that ended here.
    pub before: Option<Cursor>,
}

/// How many rows share a transaction at most.
const ROWS: usize = 4096;

type Waiting = (Vec<AuditEvent>, oneshot::Sender<Result<(), StoreError>>);

/// The way to the task that writes events; it ends with the last of its senders.
#[derive(Debug)]
pub(crate) struct Recorder(mpsc::Sender<Waiting>);

impl Recorder {
    pub(crate) fn start(db: Db) -> Self {
        let (send, receive) = mpsc::channel(1024);
        tokio::spawn(run(db, receive));
        Self(send)
    }

    pub(crate) async fn append(&self, events: Vec<AuditEvent>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let (answer, answered) = oneshot::channel();
        let sent = self.0.send((events, answer)).await;
        sent.map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }
}

async fn run(db: Db, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some((mut events, answer)) = waiting.recv().await {
        let mut answers = vec![answer];
        while events.len() < ROWS
            && let Ok((more, answer)) = waiting.try_recv()
        {
            events.extend(more);
            answers.push(answer);
        }
        let written = write(&db, events).await;
        for answer in answers {
            // Whoever no longer listens has hung up; the rows are kept all the same.
            let _ = answer.send(written.clone());
        }
    }
}

async fn write(db: &Db, events: Vec<AuditEvent>) -> Result<(), StoreError> {
    let columns = ["at", "actor", "kind", "subject", "body"];
    let rows = events.into_iter().map(|event| {
        vec![
            event.at.micros().into(),
            event.actor.map(actor::to_text).into(),
            Value::from(event.kind),
            event.subject.into(),
            event.body.to_string().into(),
        ]
    });
    let mut tx = db.write().await?;
    bulk::insert(&mut tx, "touches", &columns, rows).await?;
    tx.commit().await
}

pub(crate) async fn list(
    db: &Db,
    filter: &AuditEventFilter,
) -> Result<Page<AuditEvent>, StoreError> {
    let limit = page::limit(filter.limit);
    let mut query = Query::new("SELECT id, at, actor, kind, subject, body FROM touches");
    if let Some(actor) = filter.actor {
        let among = query.one_of("actor", actor::texts(actor));
        query.and(&among);
    }
    if let Some(kind) = &filter.kind {
        query.and_value("kind = {}", kind.as_str());
    }
    if let Some(subject) = filter.subject {
        query.and_value("subject = {}", subject);
    }
    if let Some(before) = filter.before {
        query.and_value("id < {}", before.at);
    }
    let end = format!(" ORDER BY id DESC LIMIT {}", limit + 1);
    let (sql, values) = query.ending(&end);
    let rows = db.fetch(sql, values).await?;
    let events = rows.iter().map(|row| Ok((row.int(0)?, event(row)?)));
    let events = events.collect::<Result<Vec<_>, StoreError>>()?;
    let page = Page::of(events, limit, |(id, _)| Cursor {
        at: *id,
        id: Uuid::nil(),
    });
    Ok(Page {
        items: page.items.into_iter().map(|(_, event)| event).collect(),
        next: page.next,
    })
}

fn event(row: &Row) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
        at: Timestamp::from_micros(row.int(1)?),
        actor: row.opt_text(2)?.map(actor::from_text).transpose()?,
        kind: row.text(3)?.to_owned(),
        subject: row.opt_uuid(4)?,
        body: serde_json::from_str(row.text(5)?)
            .map_err(|error| StoreError::corrupt("audit event", error))?,
    })
}
