//! What waits for one person, as one message.

use portcullis_model::Position;

use super::{
    about::About,
    event::Event,
    notice::Notice,
    sentence::{end_of, in_short, of_notice},
};

/// The most lines of a message; what is more is counted.
const MOST: usize = 50;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// What it is about, in few words.
    pub subject: String,
    /// What it says, one line for each notice.
    pub lines: Vec<Line>,
    /// How many more there are.
    pub more: usize,
}

/// One thing to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The sentence.
    pub text: String,
    /// Somebody's reason, in their words; may be empty.
    pub reason: String,
    /// Where on the portal more is said.
    pub path: String,
}

impl Digest {
    /// One message of all `notices`, in their order, ends first that come first. What is said twice is said once.
    #[must_use]
    pub fn of(notices: &[Notice]) -> Self {
        let mut all: Vec<&About> = Vec::new();
        for notice in notices {
            if !all.contains(&&notice.about) {
                all.push(&notice.about);
            }
        }
        all.sort_by_key(|about| end_of(about));
        let lines = all.iter().take(MOST).map(|about| Line {
            text: of_notice(about),
            reason: about.reason().to_owned(),
            path: about.path(),
        });
        Self {
            subject: subject(&all),
            lines: lines.collect(),
            more: all.len().saturating_sub(MOST),
        }
    }
}

impl Digest {
    /// One message of events, in their order, each with the place in the log where more is said.
    #[must_use]
    pub fn of_events(events: &[(Position, Event)]) -> Self {
        let lines = events.iter().take(MOST).map(|(position, event)| Line {
            text: event.text.clone(),
            reason: String::new(),
            path: format!("/activity/{position}"),
        });
        Self {
            subject: match events {
                [(_, one)] => one.text.trim_end_matches('.').to_owned(),
                _ => format!("{} changes", events.len()),
            },
            lines: lines.collect(),
            more: events.len().saturating_sub(MOST),
        }
    }
}

fn subject(all: &[&About]) -> String {
    if let [one] = all {
        return in_short(one);
    }
    let count = all.len();
    let every = |is: fn(&About) -> bool| all.iter().all(|about| is(about));
    if every(|about| matches!(about, About::Asked { .. })) {
        format!("{count} requests need your decision")
    } else if every(|about| matches!(about, About::Decided { .. })) {
        format!("{count} of your requests were decided")
    } else if every(|about| matches!(about, About::Ending { .. })) {
        format!("{count} of your accesses end soon")
    } else {
        format!("{count} notices about access")
    }
}
