//! Tags made, edited and deleted: the six constraints in plain words.

use portcullis_app::tag::{CreateTag, DeleteTag, EditTag};
use portcullis_model::{Constraints, Tag, tag::Limit};

use crate::pages::{constraints::length, prelude::forms::*};

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

/// A new tag, or one that is there.
pub(super) struct TagForm(Option<Tag>);

impl Form for TagForm {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let tag = page.maybe::<Tag>()?;
        let target = tag.map(|_| Target::Nothing);
        may_make(page, Action::CreateTag, Action::EditTag, target)?;
        Ok(Self(tag.cloned()))
    }

    fn draw(&self, _: &Page, form: &mut FormPage<'_>) {
        const LENGTH: &str = "Such as “30 days” or “12 hours”; empty for no limit.";
        let tag = self.0.as_ref();
        form.about(("Tags", "/tags"), tag.map(convert::tag), "Create a tag");
        form.lead = match tag {
            None => "Put a tag on a group, or on an app for all its groups, to limit how and for how long people are added.",
            Some(_) => "Anything that lasts longer than the tag allows is shortened. You see whose end dates change before it is saved.",
        }
        .into();
        match tag {
            None => form.submit = "Create the tag".into(),
            Some(tag) => form.title = format!("Edit the tag {}", tag.name),
        }
        let mut before = tag.map_or_else(Constraints::default, |tag| tag.constraints);
        let limit = |limit: Option<Limit>| limit.map_or_else(String::new, |l| length(l.seconds()));
        form.add(Line, "name", "Name", tag.map_or("", |tag| &tag.name))
            .required();
        form.description(tag.map_or("", |tag| &tag.description));
        let (members, owners) = (before.member_time_limit, before.owner_time_limit);
        form.add(Line, "member_limit", "Members at most", limit(members))
            .help(LENGTH);
        form.add(Line, "owner_limit", "Owners at most", limit(owners))
            .help(LENGTH);
        let boxes = DEMANDS
            .iter()
            .map(|(name, label, get)| form.check("demands", *name, *label, *get(&mut before)));
        let boxes = Checks(boxes.collect(), "");
        form.add(boxes, "demands", "Constraints", "");
        let enabled = tag.is_none_or(|tag| tag.enabled);
        let words = ("on", "The constraints apply wherever the tag is used");
        form.tick("enabled", "In force", words, enabled);
        form.version(&self.0);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        input.check_stale(&self.0, None);
        let (name, description) = input.named(self.0.as_ref().map(|tag| &tag.name));
        let (constraints, enabled) = (constraints(input), input.fields.has("enabled"));
        let Some(tag) = &self.0 else {
            let operation = CreateTag {
                name: name?,
                description: description?,
                enabled,
                constraints,
            };
            let title = format!("Create the tag {}", input.text("name"));
            return Some(Step::new(operation, title, "Create", "/tags"));
        };
        let operation = EditTag {
            tag: tag.id,
            name,
            description,
            enabled: Some(enabled),
            constraints: Some(constraints),
        };
        let title = format!("Save the tag {}", tag.name);
        Some(Step::new(operation, title, "Save", convert::tag_href(tag)))
    }
}

pub(super) fn delete(input: &Input<'_>) -> Result<Step, Failure> {
    let tag = input.page.one::<Tag>()?;
    let title = format!(
        "Delete the tag {}; end dates it shortened stay as they are",
        tag.name
    );
    let operation = DeleteTag { tag: tag.id };
    let step = Step::new(operation, title, "Delete", convert::tag_href(tag));
    Ok(step.always().then(|_| "/tags".into()))
}

fn constraints(input: &mut Input<'_>) -> Constraints {
    let mut all = Constraints {
        member_time_limit: limit(input, "member_limit"),
        owner_time_limit: limit(input, "owner_limit"),
        ..Constraints::default()
    };
    for (name, _, get) in DEMANDS {
        *get(&mut all) = input.fields.all("demands").any(|sent| sent == name);
    }
    all
}

fn limit(input: &mut Input<'_>, name: &str) -> Option<Limit> {
    let text = input.text(name);
    if text.is_empty() {
        return None;
    }
    let read = seconds(text).and_then(|seconds| Limit::try_from(seconds).ok());
    if read.is_none() {
        let wrong = format!("`{text}` is not a duration; write it as `30 days` or `12 hours`");
        input.errors.add(name, wrong);
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
