//! Tags made, edited and deleted: the six constraints in plain words.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::tag::{CreateTag, DeleteTag, EditTag};
use portcullis_model::{
    Action, Change, Constraints, Noun, Refusal, Tag, Target,
    name::{Description, Name},
    tag::Limit,
};
use portcullis_store::Committed;

use super::{
    demands::length,
    fields::{Fields, Submission},
    flow::{self, ConfirmPolicy, Step},
    form::{Check, Checks, Field, FormPage, Text, Values, answer, ask_first, first, seen, unseen},
    frame::Page,
    group_write::description_field,
};
use crate::{Web, error::Failure, ui};

/// The demands that are yes or no: the box's value, its words, and where it stands.
type Demand = (
    &'static str,
    &'static str,
    fn(&mut Constraints) -> &mut bool,
);

const DEMANDS: [Demand; 4] = [
    ("member_reason", "Adding a member needs a reason", |c| {
        &mut c.require_member_reason
    }),
    ("owner_reason", "Adding an owner needs a reason", |c| {
        &mut c.require_owner_reason
    }),
    (
        "no_self_member",
        "Owners cannot add themselves as members",
        |c| &mut c.disallow_self_add_membership,
    ),
    (
        "no_self_owner",
        "Owners cannot add themselves as owners",
        |c| &mut c.disallow_self_add_ownership,
    ),
];

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    first(
        &page,
        (Action::CreateTag, Target::Nothing),
        |values, errors| form(&page, None, values, errors),
    )
}

pub(super) async fn create(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let name = fields.parse("name", &mut errors, Name::parse);
    let description = fields.parse("description", &mut errors, Description::parse);
    let constraints = constraints(fields, &mut errors);
    let operation = name.zip(description).map(|(name, description)| CreateTag {
        name,
        description,
        enabled: fields.has("enabled"),
        constraints,
    });
    let step = Step {
        title: format!("Create the tag {}", fields.get("name")),
        confirm: "Create".into(),
        cancel: "/tags".into(),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        to_made_tag,
        |values, errors| Ok(form(&sent.page, None, values, errors)),
    )
    .await
}

pub(super) async fn edit(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let tag = found(&page, &id)?;
    first(
        &page,
        (Action::EditTag, Target::Nothing),
        |values, errors| form(&page, Some(tag), values, errors),
    )
}

