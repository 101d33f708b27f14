//! The edits of a log entry, readable: what was made, ended or changed, and each field before and
//! after.

use std::{collections::BTreeMap, ops::Deref};

use portcullis_model::{Change, ChangeSet, Edit, Group, Id, Record, Timestamp, User};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    pages::{constraints::length, convert, names::Names},
    ui, words,
};

/// More of a value than this is cut.
const MOST_TEXT: usize = 161;

/// One edit.
pub(crate) struct Line {
    pub sign: ui::Sign,
    pub noun: &'static str,
    /// What it is about: a person and a group, a role and a group, or the thing itself.
    pub parts: Vec<ui::Entity>,
    pub fields: Vec<Field>,
}

/// A field that differs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: String,
    /// As it was; empty where it was not there.
    pub before: String,
    pub after: String,
}

/// The edits of `change`, a line each.
///
/// Of what the viewer does not see only that there was something.
pub(crate) fn edits(
    names: &Names<'_>,
    change: &ChangeSet,
    at: Timestamp,
    sees: impl Fn(&Change) -> bool,
) -> Vec<Line> {
    let changes = change.changes.iter();
    changes
        .map(|change| {
            let line = line(names, change, at);
            match sees(change) {
                true => line,
                false => Line {
                    parts: vec![ui::Entity::new(
                        ui::EntityKind::Entitlement,
                        "not shown",
                        "",
                    )],
                    fields: Vec::new(),
                    ..line
                },
            }
        })
        .collect()
}

fn line(names: &Names<'_>, change: &Change, at: Timestamp) -> Line {
    use ui::EntityKind as Kind;
    let link = |kind, label: &str, href: String| ui::Entity::new(kind, label, href);
    let plain = |label: &str| link(Kind::Entitlement, label, String::new());
    let group = |id: Id<Group>| names.group(id.uuid());
    let user = |id: Id<User>| names.user(id.uuid());
    match change {
        Change::User(edit) => named(names, at, edit, ("person", Kind::Person), |it| &it.name),
        Change::Group(edit) => {
            let noun = edit.subject().map_or("group", Group::noun);
            named(names, at, edit, (noun, Kind::Group), |it| &it.name)
        }
        Change::App(edit) => named(names, at, edit, ("app", Kind::App), |it| &it.name),
        Change::Tag(edit) => named(names, at, edit, ("tag", Kind::Tag), |it| &it.name),
        Change::Membership(edit) => of(names, at, edit, "place", |it| {
            let asked = |id| link(Kind::Request, "as asked for", convert::request_href(id));
            let place = group(it.group).with_detail(format!("as {}", it.kind));
            let parts = [user(it.user), place].into_iter();
            parts.chain(it.request.map(asked)).collect()
        }),
        Change::Inclusion(edit) => of(names, at, edit, "way in", |it| {
            let target = group(it.target).with_detail(format!("as {}s", it.kind));
            vec![group(it.child), target]
        }),
        Change::Entitlement(edit) => of(names, at, edit, "entitlement", |it| {
            vec![group(it.group), plain(it.grant.label())]
        }),
        Change::Request(edit) => of(names, at, edit, "request", |it| {
            let request = link(Kind::Request, "request", convert::request_href(it.id));
            let wanted = names.wanted(&it.wants);
            let wanted = wanted.with_detail(words::as_what(&it.wants));
            vec![request, user(it.requester), wanted]
        }),
        Change::Identity(edit) => of(names, at, edit, "identity", |it| {
            let name = format!("{} {}", it.connector, it.external_id);
            vec![user(it.user), plain(&name)]
        }),
        Change::Credential(edit) => of(names, at, edit, "credential", |it| {
            vec![user(it.user), plain(&it.label())]
        }),
        Change::Provider(edit) => of(names, at, edit, "identity provider", |it| {
            vec![plain(&format!("{} ({})", it.title, it.state))]
        }),
        Change::Preferences(edit) => {
            of(names, at, edit, "notifications", |it| vec![user(it.user())])
        }
        Change::Resource(edit) => of(names, at, edit, "resource", |it| {
            vec![plain(&format!("{} {}", it.resource_type, it.resource_id))]
        }),
    }
}

