//! Lists of the log's entries, newest first. Each costs what it finds: one condition leads, over an
//! index of its own, and no entry is looked at that it does not lead to.

use portcullis_model::{Actor, OperationName, Timestamp, name};
use uuid::Uuid;

use crate::{
    Cursor, LogEntry, Page, StoreError, SubjectKind, actor,
    db::{Conn, Db},
    log::{COLUMNS, entry_of, subjects_of},
    page,
    query::{Query, anywhere},
};

/// Which entries to list. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// By whom.
    pub actor: Option<Actor>,
    /// What the operation's name begins with: `group.` or `request.approve`.
    pub operation: Option<String>,
    /// About what.
    pub subject: Option<(SubjectKind, Uuid)>,
    /// Text in the operation, in the names of what it is about, or in the actor's login.
    pub q: Option<String>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// How many; 0 means 50, 1000 are the most.
    pub limit: u32,
    /// After the page that ended here.
    pub before: Option<Cursor>,
}

/// So many names may match a text to be followed one by one. Of more the newest entries mention
/// some, and are found by looking at those.
const FOLLOWED: usize = 200;

/// Where entries are found: both lead over an index that ends in the position.
enum Way {
    /// The entries for which a condition on `l` holds.
    Entries(String),
    /// The mentions, as `s`, for which a condition holds.
    Mentions(String),
}

impl Way {
    /// The newest positions that it leads to, as a part of a statement.
    fn newest(&self, conditions: &[String], most: u32) -> String {
        let (from, at, led) = match self {
            Self::Entries(led) => ("log l WHERE", "l", led),
            // In this order, also where the engine would rather begin at the log's end.
            Self::Mentions(led) => (
                "log_subjects s CROSS JOIN log l WHERE l.position = s.position AND",
                "s",
                led,
            ),
        };
        let rest: String = conditions
            .iter()
            .map(|condition| format!(" AND {}", condition.replace("{at}", at)))
            .collect();
        format!(
            "SELECT position FROM (SELECT {at}.position AS position FROM {from} {led}{rest} \
             ORDER BY {at}.position DESC LIMIT {most}) AS way"
        )
    }
}

pub(crate) async fn list(db: &Db, filter: &LogFilter) -> Result<Page<LogEntry>, StoreError> {
    let limit = page::limit(filter.limit);
    let mut conn = db.reader().await?;
    let mut query = Query::new(&format!("{COLUMNS} FROM log l"));
    let mut conditions = bounds(filter, &mut query);
    let (mut ways, mut leads) = (Vec::new(), Leads::Not);
    if let Some((kind, id)) = filter.subject {
        let (kind, id) = (query.value(kind.as_str()), query.value(id));
        ways = vec![Way::Mentions(format!("s.id = {id} AND s.kind = {kind}"))];
        leads = Leads::Yes;
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.trim().is_empty()) {
        let key = name::key(q);
        let place = query.value(anywhere(&key));
        let operations = OperationName::texts_of(|name| name.contains(&key));
        let operations: Vec<_> = operations.collect();
        let named = Named::find(&mut conn, &key).await?;
        if named.is_nothing() && operations.is_empty() {
            return Ok(nothing());
        }
        let led = match leads {
            Leads::Not => named.ways(&mut query, &place, &operations),
            // Values that the statement does not mention in the end are not for PostgreSQL.
            Leads::Yes => None,
        };
        match led {
            Some(found) => {
                ways = found;
                leads = Leads::Yes;
            }
            None => {
                let among = query.one_of("l.operation", operations);
                conditions.push(format!(
                    "({among} OR l.actor_key LIKE {place} ESCAPE '!' \
                     OR EXISTS (SELECT 1 FROM log_subjects m WHERE m.position = l.position \
                     AND m.label_key LIKE {place} ESCAPE '!'))"
                ));
            }
        }
    }
    // As it is called now: an entry of an earlier version is found under its new name.
    let operations = filter.operation.as_deref().map(|asked| {
        let texts = OperationName::texts_of(|name| name.starts_with(asked.trim()));
        texts.map(str::to_owned).collect()
    });
    let actors = filter
        .actor
        .map(|actor| actor::texts(actor).into_iter().collect());
    let columns: [(&str, Option<Vec<String>>); 2] =
        [("l.actor", actors), ("l.operation", operations)];
    for (column, texts) in columns {
        let Some(texts) = texts else { continue };
        if leads == Leads::Yes {
            conditions.push(query.one_of(column, texts));
            continue;
        }
        let places = texts.into_iter().map(|text| query.value(text));
        ways = places
            .map(|place| Way::Entries(format!("{column} = {place}")))
            .collect();
        leads = Leads::Yes;
    }
    match leads {
        Leads::Not => conditions
            .iter()
            .for_each(|condition| query.and(&condition.replace("{at}", "l"))),
        Leads::Yes if ways.is_empty() => return Ok(nothing()),
        Leads::Yes => {
            let ways = ways.iter().map(|way| way.newest(&conditions, limit + 1));
            let ways = ways.collect::<Vec<_>>().join(" UNION ALL ");
            query.and(&format!("l.position IN ({ways})"));
        }
    }
    let end = format!(" ORDER BY l.position DESC LIMIT {}", limit + 1);
    let (sql, values) = query.ending(&end);
    let rows = conn.fetch(sql, values).await?;
    let entries = rows.iter().map(entry_of).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::of(entries, limit, |entry| entry.position.into());
    let positions = page.items.iter().map(|entry| entry.position);
    let mut subjects = subjects_of(&mut conn, positions, Some(LogEntry::FEW)).await?;
    for entry in &mut page.items {
        entry.subjects = subjects.remove(&entry.position).unwrap_or_default();
    }
    Ok(page)
}

