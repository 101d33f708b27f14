//! What stands in a form, and the one template for all of them.

use askama::Template;
use portcullis_model::{Group, Id, MembershipKind, Tag, Timestamp};
use serde::Serialize;

use super::{
    constraints::length,
    fields::{Values, version},
    frame::Page,
    requirements::{DAY, HOUR, Requirements, in_words},
};
use crate::ui;

/// The lengths on offer, in seconds.
const LENGTHS: [(i64, &str); 5] = [
    (12 * HOUR, "12 hours"),
    (5 * DAY, "5 days"),
    (14 * DAY, "2 weeks"),
    (30 * DAY, "30 days"),
    (90 * DAY, "90 days"),
];

/// The length chosen unless somebody chooses.
const USUAL: i64 = 14 * DAY;

/// A page that is one form.
#[derive(Template)]
#[template(path = "form_page.html")]
pub(crate) struct FormPage {
    shell: ui::Shell,
    pub title: String,
    pub lead: String,
    pub crumbs: Vec<ui::Link>,
    pub tabs: Vec<ui::Tab>,
    pub banners: Vec<Banner>,
    pub fields: Vec<Field>,
    pub errors: ui::Errors,
    pub submit: String,
    pub cancel: String,
    pub values: Values,
    chips: Vec<ui::Chip>,
    asides: Vec<Aside>,
    action: String,
    now: Timestamp,
}

impl FormPage {
    /// A form on `page` without fields, which posts to the page's own address.
    pub(super) fn new(page: &Page, values: Values, errors: ui::Errors) -> Self {
        Self {
            shell: page.shell(),
            title: String::new(),
            lead: String::new(),
            crumbs: Vec::new(),
            tabs: Vec::new(),
            banners: Vec::new(),
            fields: Vec::new(),
            errors,
            submit: "Save".into(),
            cancel: "/".into(),
            values,
            chips: Vec::new(),
            asides: Vec::new(),
            action: page.with_query(&[]),
            now: page.viewer.context.now,
        }
    }

    /// A line of text, with what is in it at first.
    pub(crate) fn line(
        &mut self,
        name: &'static str,
        label: &'static str,
        first: impl Into<String>,
    ) -> &mut Text {
        self.text(name, label, first, Field::Line)
    }

    /// Several lines of text.
    pub(crate) fn lines(
        &mut self,
        name: &'static str,
        label: &'static str,
        first: impl Into<String>,
    ) -> &mut Text {
        self.text(name, label, first, Field::Lines)
    }

    fn text(
        &mut self,
        name: &'static str,
        label: &'static str,
        first: impl Into<String>,
        field: fn(Text) -> Field,
    ) -> &mut Text {
        let text = Text {
            name,
            label,
            value: self.values.text(name, first),
            ..Text::default()
        };
        match self.pushed(field(text)) {
            Field::Line(text) | Field::Lines(text) => text,
            _ => unreachable!("a text was pushed"),
        }
    }

    fn pushed(&mut self, field: Field) -> &mut Field {
        let at = self.fields.len();
        self.fields.push(field);
        &mut self.fields[at]
    }

    /// A value that is sent along.
    pub(crate) fn hidden(&mut self, name: &str, value: impl std::fmt::Display) {
        self.fields
            .push(Field::Hidden(ui::Hidden::new(name, value.to_string())));
    }

    /// One of several, as a list to choose from.
    pub(crate) fn select(
        &mut self,
        name: &'static str,
        label: &'static str,
        choices: Vec<ui::Choice>,
        first: impl Into<String>,
        help: impl Into<String>,
    ) {
        let chosen = self.values.text(name, first);
        self.fields.push(Field::Select(Choices {
            name,
            label,
            choices,
            chosen,
            help: help.into(),
        }));
    }

    /// One of few, side by side.
    pub(crate) fn pills(
        &mut self,
        name: &'static str,
        label: &'static str,
        choices: Vec<ui::Choice>,
        first: impl Into<String>,
    ) {
        let chosen = self.values.text(name, first);
        self.fields.push(Field::Pills(Choices {
            name,
            label,
            choices,
            chosen,
            help: String::new(),
        }));
    }