pub(super) async fn save(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let tag = found(&sent.page, &id)?;
    unseen(fields, tag, None, &mut errors);
    let operation = EditTag {
        tag: tag.id,
        name: fields.parse("name", &mut errors, Name::parse),
        description: fields.parse("description", &mut errors, Description::parse),
        enabled: Some(fields.has("enabled")),
        constraints: Some(constraints(fields, &mut errors)),
    };
    let step = Step {
        title: format!("Save the tag {}", tag.name),
        confirm: "Save".into(),
        cancel: href(tag),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    let done = |_: &_| href(tag);
    answer(
        &web,
        &sent,
        Some(operation),
        errors,
        step,
        done,
        |values, errors| Ok(form(&sent.page, Some(tag), values, errors)),
    )
    .await
}

pub(super) async fn delete(
    State(web): State<Web>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let tag = found(&page, &id)?.clone();
    let step = deleting(&tag);
    ask_first(&web, page, DeleteTag { tag: tag.id }, step).await
}

pub(super) async fn deleted(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let tag = found(&sent.page, &id)?;
    let (operation, step) = (DeleteTag { tag: tag.id }, deleting(tag));
    flow::run(&web, &sent, operation, step, |_| "/tags".into()).await
}

fn deleting(tag: &Tag) -> Step {
    Step {
        title: format!(
            "Delete the tag {}; ends it has cut stay as they are",
            tag.name
        ),
        confirm: "Delete".into(),
        cancel: href(tag),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    }
}

fn form(page: &Page, tag: Option<&Tag>, values: &Values, errors: ui::Errors) -> FormPage {
    let title = tag.map_or("Create a tag".into(), |tag| {
        format!("Edit the tag {}", tag.name)
    });
    let mut form = FormPage::new(page, title, errors);
    form.lead = "A tag on a group, or on an app for all its groups, demands something of everybody who is put in.".into();
    form.crumbs = vec![ui::Link::new("Tags", "/tags")];
    let mut before = tag.map_or_else(Constraints::default, |tag| tag.constraints);
    let limit = |limit: Option<Limit>| limit.map_or_else(String::new, |l| length(l.seconds()));
    let check = |name: &str, label: &str, on| Check {
        value: name.to_owned(),
        label: label.to_owned(),
        help: String::new(),
        checked: on,
        locked: false,
    };
    let boxes = DEMANDS.iter().map(|(name, label, get)| {
        check(
            name,
            label,
            values.checked("demands", name, *get(&mut before)),
        )
    });
    let boxes = boxes.collect();
    let enabled = values.checked("enabled", "on", tag.is_none_or(|tag| tag.enabled));
    let name = values.text("name", tag.map_or("", |tag| &tag.name));
    form.fields = vec![
        Field::Line(Text::new("name", "Name", name).required()),
        description_field(values, tag.map_or("", |tag| &tag.description)),
        Field::Line(
            Text::new(
                "member_limit",
                "Members stay at most",
                values.text("member_limit", limit(before.member_time_limit)),
            )
            .help("Such as “30 days” or “12 hours”; empty for no limit."),
        ),
        Field::Line(
            Text::new(
                "owner_limit",
                "Owners stay at most",
                values.text("owner_limit", limit(before.owner_time_limit)),
            )
            .help("Such as “30 days” or “12 hours”; empty for no limit."),
        ),
        Field::Checks(Checks {
            name: "demands",
            label: "Demands",
            boxes,
            help: String::new(),
            none: "",
        }),
        Field::Checks(Checks {
            name: "enabled",
            label: "In force",
            boxes: vec![check("on", "The tag demands this where it is put", enabled)],
            help: String::new(),
            none: "",
        }),
    ];
    if let Some(tag) = tag {
        form.crumbs.push(ui::Link::new(&*tag.name, href(tag)));
        form.lead = "What lasts longer than the tag then allows is cut; whose ends move is shown before anything is saved.".into();
    } else {
        form.submit = "Create the tag".into();
    }
    form.fields.extend(tag.map(seen));
    form.cancel = tag.map_or("/tags".into(), href);
    form
}

fn constraints(fields: &Fields, errors: &mut ui::Errors) -> Constraints {
    let mut all = Constraints {
        member_time_limit: limit(fields, "member_limit", errors),
        owner_time_limit: limit(fields, "owner_limit", errors),
        ..Constraints::default()
    };
    for (name, _, get) in DEMANDS {
        *get(&mut all) = fields.all("demands").any(|sent| sent == name);
    }
    all
}

fn limit(fields: &Fields, name: &str, errors: &mut ui::Errors) -> Option<Limit> {
    if !fields.has(name) {
        return None;
    }
    let read = seconds(fields.get(name)).and_then(|seconds| Limit::try_from(seconds).ok());
    if read.is_none() {
        errors.add(
            name,
            format!(
                "`{}` is not a length of time; write it as `30 days` or `12 hours`",
                fields.get(name)
            ),
        );
    }
    read
}

/// Seconds in `30 days`, `12 h`, `2w`.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (count, unit) = text.split_at(at);
    let unit = match unit.trim() {
        "w" | "week" | "weeks" => 7 * 86_400,
        "" | "d" | "day" | "days" => 86_400,
        "h" | "hour" | "hours" => 3_600,
        "m" | "min" | "minute" | "minutes" => 60,
        "s" | "second" | "seconds" => 1,
        _ => return None,
    };
    count.parse::<i64>().ok()?.checked_mul(unit)
}

fn found<'p>(page: &'p Page, id: &str) -> Result<&'p Tag, Refusal> {
    let found = page.viewer.world.find_tag(id);
    found.ok_or_else(|| Refusal::not_found(Noun::Tag, id))
}

fn href(tag: &Tag) -> String {
    format!("/tags/{}", tag.id)
}

fn to_made_tag(committed: &Committed) -> String {
    let made = committed
        .change
        .changes
        .iter()
        .find_map(|change| match change {
            Change::Tag(edit) => edit.after.as_deref(),
            _ => None,
        });
    made.map_or("/tags".into(), href)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_back_as_they_are_written() {
        for (text, expected) in [
            ("30 days", Some(30 * 86_400)),
            ("30", Some(30 * 86_400)),
            ("12h", Some(12 * 3_600)),
            ("2 weeks", Some(14 * 86_400)),
            ("soon", None),
            ("-3 days", None),
            ("99999999999999999999 days", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        for seconds_ in [1, 60, 5400, 36 * 3600, 30 * 86_400] {
            assert_eq!(seconds(&length(seconds_)), Some(seconds_));
        }
    }
}
