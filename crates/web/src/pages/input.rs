//! What was sent by a form, read field by field into the model's types.

use std::ops::Deref;

use portcullis_model::{
    Expiry, Group, Id, MembershipKind, Tag, Timestamp, User, World,
    name::{Description, Name, ParseTextError, Reason},
};
use serde::Serialize;

use super::{
    fields::{Fields, Submission, kind, version},
    form_page::{MORE_GROUPS, MORE_TAGS},
    frame::Page,
    pick,
};
use crate::ui;

/// What was sent, being read: each field into the model's type, and what is wrong where it stands.
pub(crate) struct Input<'s> {
    pub page: &'s Page,
    pub fields: &'s Fields,
    pub errors: ui::Errors,
}

impl<'s> Input<'s> {
    pub(crate) fn new(sent: &'s Submission) -> Self {
        Self {
            page: &sent.page,
            fields: &sent.fields,
            errors: ui::Errors::default(),
        }
    }

    pub(crate) fn world(&self) -> &'s World {
        &self.page.viewer.world
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.page.viewer.context.now
    }

    /// A field as it was sent.
    pub(crate) fn text(&self, name: &str) -> &'s str {
        self.fields.get(name)
    }

    /// A field read by `parse`.
    pub(crate) fn parse<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, ParseTextError>,
    ) -> Option<T> {
        let read = parse(self.text(name));
        read.map_err(|bad| self.errors.add(name, bad.0)).ok()
    }

    /// A field read by `parse`, in a form about something that is there: what it is called already
    /// it may go on to be called, whatever new names must be like.
    pub(crate) fn kept<T: Clone + Deref<Target = str>>(
        &mut self,
        name: &str,
        there: Option<&T>,
        parse: impl FnOnce(&str) -> Result<T, ParseTextError>,
    ) -> Option<T> {
        let same = there.filter(|there| ***there == *self.text(name));
        same.cloned().or_else(|| self.parse(name, parse))
    }

    /// The fields `name` and `description`, of what is called so already.
    pub(crate) fn named(&mut self, there: Option<&Name>) -> (Option<Name>, Option<Description>) {
        let name = self.kept("name", there, Name::parse);
        (name, self.parse("description", Description::parse))
    }

    /// The field `reason`.
    pub(crate) fn reason(&mut self) -> Option<Reason> {
        self.parse("reason", Reason::parse)
    }

    /// Members or owners, as a field or the address says.
    pub(crate) fn kind(&self) -> MembershipKind {
        match self.text("kind") {
            "" => kind(&self.page.query("kind")),
            sent => kind(sent),
        }
    }

    /// The people named in a field.
    pub(crate) fn people(&mut self, name: &str) -> Vec<Id<User>> {
        self.list(pick::Kind::Person, name)
    }

    /// The groups whose boxes are ticked, and those named beneath them.
    pub(crate) fn ticked_groups(&mut self) -> Vec<Id<Group>> {
        let mut all = self.ids("groups");
        all.extend(self.list(pick::Kind::Group, MORE_GROUPS.0));
        all
    }

    /// The tags whose boxes are ticked, and those named beneath them.
    pub(crate) fn ticked_tags(&mut self) -> Vec<Id<Tag>> {
        let mut all = self.ids("tags");
        let mut unknown = Vec::new();
        let pieces = self.text(MORE_TAGS.0).split([',', ';', '\n', '\r']);
        for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
            match self.world().find_tag(piece) {
                Some(tag) => all.push(tag.id),
                None => unknown.push(piece),
            }
        }
        if !unknown.is_empty() {
            self.errors.add(MORE_TAGS.0, pick::unknown("tag", &unknown));
        }
        all
    }

    fn list<T>(&mut self, kind: pick::Kind, name: &str) -> Vec<Id<T>> {
        let read = pick::Reader::new(self.page, kind).list(self.fields.all(name));
        if let Some(wrong) = read.wrong() {
            self.errors.add(name, wrong);
        }
        read.found.iter().map(|offer| Id::new(offer.id)).collect()
    }

    /// The one that a field names; what is wrong where it names none, or nothing.
    pub(crate) fn one<T>(&mut self, kind: pick::Kind, name: &str) -> Option<Id<T>> {
        let wrong = match self.fields.last(name) {
            "" => format!("name the {}", kind.word()),
            text => match pick::Reader::new(self.page, kind).one(text) {
                Ok(found) => return Some(Id::new(found.id)),
                Err(unclear) => unclear.wrong,
            },
        };
        self.errors.add(name, wrong);
        None
    }

    /// The ids sent in a field by its boxes.
    pub(crate) fn ids<T>(&mut self, name: &str) -> Vec<Id<T>> {
        let mut all = Vec::new();
        for text in self.fields.all(name) {
            match text.parse() {
                Ok(id) => all.push(id),
                Err(_) => self
                    .errors
                    .add(name, format!("`{text}` is not on the list")),
            }
        }
        all
    }

    /// The end chosen in a duration picker called `name`: seconds from now, `never`, or a date.
    pub(crate) fn ends(&mut self, name: &str) -> Option<Expiry> {
        let date = self.text(&format!("{name}_date"));
        let read = chosen_end(self.text(name), date, self.now());
        read.map_err(|wrong| self.errors.add(name, wrong)).ok()
    }

    /// Notes it where the record is another by now: what was saved in another tab, or by somebody
    /// else, is not replaced unseen. `by` is who did, where that is known.
    pub(crate) fn check_stale(&mut self, record: &impl Serialize, by: Option<String>) {
        if self.fields.has("seen") && self.text("seen") != version(record) {
            let by = by.unwrap_or_else(|| "somebody".into());
            let wrong = format!(
                "{by} saved this since you opened it. Save again to replace their version, or cancel to see it."
            );
            self.errors.add("", wrong);
        }
    }
}

/// The end that a duration picker sends: seconds from now, `never`, or `custom` and a date.
pub(crate) fn chosen_end(chosen: &str, date: &str, now: Timestamp) -> Result<Expiry, String> {
    match chosen {
        "" | "never" => Ok(Expiry::NEVER),
        "custom" if date.is_empty() => Err("choose the last day".to_owned()),
        "custom" => date
            .parse::<Timestamp>()
            .map(Expiry::at)
            .map_err(|bad| bad.to_string()),
        text => match text.parse::<i64>() {
            Ok(seconds) if seconds > 0 => Ok(Expiry::at(now.plus_seconds(seconds))),
            _ => Err(format!("`{text}` is not one of the choices; choose again")),
        },
    }
}