    /// Some of several; `none` is said where there is nothing to choose.
    pub(crate) fn checks(
        &mut self,
        name: &'static str,
        label: &'static str,
        boxes: Vec<Check>,
        help: impl Into<String>,
        none: &'static str,
    ) {
        self.fields.push(Field::Checks(Checks {
            name,
            label,
            boxes,
            help: help.into(),
            none,
        }));
    }

    /// One box to tick.
    pub(crate) fn tick(
        &mut self,
        name: &'static str,
        label: &'static str,
        (value, words): (&str, &str),
        first: bool,
    ) {
        let one = self.check(name, value, words, first);
        self.checks(name, label, vec![one], "", "");
    }

    /// A box of `name`, ticked as it was sent, or `first`.
    pub(crate) fn check(
        &self,
        name: &str,
        value: impl Into<String>,
        label: impl Into<String>,
        first: bool,
    ) -> Check {
        let value = value.into();
        Check {
            checked: self.values.checked(name, &value, first),
            value,
            label: label.into(),
            help: String::new(),
            locked: false,
        }
    }

    /// Something the form is about that is not to be changed.
    pub(crate) fn known(&mut self, label: &'static str, entity: ui::Entity) {
        self.fields.push(Field::Known(Known { label, entity }));
    }

    /// Until when: a length or a date, cut to what tags allow; `first` is chosen unless somebody
    /// chooses.
    pub(crate) fn until(&mut self, requirements: &Requirements<'_>, first: Option<&str>) {
        let mut durations = durations(requirements, &self.values, &self.errors, self.now);
        if let Some(first) = first.filter(|_| self.values.text("until", "").is_empty()) {
            durations.chosen = first.to_owned();
        }
        self.fields.push(Field::Durations(durations));
    }

    /// Why, marked where tags demand it.
    pub(crate) fn reason(&mut self, requirements: &Requirements<'_>, help: &str) {
        let text = self.lines("reason", "Reason", "");
        match requirements.reason {
            None => text.help(help),
            Some((group, tag)) => text.required().help(format!(
                "The tag {} on {} asks for a reason. {help}",
                tag.name, group.name
            )),
        };
    }

    /// Says that the viewer cannot add themself to `group`, where that is so.
    pub(crate) fn no_self_add(
        &mut self,
        requirements: &Requirements<'_>,
        page: &Page,
        group: &Group,
        kind: MembershipKind,
    ) {
        let Some((place, tag)) = requirements.no_self.filter(|_| !page.is_admin()) else {
            return;
        };
        let text = format!(
            "The tag {} on {} stops you giving yourself {}. Ask another owner.",
            tag.name,
            place.name,
            kind.noun()
        );
        let ask = format!("/requests/new?group={}&kind={kind}", group.id);
        self.banners.push(
            Banner::new(ui::Level::Info, "You cannot add yourself here.", text)
                .leading("Ask for it instead", ask),
        );
    }

    /// Boxes for all tags. Those in force stay ticked for who may not take them off, which
    /// `may_remove` says.
    pub(crate) fn tags(&mut self, page: &Page, carried: &[Id<Tag>], may_remove: bool) {
        let boxes = page.viewer.world.tags().map(|tag| {
            let has = carried.contains(&tag.id);
            let locked = has && !may_remove;
            let check = self.check("tags", tag.id.to_string(), &*tag.name, has);
            Check {
                help: in_words(tag),
                checked: locked || check.checked,
                locked,
                ..check
            }
        });
        let boxes = boxes.collect();
        let help = if may_remove || carried.is_empty() {
            ""
        } else {
            "Only admins take tags off."
        };
        self.checks("tags", "Tags", boxes, help, "There are no tags.");
    }

    /// What it is for.
    pub(crate) fn description(&mut self, first: &str) {
        self.lines("description", "Description", first)
            .help("Help people decide whether they need it.");
    }

    /// The tabs between the form for members and the one for owners, at `here?…kind=`.
    pub(crate) fn kind_tabs(&mut self, here: &str, labels: [&str; 2], kind: MembershipKind) {
        let current = format!("{here}{kind}");
        let kinds = [MembershipKind::Member, MembershipKind::Owner];
        self.tabs = kinds
            .into_iter()
            .zip(labels)
            .map(|(kind, label)| ui::Tab::new(label, format!("{here}{kind}"), &current))
            .collect();
        self.hidden("kind", kind);
    }

