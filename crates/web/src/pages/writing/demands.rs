//! What tags demand, told before somebody fills in a form: limits, reasons, no self-add. The guard
//! decides; here it is only explained.

use portcullis_model::{Group, Id, MembershipKind, Tag, Timestamp, User, World};

use super::form::{Banner, Field, Text, Values};
use crate::ui;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

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

/// What stands in the way of giving somebody a kind of place, and the tags to blame.
#[derive(Default)]
pub(crate) struct Demands<'w> {
    /// The shortest limit in seconds.
    pub limit: Option<(i64, &'w Tag)>,
    /// Where a reason is demanded.
    pub reason: Option<(&'w Group, &'w Tag)>,
    /// Where nobody may add themself.
    pub no_self: Option<(&'w Group, &'w Tag)>,
}

impl<'w> Demands<'w> {
    /// Of a place in `group`, also by what that place leads to.
    pub(crate) fn of_place(
        world: &'w World,
        group: &'w Group,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Self {
        let mut all = Self::of_inclusion(world, group, kind);
        if kind == MembershipKind::Member {
            for (reached, kind) in world.reach(group.id, now) {
                all.note(world, reached, kind);
            }
        }
        all
    }

    /// Of letting a role's members into `target`.
    pub(crate) fn of_inclusion(world: &'w World, target: &'w Group, kind: MembershipKind) -> Self {
        let mut all = Self::default();
        if target.is_managed() {
            all.limit = world
                .tags_on(target)
                .filter(|tag| tag.enabled)
                .filter_map(|tag| Some((tag.constraints.limit(kind)?.seconds(), tag)))
                .min_by_key(|(seconds, _)| *seconds);
            all.note(world, target, kind);
        }
        all
    }

    fn note(&mut self, world: &'w World, group: &'w Group, kind: MembershipKind) {
        for tag in world.tags_on(group).filter(|tag| tag.enabled) {
            if tag.constraints.reason_required(kind) {
                self.reason.get_or_insert((group, tag));
            }
            if tag.constraints.self_add_disallowed(kind) {
                self.no_self.get_or_insert((group, tag));
            }
        }
    }

    /// The picker of lengths, cut to the limit.
    pub(crate) fn durations(
        &self,
        values: &Values,
        errors: &ui::Errors,
        now: Timestamp,
    ) -> ui::Durations {
        let most = self.limit.map(|(seconds, _)| seconds);
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
        if let Some((seconds, tag)) = self.limit {
            let note = format!("the tag {} allows {}", tag.name, length(seconds));
            durations = durations.at_most(date(now.plus_seconds(seconds)), note);
        }
        durations
    }

    /// The field for the reason, marked where one is demanded.
    pub(crate) fn reason_field(&self, values: &Values, help: &str) -> Field {
        let text = Text::new("reason", "Reason", values.text("reason", ""));
        Field::Lines(match self.reason {
            None => text.help(help),
            Some((group, tag)) => text.required().help(format!(
                "The tag {} on {} asks for a reason. {help}",
                tag.name, group.name
            )),
        })
    }

    /// Says that the viewer cannot add themself, where that is so.
    pub(crate) fn self_add_banner(
        &self,
        world: &World,
        viewer: Id<User>,
        group: &Group,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Option<Banner> {
        let (where_, tag) = self.no_self.filter(|_| !world.is_admin(viewer, now))?;
        Some(
            Banner::new(
                ui::Level::Info,
                "You cannot add yourself here.",
                format!(
                    "The tag {} on {} stops you giving yourself {}. Ask another owner.",
                    tag.name,
                    where_.name,
                    kind.noun()
                ),
            )
            .leading(
                "Ask for it instead",
                format!("/requests/new?group={}&kind={kind}", group.id),
            ),
        )
    }
}

/// A length in words: `36 hours`, `30 days`.
pub(crate) fn length(seconds: i64) -> String {
    let (count, unit) = match seconds {
        s if s % DAY == 0 => (s / DAY, "day"),
        s if s % HOUR == 0 => (s / HOUR, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

fn date(at: Timestamp) -> jiff::civil::Date {
    at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// What a tag demands, in a few words.
pub(crate) fn in_words(tag: &Tag) -> String {
    let c = &tag.constraints;
    let mut all = Vec::new();
    if !tag.enabled {
        all.push("switched off".to_owned());
    }
    if let Some(limit) = c.member_time_limit {
        all.push(format!("members at most {}", length(limit.seconds())));
    }
    if let Some(limit) = c.owner_time_limit {
        all.push(format!("owners at most {}", length(limit.seconds())));
    }
    let who = |member, owner| match (member, owner) {
        (true, true) => Some("members and owners"),
        (true, false) => Some("members"),
        (false, true) => Some("owners"),
        (false, false) => None,
    };
    if let Some(who) = who(c.require_member_reason, c.require_owner_reason) {
        all.push(format!("a reason for {who}"));
    }
    if let Some(who) = who(
        c.disallow_self_add_membership,
        c.disallow_self_add_ownership,
    ) {
        all.push(format!("owners cannot add themselves to the {who}"));
    }
    if all.is_empty() {
        return "demands nothing".into();
    }
    all.join(", ")
}
