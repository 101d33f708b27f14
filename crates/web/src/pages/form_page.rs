//! What stands in a form, and the one template for all of them.

use askama::Template;
use portcullis_model::{Expiry, Group, Id, MembershipKind, Tag, Timestamp, portal::Lengths};
use serde::Serialize;

use super::{
    constraints::length,
    convert,
    fields::{Values, version},
    frame::Page,
    groups::crumbs,
    pick::{Kind, Offer, Read, Reader, Unclear},
    requirements::{Requirements, in_words},
};
use crate::ui;

/// A page that is one form.
#[derive(Template)]
#[template(path = "form_page.html")]
pub(crate) struct FormPage<'p> {
    pub page: &'p Page,
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
    asides: Vec<ui::Aside>,
    pub(super) action: String,
}

impl<'p> FormPage<'p> {
    /// A form on `page` without fields, which posts to the page's own address.
    pub(super) fn new(page: &'p Page, values: Values, errors: ui::Errors) -> Self {
        Self {
            page,
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
            asides: Vec::new(),
            action: page.acting(),
        }
    }

    /// What a form is called and where it stands: below a list, and below what it edits.
    pub(crate) fn about(&mut self, list: (&str, &str), there: Option<ui::Entity>, new: &str) {
        self.crumbs = vec![ui::Link::new(list.0, list.1)];
        (self.title, self.cancel) = match there {
            None => (new.to_owned(), list.1.to_owned()),
            Some(there) => {
                self.crumbs.push(ui::Link::new(&*there.name, &*there.href));
                (format!("Edit {}", there.name), there.href)
            }
        };
    }

    /// A form about a group or role: it stands below it and goes back there.
    pub(crate) fn of_group(&mut self, group: &Group) {
        self.crumbs = crumbs(group);
        self.cancel = convert::group_href(group);
    }

    /// A field, with what is in it at first.
    pub(crate) fn add(
        &mut self,
        control: Control,
        name: &'static str,
        label: &'static str,
        first: impl Into<String>,
    ) -> &mut Field {
        let value = self.values.text(name, first);
        self.fields.push(Field {
            control,
            name,
            label,
            value,
            help: String::new(),
            required: false,
            options: Vec::new(),
        });
        let last = self.fields.len() - 1;
        &mut self.fields[last]
    }

    /// A list of people, to be chosen or pasted; `first` are in it at first.
    pub(crate) fn people(
        &mut self,
        name: &'static str,
        label: &'static str,
        first: Vec<Offer>,
    ) -> &mut Field {
        let sent: Vec<_> = self.values.all(name).collect();
        let read = if sent.is_empty() && !self.values.is_sent() {
            Read {
                found: first,
                ..Read::default()
            }
        } else {
            Reader::new(self.page, Kind::Person).list(sent.into_iter())
        };
        self.add(Control::Many(Kind::Person, read), name, label, "")
    }

    /// One of a kind, to be named or chosen; `first` is in it at first.
    pub(crate) fn one(
        &mut self,
        kind: Kind,
        name: &'static str,
        label: &'static str,
        first: Option<Offer>,
    ) -> &mut Field {
        let sent = self.values.last(name).to_owned();
        let (text, unclear) = match first.filter(|_| sent.is_empty() && !self.values.is_sent()) {
            Some(first) => (first.text, None),
            None if sent.is_empty() => (sent, None),
            None => match Reader::new(self.page, kind).one(&sent) {
                Ok(found) => (found.text, None),
                Err(unclear) => (sent, Some(unclear)),
            },
        };
        let field = self.add(Control::One(kind, unclear), name, label, "");
        field.value = text;
        field
    }

    /// Whether something in it is picked, for which the page needs the pickers' script.
    fn picks(&self) -> bool {
        let picks = |field: &Field| matches!(field.control, Control::Many(..) | Control::One(..));
        self.fields.iter().any(picks)
    }

