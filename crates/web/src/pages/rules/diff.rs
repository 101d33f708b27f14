//! What a change does by rules, as previews show it: who may do what that they might not, and the
//! other way round, by requests that get another answer.

use portcullis_app::{
    Preview,
    decide::{AffectedUsers, DecisionChange},
};

use crate::pages::{convert, list::Few};
use crate::ui;

/// More requests than this are counted for one set of people.
pub(crate) const MOST_TURNS: usize = 40;
/// So many people are listed by name.
const MOST_NAMES: usize = 50;

/// How many requests of a set of people are left out.
pub(crate) fn more_turns(shift: &AffectedUsers) -> usize {
    shift.turns.len().saturating_sub(MOST_TURNS)
}

/// The people whose rules change alike, by name.
pub(crate) fn names(preview: &Preview, shift: &AffectedUsers) -> Few<ui::Entity> {
    let user = |id| preview.after.user(id).or_else(|| preview.before.user(id));
    let mut names: Vec<_> = shift.people.iter().filter_map(|id| user(*id)).collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    Few::of(MOST_NAMES, names, convert::user)
}

/// What must hold for a request to get another answer, and what of the people.
pub(crate) fn conditions(turn: &DecisionChange) -> (Vec<String>, Vec<String>) {
    let (mut conditions, mut of_people) = (Vec::new(), Vec::new());
    for (name, value) in &turn.attributes {
        match (turn.linked.get(name), name.strip_prefix("subject.")) {
            (Some(own), _) => conditions.push(format!("{name} = @{own}")),
            (None, None) => conditions.push(format!("{name} = {value}")),
            (None, Some(_)) if turn.linked.values().any(|own| own == name) => {}
            (None, Some(own)) => of_people.push(format!("{own} = {value}")),
        }
    }
    (conditions, of_people)
}

/// For whom it was seen, where not for all.
pub(crate) fn for_whom(turn: &DecisionChange, shift: &AffectedUsers) -> String {
    match turn.people {
        0 => "seen for none of them with what is known of them".to_owned(),
        count if count == shift.people.len() => String::new(),
        count => format!("seen for {count} of them with what is known of them"),
    }
}
