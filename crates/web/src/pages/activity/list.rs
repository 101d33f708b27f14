//! The log: who did what, to what, when.

use portcullis_model::{Actor, Id, Refusal, Timestamp};
use portcullis_store::{LogEntry, LogFilter, SubjectKind};
use uuid::Uuid;

use crate::{
    pages::{
        history::{Older, before},
        names::{self, Names},
        prelude::*,
    },
    words,
};

/// Entries on a page.
const PER_PAGE: u32 = 50;
/// Things named beside an entry.
const MOST_SUBJECTS: usize = 4;

#[derive(Template)]
#[template(path = "activity/list.html")]
struct Activity {
    shell: ui::Shell,
    query: String,
    operation: String,
    operations: Vec<ui::Choice>,
    actor: String,
    from: String,
    to: String,
    subject: String,
    filters: Vec<ui::Filter>,
    is_open: bool,
    rows: Vec<Row>,
    older: Older,
}

struct Row {
    who: ui::Entity,
    did: String,
    subjects: Vec<ui::Entity>,
    more: String,
    when: ui::When,
    position: u64,
    href: String,
    undone: bool,
    undoes: Option<u64>,
}

pub(crate) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let entries = web.app().store().log(&wanted(&page)?).await?;
    let rows = entries.items.iter().map(|entry| row(&page, entry));
    let asked = |name: &str| page.query(name);
    render(&Activity {
        shell: page.shell(),
        query: asked("q"),
        operations: operations(),
        operation: asked("operation"),
        actor: asked("actor"),
        from: asked("from"),
        to: asked("to"),
        subject: asked("subject"),
        is_open: ["actor", "from", "to"]
            .iter()
            .any(|name| !asked(name).is_empty()),
        filters: filters(&page),
        rows: rows.collect(),
        older: Older::of(&page, entries.next),
    })
}

fn operations() -> Vec<ui::Choice> {
    [
        ("", "Everything"),
        ("group.", "Groups and their people"),
        ("role.", "Roles"),
        ("request.", "Requests"),
        ("app.", "Apps"),
        ("tag.", "Tags"),
        ("user.", "People"),
        ("time.", "What ran out"),
        ("import.", "Imports"),
        ("log.", "What was undone"),
    ]
    .into_iter()
    .map(|(value, label)| ui::Choice::new(value, label))
    .collect()
}

/// What of the log the address asks for.
fn wanted(page: &Page) -> Result<LogFilter, Failure> {
    let text = |name: &str| Some(page.query(name)).filter(|text| !text.is_empty());
    let actor = text("actor").map(|text| match text.to_ascii_lowercase().as_str() {
        "me" | "@me" => Ok(Actor::User(page.viewer.id)),
        _ => page.world().find_actor(&text),
    });
    let wrong = || Refusal::invalid("subject", "it is written as a kind, a colon and an id");
    let subject = text("subject").map(|text| subject(&text).ok_or_else(wrong));
    // A date means its end: the first day of a stretch counts from its beginning.
    let time = |name: &str, first: bool| {
        let parsed = text(name).map(|day| {
            let before = if first && day.len() == 10 { 86_399 } else { 0 };
            let at = day.parse::<Timestamp>();
            let at = at.map_err(|bad| Refusal::invalid(name, bad.to_string()))?;
            Ok::<_, Refusal>(at.plus_seconds(-before))
        });
        parsed.transpose()
    };
    Ok(LogFilter {
        actor: actor.transpose()?,
        operation: text("operation"),
        subject: subject.transpose()?,
        q: text("q"),
        from: time("from", true)?,
        to: time("to", false)?,
        limit: PER_PAGE,
        before: before(page)?,
    })
}

fn subject(text: &str) -> Option<(SubjectKind, Uuid)> {
    let (kind, id) = text.split_once(':')?;
    Some((SubjectKind::parse(kind)?, id.parse().ok()?))
}

fn row(page: &Page, entry: &LogEntry) -> Row {
    let names = Names::of_subjects(page.world(), &entry.subjects);
    let actor = entry.actor.user().map(Id::uuid);
    let mut subjects: Vec<_> = entry
        .subjects
        .iter()
        .filter(|subject| actor != Some(subject.id))
        .filter(|subject| {
            matches!(
                subject.kind,
                SubjectKind::User | SubjectKind::Group | SubjectKind::App | SubjectKind::Tag
            )
        })
        .collect();
    subjects.sort_by_key(|subject| subject.kind != SubjectKind::User);
    let more = match subjects.len().saturating_sub(MOST_SUBJECTS) {
        0 => String::new(),
        // The list carries the first of an entry's subjects only.
        more if entry.subjects.len() >= LogEntry::FEW as usize => {
            format!("and at least {more} more")
        }
        more => format!("and {more} more"),
    };
    Row {
        who: names::actor(page.world(), entry.actor, entry.login.as_deref()),
        did: words::did(entry.operation).to_owned(),
        subjects: subjects
            .into_iter()
            .take(MOST_SUBJECTS)
            .map(|subject| match subject.kind {
                SubjectKind::User => names.user(subject.id),
                _ => names.group(subject.id),
            })
            .collect(),
        more,
        when: convert::when(entry.at, page.viewer.context.now),
        position: entry.position.0,
        href: names::entry_href(entry.position),
        undone: entry.undone_by.is_some(),
        undoes: entry.undoes.map(|position| position.0),
    }
}

fn filters(page: &Page) -> Vec<ui::Filter> {
    let mut filters = Vec::new();
    let mut add = |name: &str, parameter: &str, shown: String| {
        if !shown.is_empty() {
            filters.push(ui::Filter {
                name: name.to_owned(),
                value: shown,
                remove: page.with_query(&[(parameter, ""), ("before", "")]),
            });
        }
    };
    let operation = page.query("operation");
    let label = operations()
        .into_iter()
        .find(|choice| choice.value == operation && !operation.is_empty())
        .map_or(operation, |choice| choice.label);
    add("What", "operation", label);
    add("By", "actor", page.query("actor"));
    let about = page.query("subject");
    let name = subject(&about)
        .and_then(|(_, id)| Names::new(page.world(), std::collections::HashMap::new()).entity(id));
    add("About", "subject", name.map_or(about, |entity| entity.name));
    add("From", "from", page.query("from"));
    add("To", "to", page.query("to"));
    add("Text", "q", page.query("q"));
    filters
}
