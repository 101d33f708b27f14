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

impl Page {
    /// The time the page shows.
    pub(crate) fn as_of(&self) -> AsOf {
        let (At::Past(at), now) = (self.view.at, self.viewer.context.now) else {
            return AsOf::default();
        };
        let when = convert::when(at, now).absolute();
        let (title, text) = if at < now {
            let title = format!("As it was on {when}.");
            (title, "Nothing can be changed here.")
        } else {
            let title = format!("As it will be on {when}, if nothing changes.");
            (title, "Access that ends before then is left out.")
        };
        AsOf {
            title,
            text,
            back: self.with_query(&[("at", "")]),
            day: at.to_jiff().strftime("%Y-%m-%d").to_string(),
        }
    }
}