    /// Something to know beside the form; left out where there is nothing.
    pub(crate) fn aside(
        &mut self,
        title: &'static str,
        entities: Vec<ui::Entity>,
        text: impl Into<String>,
    ) {
        let text = text.into();
        if !(entities.is_empty() && text.is_empty()) {
            self.asides.push(Aside {
                title,
                entities,
                text,
            });
        }
    }

    /// The field by which `Input::check_stale` knows what the form was drawn from.
    pub(crate) fn version(&mut self, record: &impl Serialize) {
        self.hidden("seen", version(record));
    }
}

/// A message above the fields.
pub(crate) struct Banner {
    pub level: ui::Level,
    pub title: String,
    pub text: String,
    pub href: String,
    pub action: String,
}

impl Banner {
    pub(crate) fn new(level: ui::Level, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            level,
            title: title.into(),
            text: text.into(),
            href: String::new(),
            action: String::new(),
        }
    }

    pub(crate) fn leading(mut self, action: impl Into<String>, href: impl Into<String>) -> Self {
        (self.action, self.href) = (action.into(), href.into());
        self
    }
}

/// Something to know beside the form.
struct Aside {
    title: &'static str,
    entities: Vec<ui::Entity>,
    text: String,
}

/// One field of a form.
pub(crate) enum Field {
    Hidden(ui::Hidden),
    Line(Text),
    Lines(Text),
    Select(Choices),
    Pills(Choices),
    Durations(ui::Durations),
    Checks(Checks),
    Known(Known),
}

/// A line or several lines of text.
#[derive(Default)]
pub(crate) struct Text {
    name: &'static str,
    label: &'static str,
    value: String,
    help: String,
    required: bool,
    /// Suggestions the browser completes from.
    options: Vec<String>,
}

impl Text {
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = help.into();
        self
    }

    pub(crate) fn required(&mut self) -> &mut Self {
        self.required = true;
        self
    }

    pub(crate) fn options(&mut self, options: Vec<String>) -> &mut Self {
        self.options = options;
        self
    }
}

/// One of several.
pub(crate) struct Choices {
    name: &'static str,
    label: &'static str,
    choices: Vec<ui::Choice>,
    chosen: String,
    help: String,
}

/// Some of several.
pub(crate) struct Checks {
    name: &'static str,
    label: &'static str,
    boxes: Vec<Check>,
    help: String,
    none: &'static str,
}

/// One box to tick.
pub(crate) struct Check {
    pub value: String,
    pub label: String,
    pub help: String,
    pub checked: bool,
    /// Ticked, and the viewer may not take the tick away.
    pub locked: bool,
}

impl Check {
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// Something the form is about that is not to be changed.
pub(crate) struct Known {
    label: &'static str,
    entity: ui::Entity,
}

/// The picker of lengths, cut to the limit.
pub(crate) fn durations(
    requirements: &Requirements<'_>,
    values: &Values,
    errors: &ui::Errors,
    now: Timestamp,
) -> ui::Durations {
    let most = requirements.limit.map(|(seconds, _)| seconds);
    let fits = |seconds: i64| most.is_none_or(|most| seconds <= most);
    let mut choices: Vec<_> = LENGTHS
        .iter()
        .filter(|(seconds, _)| fits(*seconds))
        .map(|(seconds, label)| ui::Choice::new(seconds.to_string(), *label))
        .collect();
    let longest = match most {
        None => ui::Choice::new("never", "No end"),
        Some(most) => ui::Choice::new(most.to_string(), length(most)),
    };
    if !choices.iter().any(|choice| choice.is(&longest.value)) {
        choices.push(longest);
    }
    let usual = if fits(USUAL) {
        USUAL
    } else {
        most.unwrap_or(USUAL)
    };
    let mut durations =
        ui::Durations::new("until", choices, values.text("until", usual.to_string()));
    durations.error = errors.of("until").to_owned();
    durations.date = values.fields().get("until_date").parse().ok();
    durations.min = Some(date(now));
    if let Some((seconds, tag)) = requirements.limit {
        let note = format!("the tag {} allows {}", tag.name, length(seconds));
        durations = durations.at_most(date(now.plus_seconds(seconds)), note);
    }
    durations
}

fn date(at: Timestamp) -> jiff::civil::Date {
    at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date()
}
