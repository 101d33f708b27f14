//! The log: who did what, to what, when.

use portcullis_model::{Actor, Id, Refusal, Timestamp, time::ParseTimestampError};
use portcullis_store::{LogEntry, LogFilter, Subject, SubjectKind};
use uuid::Uuid;

use crate::{
    pages::{
        history::{Older, before},
        list::pages,
        names::{Names, actor},
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
struct Activity<'p> {
    page: &'p Page,
    operations: Vec<ui::Choice>,
    it: List<'p, LogEntry>,
    is_open: bool,
    older: Older,
}

pub(crate) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let entries = web.app().store().log(&wanted(&page)?).await?;
    let pages = pages(&page, 1, entries.items.len());
    let operations = ui::Choice::all([
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
    ]);
    let operation = page.query("operation");
    let known = operations.iter().find(|choice| choice.is(&operation));
    let known = known.filter(|choice| !choice.value.is_empty());
    let about = page.query("subject");
    let name = subject(&about).and_then(|(_, id)| {
        let names = Names::new(page.world(), std::collections::HashMap::new());
        names.entity(id)
    });
    let mut it = List::given(&page, "/activity", (entries.items, pages));
    it.narrowed(
        "What",
        "operation",
        known.map_or(&operation, |it| &it.label),
    );
    it.narrowed("By", "actor", page.query("actor"));
    it.narrowed("About", "subject", name.map_or(about, |entity| entity.name));
    it.narrowed("From", "from", page.query("from"));
    it.narrowed("To", "to", page.query("to"));
    it.searched("Text");
    let about = page.query("subject");
    let about = about.split_once(':').unwrap_or_default();
    let same = ["q", "operation", "actor", "from", "to"];
    it.exported("/api/v1/log", &same, &[about]);
    render(&Activity {
        page: &page,
        operations,
        is_open: ["actor", "from", "to"]
            .iter()
            .any(|name| !page.query(name).is_empty()),
        it,
        older: Older::of(&page, entries.next),
    })
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
    let time = |name: &str, read: fn(&str) -> Result<Timestamp, ParseTimestampError>| {
        let read = text(name).map(|day| read(&day));
        let read = read.transpose();
        read.map_err(|bad| Refusal::invalid(name, bad.to_string()))
    };
    Ok(LogFilter {
        actor: actor.transpose()?,
        operation: text("operation"),
        subject: subject.transpose()?,
        q: text("q"),
        from: time("from", Timestamp::parse_start)?,
        to: time("to", str::parse)?,
        limit: PER_PAGE,
        before: before(page)?,
    })
}

fn subject(text: &str) -> Option<(SubjectKind, Uuid)> {
    let (kind, id) = text.split_once(':')?;
    Some((SubjectKind::parse(kind)?, id.parse().ok()?))
}

/// The first of the things an entry is about, and how many more there are.
fn subjects(page: &Page, entry: &LogEntry) -> (Vec<ui::Entity>, String) {
    let names = Names::of_subjects(page.world(), &entry.subjects);
    let by = entry.actor.user().map(Id::uuid);
    let subjects: Vec<_> = entry
        .subjects
        .iter()
        .filter(|subject| by != Some(subject.id))
        .filter(|subject| {
            matches!(
                subject.kind,
                SubjectKind::User | SubjectKind::Group | SubjectKind::App | SubjectKind::Tag
            )
        })
        .collect();
    let more = match subjects.len().saturating_sub(MOST_SUBJECTS) {
        0 => String::new(),
        // The list carries the first of an entry's subjects only.
        more if entry.subjects.len() >= LogEntry::FEW as usize => {
            format!("and at least {more} more")
        }
        more => format!("and {more} more"),
    };
    let named = |subject: &Subject| match subject.kind {
        SubjectKind::User => names.user(subject.id),
        _ => names.group(subject.id),
    };
    let first = subjects.into_iter().take(MOST_SUBJECTS).map(named);
    (first.collect(), more)
}