    /// A value that is sent along.
    pub(crate) fn hidden(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.add(Control::Hidden, name, "", "").value = value.to_string();
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
        self.add(Control::Checks(vec![one], ""), name, label, "");
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

    /// Until when: a length or a date, cut to what tags allow; `first` is chosen unless somebody
    /// chooses.
    pub(crate) fn until(&mut self, requirements: &Requirements<'_>, first: Option<&str>) {
        let mut durations = durations(
            &self.page.viewer.context.policy.lengths,
            requirements,
            &self.values,
            &self.errors,
            self.page.viewer.context.now,
        );
        if let Some(first) = first.filter(|_| self.values.text("until", "").is_empty()) {
            durations.chosen = first.to_owned();
        }
        self.add(Control::Durations(durations), "until", "", "");
    }

    /// The same, where something ends already: what it is now is chosen unless somebody chooses.
    pub(crate) fn until_instead(&mut self, requirements: &Requirements<'_>, ends: Expiry) {
        let Some(at) = ends.instant() else {
            return self.until(requirements, Some("never"));
        };
        self.until(requirements, Some("custom"));
        let chosen = !self.values.text("until", "").is_empty();
        let last = self.fields.last_mut().map(|field| &mut field.control);
        if let Some(Control::Durations(durations)) = last.filter(|_| !chosen) {
            durations.date = Some(date(at))
                .max(durations.min)
                .min(durations.max.or(Some(date(at))));
        }
    }

    /// Why, marked where tags demand it.
    pub(crate) fn reason(&mut self, requirements: &Requirements<'_>, help: &str) {
        let text = self.add(Control::Lines, "reason", "Reason", "");
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
        group: &Group,
        kind: MembershipKind,
    ) {
        let Some((place, tag)) = requirements.no_self.filter(|_| !self.page.is_admin()) else {
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
    pub(crate) fn tags(&mut self, carried: &[Id<Tag>], may_remove: bool) {
        let world = &self.page.viewer.world;
        let others = world.tags().filter(|tag| !carried.contains(&tag.id));
        let tags = carried.iter().filter_map(|id| world.tag(*id)).chain(others);
        let boxes = tags.map(|tag| {
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
        let (boxes, left) = (boxes.collect(), MORE_TAGS);
        let most = MOST_BOXES.max(carried.len());
        let field = self.boxes(("tags", "Tags"), boxes, most, "There are no tags.", left);
        if !may_remove && !carried.is_empty() {
            field.help("Only admins take tags off.");
        }
    }

    /// Boxes, the first `most` of them; the rest is named in a field below, called `more`.
    pub(crate) fn boxes(
        &mut self,
        (name, label): (&'static str, &'static str),
        mut boxes: Vec<Check>,
        most: usize,
        none: &'static str,
        (more, more_label): (&'static str, &'static str),
    ) -> &mut Field {
        let left = boxes.len().saturating_sub(most);
        boxes.truncate(most);
        self.add(Control::Checks(boxes, none), name, label, "");
        let field = self.fields.len() - 1;
        if left > 0 {
            let help = format!(
                "{left} more are not listed. Name them, one per line or separated by commas."
            );
            self.add(Control::Lines, more, more_label, "").help(help);
        }
        &mut self.fields[field]
    }

    /// What it is for.
    pub(crate) fn description(&mut self, first: &str) {
        self.add(Control::Lines, "description", "Description", first)
            .help("Help people decide whether they need it.");
    }

    /// Who owns what is made: who makes it, unless they say otherwise.
    pub(crate) fn owners(&mut self, help: &str) {
        let me = self.page.viewer.user().map(Offer::user);
        self.people("owners", "Owners", me.into_iter().collect())
            .help(help);
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
        let aside = ui::Aside::new(title, entities, text);
        self.asides.extend(Some(aside).filter(|it| !it.is_empty()));
    }

    /// The field by which `Input::check_stale` knows what the form was drawn from, where it is
    /// drawn from something.
    pub(crate) fn version(&mut self, record: &Option<impl Serialize>) {
        if record.is_some() {
            self.hidden("seen", version(record));
        }
    }
}

/// More boxes than this make a page heavy.
pub(crate) const MOST_BOXES: usize = 40;
/// The fields that name what is not among the boxes.
pub(crate) const MORE_TAGS: (&str, &str) = ("more_tags", "More tags");
pub(crate) const MORE_GROUPS: (&str, &str) = ("more", "More groups");

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

/// One field of a form.
pub(crate) struct Field {
    control: Control,
    name: &'static str,
    label: &'static str,
    pub value: String,
    help: String,
    required: bool,
    /// Suggestions the browser completes from.
    options: Vec<String>,
}

/// With what a field is filled in.
pub(crate) enum Control {
    Hidden,
    Line,
    /// A line that is not shown while it is typed, nor again.
    Secret,
    /// Several lines of text.
    Lines,
    /// One of several, as a list to choose from.
    Select(Vec<ui::Choice>),
    /// One of few, side by side.
    Pills(Vec<ui::Choice>),
    Durations(ui::Durations),
    /// Several of a kind, by name.
    Many(Kind, Read),
    /// One of a kind by name, and what is not clear about it.
    One(Kind, Option<Unclear>),
    /// Some of several, and what is said where there is nothing to choose.
    Checks(Vec<Check>, &'static str),
    /// Something the form is about that is not to be changed.
    Known(ui::Entity),
}

impl Field {
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

/// The picker of lengths, cut to the limit.
pub(crate) fn durations(
    lengths: &Lengths,
    requirements: &Requirements<'_>,
    values: &Values,
    errors: &ui::Errors,
    now: Timestamp,
) -> ui::Durations {
    let most = requirements.limit.map(|(seconds, _)| seconds);
    let fits = |seconds: i64| most.is_none_or(|most| seconds <= most);
    let mut choices: Vec<_> = lengths
        .offered
        .iter()
        .filter(|offered| fits(offered.seconds))
        .map(|offered| ui::Choice::new(offered.seconds.to_string(), &*offered.label))
        .collect();
    let longest = match most {
        None => lengths.no_end.then(|| ui::Choice::new("never", "No end")),
        Some(most) => Some(ui::Choice::new(most.to_string(), length(most))),
    };
    if let Some(longest) = longest
        && !choices.iter().any(|choice| choice.is(&longest.value))
    {
        choices.push(longest);
    }
    let usual = if fits(lengths.usual) {
        lengths.usual
    } else {
        most.unwrap_or(lengths.usual)
    };
    let last = requirements.limit.map(|(seconds, tag)| {
        let note = format!("the tag {} allows {}", tag.name, length(seconds));
        (date(now.plus_seconds(seconds)), note)
    });
    let (max, note) = last.unzip();
    ui::Durations {
        name: "until".into(),
        any_day: lengths.any_day,
        choices,
        chosen: values.text("until", usual.to_string()),
        date: values.fields().get("until_date").parse().ok(),
        min: Some(date(now)),
        max,
        note: note.unwrap_or_default(),
        error: errors.of("until").to_owned(),
    }
}

fn date(at: Timestamp) -> jiff::civil::Date {
    at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date()
}
