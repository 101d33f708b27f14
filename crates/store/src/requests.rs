//! Requests in all states. A world holds only those that wait.

use portcullis_model::{Actor, Group, Id, Request, User, name};

use crate::{
    Cursor, Page, StoreError, actor,
    db::{Conn, Db},
    page,
    query::{Query, anywhere},
    tables::{Reading, Stored as _},
};

/// Which requests to list. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Filed by whom.
    pub requester: Option<Id<User>>,
    /// About any of these groups; `None` for all, and an empty list finds none.
    pub groups: Option<Vec<Id<Group>>>,
    /// In which state.
    pub status: Option<RequestStatus>,
    /// Resolved by whom.
    pub decider: Option<Actor>,
    /// Text in the reason, in the requester's login or name, or in the group's name, whenever they
    /// were called so.
    pub q: Option<String>,
    /// How many; 0 means 50, 1000 are the most.
    pub limit: u32,
    /// After the page that ended here.
    pub before: Option<Cursor>,
}

/// The states by which requests can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Waits for somebody who may decide.
    Pending,
    /// Granted.
    Approved,
    /// Refused.
    Rejected,
    /// Taken back by the requester.
    Withdrawn,
    /// Granted, refused or taken back.
    Resolved,
}

pub(crate) async fn list(db: &Db, filter: &RequestFilter) -> Result<Page<Request>, StoreError> {
    let limit = page::limit(filter.limit);
    let columns = Request::select(db.engine(), "r.");
    let mut query = Query::new(&format!("SELECT {columns} FROM requests r"));
    query.and("r.removed_pos IS NULL");
    if let Some(requester) = filter.requester {
        query.and_value("r.requester_id = {}", requester.uuid());
    }
    if let Some(groups) = &filter.groups {
        if groups.is_empty() {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        let places = query.values(groups.iter().map(|group| group.uuid()));
        query.and(&format!("r.target_id IN ({places})"));
    }
    match filter.status {
        None => {}
        Some(RequestStatus::Pending) => query.and("r.status = 'pending'"),
        Some(RequestStatus::Approved) => query.and("r.status = 'approved'"),
        Some(RequestStatus::Rejected) => query.and("r.status = 'rejected'"),
        Some(RequestStatus::Withdrawn) => query.and("r.status = 'withdrawn'"),
        Some(RequestStatus::Resolved) => query.and("r.status <> 'pending'"),
    }
    if let Some(decider) = filter.decider {
        let among = query.one_of("r.decider", actor::texts(decider));
        query.and(&among);
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.trim().is_empty()) {
        let place = query.value(anywhere(&name::key(q)));
        query.and(&format!(
            "(r.reason_key LIKE {place} ESCAPE '!' OR r.wants_key LIKE {place} ESCAPE '!' \
             OR EXISTS (SELECT 1 FROM users u WHERE u.id = r.requester_id \
             AND (u.login_key LIKE {place} ESCAPE '!' OR u.name_key LIKE {place} ESCAPE '!')) \
             OR EXISTS (SELECT 1 FROM groups g WHERE g.id = r.target_id \
             AND g.name_key LIKE {place} ESCAPE '!'))"
        ));
    }
    if let Some(before) = filter.before {
        let (at, id) = (query.value(before.at), query.value(before.id));
        query.and(&format!("(r.created_at, r.id) < ({at}, {id})"));
    }
    let end = format!(" ORDER BY r.created_at DESC, r.id DESC LIMIT {}", limit + 1);
    let (sql, values) = query.ending(&end);
    let rows = db.fetch(sql, values).await?;
    let mut reading = Reading::default();
    let requests = rows.iter().map(|row| Request::read(row, &mut reading));
    let requests = requests.collect::<Result<Vec<_>, _>>()?;
    Ok(Page::of(requests, limit, |request| Cursor {
        at: request.created_at.micros(),
        id: request.id.uuid(),
    }))
}

pub(crate) async fn one(conn: &mut Conn, id: Id<Request>) -> Result<Option<Request>, StoreError> {
    let columns = Request::select(conn.engine(), "");
    let sql = format!("SELECT {columns} FROM requests WHERE id = $1 AND removed_pos IS NULL");
    let rows = conn.fetch(sql, vec![id.uuid().into()]).await?;
    let row = rows.first();
    row.map(|row| Request::read(row, &mut Reading::default()))
        .transpose()
}
