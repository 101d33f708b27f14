//! Pages that show another time than now.

use super::{convert, frame::Page};
use crate::At;

/// The time a page shows, as it says so; all of it is empty for now.
#[derive(Default)]
pub(crate) struct AsOf {
    pub title: String,
    pub text: &'static str,
    /// Where the page shows the present.
    pub back: String,
    /// The day asked about, for the date field.
    pub day: String,
}

impl AsOf {
    pub(crate) fn of(page: &Page) -> Self {
        let (At::Past(at), now) = (page.view.at, page.viewer.context.now) else {
            return Self::default();
        };
        let when = convert::when(at, now).absolute();
        let (title, text) = if at < now {
            let title = format!("As it was on {when}.");
            (title, "Nothing can be changed here.")
        } else {
            let title = format!("As it will be on {when}, if nothing changes.");
            (title, "Access that ends before then is left out.")
        };
        Self {
            title,
            text,
            back: page.with_query(&[("at", "")]),
            day: at.to_jiff().strftime("%Y-%m-%d").to_string(),
        }
    }
}