/// The list of what nothing leads to; PostgreSQL takes no statement whose values it does not mention.
const fn nothing() -> Page<LogEntry> {
    Page {
        items: Vec::new(),
        next: None,
    }
}

/// Whether some condition leads to the entries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leads {
    Yes,
    Not,
}

/// Between which positions entries are wanted. `at` never goes back: what is asked for by time is a
/// stretch of positions.
fn bounds(filter: &LogFilter, query: &mut Query) -> Vec<String> {
    let mut bounds = Vec::new();
    if let Some(from) = filter.from {
        let from = query.value(from.micros());
        bounds.push(format!(
            "{{at}}.position >= (SELECT MIN(position) FROM log \
             WHERE at = (SELECT MIN(at) FROM log WHERE at >= {from}))"
        ));
    }
    if let Some(to) = filter.to {
        let to = query.value(to.micros());
        bounds.push(format!(
            "{{at}}.position <= (SELECT MAX(position) FROM log \
             WHERE at = (SELECT MAX(at) FROM log WHERE at < {to}))"
        ));
    }
    if let Some(before) = filter.before {
        let before = query.value(before.at);
        bounds.push(format!("{{at}}.position < {before}"));
    }
    bounds
}

/// Who and what was ever called by a text, up to one more than is followed.
struct Named {
    things: Vec<Uuid>,
    actors: Vec<String>,
}

impl Named {
    async fn find(conn: &mut Conn, key: &str) -> Result<Self, StoreError> {
        let most = FOLLOWED + 1;
        let like = vec![anywhere(key).into()];
        let sql =
            format!("SELECT DISTINCT id FROM log_names WHERE key LIKE $1 ESCAPE '!' LIMIT {most}");
        let things = conn.fetch(sql, like.clone()).await?;
        let sql = format!(
            "SELECT DISTINCT actor FROM log_actors WHERE key LIKE $1 ESCAPE '!' LIMIT {most}"
        );
        let actors = conn.fetch(sql, like).await?;
        Ok(Self {
            things: things
                .iter()
                .map(|row| row.uuid(0))
                .collect::<Result<_, _>>()?,
            actors: actors
                .iter()
                .map(|row| Ok(row.text(0)?.to_owned()))
                .collect::<Result<_, StoreError>>()?,
        })
    }

    fn is_nothing(&self) -> bool {
        self.things.is_empty() && self.actors.is_empty()
    }

    /// The ways to what they did and what was done to them while they were called so, and to
    /// `operations`; none where those are too many.
    fn ways(self, query: &mut Query, place: &str, operations: &[&str]) -> Option<Vec<Way>> {
        if self.things.len() + self.actors.len() > FOLLOWED {
            return None;
        }
        let mut ways = Vec::new();
        for id in self.things {
            let id = query.value(id);
            let called = format!("s.id = {id} AND s.label_key LIKE {place} ESCAPE '!'");
            ways.push(Way::Mentions(called));
        }
        for actor in self.actors {
            let actor = query.value(actor);
            let called = format!("l.actor = {actor} AND l.actor_key LIKE {place} ESCAPE '!'");
            ways.push(Way::Entries(called));
        }
        for operation in operations {
            let operation = query.value(*operation);
            ways.push(Way::Entries(format!("l.operation = {operation}")));
        }
        Some(ways)
    }
}