/// An edit of something that has a name and a page.
fn named<T: Record + Serialize, N: Deref<Target = str>>(
    names: &Names<'_>,
    at: Timestamp,
    edit: &Edit<T>,
    (noun, kind): (&'static str, ui::EntityKind),
    name: impl Fn(&T) -> &N,
) -> Line {
    let known = edit.id().and_then(|id| names.entity(id.uuid()));
    let gone = edit.subject().map_or("deleted", |it| &**name(it));
    let part = known.unwrap_or_else(|| ui::Entity::new(kind, gone, ""));
    of(names, at, edit, noun, |_| vec![part.clone()])
}

fn of<T: Record + Serialize>(
    names: &Names<'_>,
    at: Timestamp,
    edit: &Edit<T>,
    noun: &'static str,
    parts: impl Fn(&T) -> Vec<ui::Entity>,
) -> Line {
    let parts = edit.subject().map_or_else(Vec::new, parts);
    let json = |record: &Option<Box<T>>| {
        record
            .as_deref()
            .and_then(|record| serde_json::to_value(record).ok())
    };
    let sign = match (&edit.before, &edit.after) {
        (None, _) => ui::Sign::Gains,
        (_, None) => ui::Sign::Loses,
        _ => ui::Sign::Changes,
    };
    let shown = |path: &str| !hidden(noun, path);
    let mut fields = fields(names, json(&edit.before), json(&edit.after), shown);
    // What begins when it is written down needs no beginning told.
    let now = ui::When::new(at.to_jiff(), at.to_jiff()).absolute();
    fields.retain(|field| field.name != "from" || field.after != now);
    // The line itself names what is new or ended.
    fields.retain(|field| sign == ui::Sign::Changes || !matches!(&*field.name, "name" | "kind"));
    let noun = match noun {
        "place" | "way in" | "entitlement" | "request" => "",
        noun => noun,
    };
    Line {
        sign,
        noun,
        parts,
        fields,
    }
}

/// Fields that the line itself tells already, or that nobody reads.
fn hidden(noun: &str, path: &str) -> bool {
    let first = path.split('.').next().unwrap_or_default();
    let told: &[&str] = match noun {
        "place" | "way in" | "entitlement" => &[
            "id",
            "user",
            "group",
            "child",
            "target",
            "request",
            "kind",
            "granted_by",
            "grant",
            "permission",
        ],
        "request" => &[
            "id",
            "requester",
            "wants",
            "group",
            "kind",
            "created_at",
            "granted",
        ],
        "credential" => &["id", "user", "digest", "sid"],
        _ => &["id"],
    };
    told.contains(&first)
}

fn fields(
    names: &Names<'_>,
    before: Option<Value>,
    after: Option<Value>,
    shown: impl Fn(&str) -> bool,
) -> Vec<Field> {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    let (had, has) = (before.is_some(), after.is_some());
    flatten(String::new(), before.unwrap_or(Value::Null), &mut was);
    flatten(String::new(), after.unwrap_or(Value::Null), &mut is);
    let paths: std::collections::BTreeSet<_> = was.keys().chain(is.keys()).cloned().collect();
    let text = |known: bool, path: &str, value: Option<&Value>| match value {
        Some(value) if known => words(names, path, value),
        _ => String::new(),
    };
    paths
        .into_iter()
        .filter(|path| shown(path) && was.get(path) != is.get(path))
        .map(|path| Field {
            before: text(had, &path, was.get(&path)),
            after: text(has, &path, is.get(&path)),
            name: path.replace(['_', '.'], " "),
        })
        .filter(|field| {
            let said = |text: &str| !text.is_empty() && text != "nothing" && text != "no";
            // What a new or ended record does not have needs no line.
            (had && has) || said(&field.before) || said(&field.after)
        })
        .collect()
}

fn flatten(path: String, value: Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = if path.is_empty() {
                    key
                } else {
                    format!("{path}.{key}")
                };
                flatten(path, value, into);
            }
        }
        Value::Null if path.is_empty() => {}
        value => {
            into.insert(path, value);
        }
    }
}

/// A value as people read it: names for ids, dates for times, lengths for limits.
fn words(names: &Names<'_>, path: &str, value: &Value) -> String {
    match value {
        Value::Null if path.ends_with("until") => "no end".into(),
        Value::Null => "nothing".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) if path.ends_with("time_limit") => {
            number.as_i64().map_or_else(|| number.to_string(), length)
        }
        Value::String(text) if text.is_empty() => "nothing".into(),
        Value::String(text) => {
            if let Ok(id) = text.parse::<Uuid>() {
                return names.entity(id).map_or_else(|| text.clone(), |e| e.name);
            }
            if text.len() > 10
                && let Ok(at) = text.parse::<Timestamp>()
            {
                return ui::When::new(at.to_jiff(), at.to_jiff()).absolute();
            }
            ui::cut(text, MOST_TEXT)
        }
        Value::Array(all) if all.is_empty() => "nothing".into(),
        Value::Array(all) => {
            let all: Vec<_> = all.iter().map(|value| words(names, path, value)).collect();
            ui::cut(&all.join(", "), MOST_TEXT)
        }
        other => ui::cut(&other.to_string(), MOST_TEXT),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Constraints, Tag, World, name::Name};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_772_442_000_000_000);

    fn tag(limit: i64, enabled: bool) -> Tag {
        Tag {
            id: Id::new(Uuid::from_u128(7)),
            name: Name::parse("payroll").expect("a name"),
            description: Default::default(),
            enabled,
            constraints: Constraints {
                member_time_limit: limit.try_into().ok(),
                ..Constraints::default()
            },
        }
    }

    #[test]
    fn an_edit_shows_what_differs_in_words() {
        let world = World::default();
        let names = Names::new(&world, Default::default());
        let edit = Edit::update(tag(86_400, true), tag(7 * 86_400, false));
        let line = line(&names, &edit.into(), NOW);
        assert_eq!(line.sign, ui::Sign::Changes);
        let field = |name: &str, before: &str, after: &str| Field {
            name: name.into(),
            before: before.into(),
            after: after.into(),
        };
        assert_eq!(
            line.fields,
            [
                field("constraints member time limit", "1 day", "7 days"),
                field("enabled", "yes", "no"),
            ]
        );
    }

    #[test]
    fn a_new_record_shows_only_what_it_has() {
        let world = World::default();
        let names = Names::new(&world, Default::default());
        let line = line(&names, &Edit::create(tag(60, true)).into(), NOW);
        assert_eq!(line.sign, ui::Sign::Gains);
        let shown: Vec<_> = line.fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(shown, ["constraints member time limit", "enabled"]);
    }
}
