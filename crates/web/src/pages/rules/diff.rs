//! What a change does by rules, as previews show it: who may do what that they might not, and the
//! other way round, by requests that get another answer.

use portcullis_app::{
    Preview,
    decide::{AffectedUsers, DecisionChange, RulesDiff},
};

use crate::pages::convert;
use crate::ui;

/// More requests than this are counted for one set of people.
const MOST_TURNS: usize = 40;
/// So many people are listed by name.
const MOST_NAMES: usize = 50;

/// What a preview does by rules, to be drawn.
pub(crate) fn shown(preview: &Preview, diff: &RulesDiff) -> ui::RulesDiff {
    ui::RulesDiff {
        people: diff.people,
        shifts: diff.shifts.iter().map(|s| shift(preview, s)).collect(),
        not_compared: diff.not_compared,
    }
}

fn shift(preview: &Preview, shift: &AffectedUsers) -> ui::AffectedUsers {
    let user = |id| preview.after.user(id).or_else(|| preview.before.user(id));
    let mut names: Vec<_> = shift.people.iter().filter_map(|id| user(*id)).collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    ui::AffectedUsers {
        people: shift.people.len(),
        names_more: names.len().saturating_sub(MOST_NAMES),
        names: names
            .into_iter()
            .take(MOST_NAMES)
            .map(convert::user)
            .collect(),
        lines_more: shift.turns.len().saturating_sub(MOST_TURNS),
        lines: shift
            .turns
            .iter()
            .take(MOST_TURNS)
            .map(|turn| line(turn, shift.people.len()))
            .collect(),
        exhaustive: shift.exhaustive,
    }
}

fn line(turn: &DecisionChange, people: usize) -> ui::DecisionChange {
    let (mut conditions, mut of_people) = (Vec::new(), Vec::new());
    for (name, value) in &turn.attributes {
        match (turn.linked.get(name), name.strip_prefix("subject.")) {
            (Some(own), _) => conditions.push(format!("{name} = @{own}")),
            (None, None) => conditions.push(format!("{name} = {value}")),
            (None, Some(_)) if turn.linked.values().any(|own| own == name) => {}
            (None, Some(own)) => of_people.push(format!("{own} = {value}")),
        }
    }
    ui::DecisionChange {
        sign: if turn.allowed {
            ui::Sign::Gains
        } else {
            ui::Sign::Loses
        },
        action: turn.action.to_string(),
        kind: turn.resource_type.to_string(),
        conditions,
        of_people,
        for_whom: match turn.people {
            0 => "seen for none of them with what is known of them".to_owned(),
            count if count == people => String::new(),
            count => format!("seen for {count} of them with what is known of them"),
        },
    }
}
