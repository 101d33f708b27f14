//! Pages that show another time than now.

use super::{convert, frame::Page};
use crate::At;

/// The time a page shows, as it says so.
pub(crate) struct AsOf {
    pub past: Option<Past>,
    /// The day asked about, for the date field; empty for now.
    pub day: String,
}

impl AsOf {
    pub(crate) fn of(page: &Page) -> Self {
        Self {
            past: past(page),
            day: match page.view.at {
                At::Now => String::new(),
                At::Past(at) => at.to_jiff().strftime("%Y-%m-%d").to_string(),
            },
        }
    }
}

/// What a page says when it shows another time than now.
pub(crate) struct Past {
    pub title: String,
    pub text: &'static str,
    pub back: String,
}

/// The banner of a page that shows another time than now.
fn past(page: &Page) -> Option<Past> {
    let At::Past(at) = page.view.at else {
        return None;
    };
    let when = convert::when(at, page.viewer.context.now).absolute();
    let (title, text) = if at < page.viewer.context.now {
        (
            format!("As it was on {when}."),
            "Nothing can be changed here.",
        )
    } else {
        (
            format!("As it will be on {when}, if nothing changes."),
            "Access that ends before then is left out.",
        )
    };
    Some(Past {
        title,
        text,
        back: page.with_query(&[("at", "")]),
    })
}
