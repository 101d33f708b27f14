//! Things named in the address of a page that only asks, such as whom to compare with whom.

use axum::Json;

use super::{
    frame::Page,
    pick::{Kind, Offer, Reader},
};
use crate::{Web, error::Failure, ui};

/// A field in which something is asked about, and what it means.
pub(crate) struct Asked {
    pub kind: Kind,
    pub field: &'static str,
    pub label: &'static str,
    pub text: String,
    pub found: Option<Offer>,
    /// What the text may mean, where it names nothing alone.
    pub offers: Vec<ui::Link>,
    /// That it names what came after the time that is shown.
    pub later: String,
}

impl Asked {
    /// What a query parameter's `text` means: what it names, `me`, or the only match of a search.
    pub(crate) fn of(
        page: &Page,
        kind: Kind,
        field: &'static str,
        label: &'static str,
        text: String,
    ) -> Self {
        let me = page.world().user(page.viewer.id);
        let me = me.filter(|_| kind == Kind::Person && text == "me");
        let (mut found, mut offers) = (me.map(Offer::user), Vec::new());
        if found.is_none() && !text.is_empty() {
            match Reader::shown(page, kind).one(&text) {
                Ok(one) => found = Some(one),
                Err(mut unclear) if unclear.offers.len() == 1 => found = unclear.offers.pop(),
                Err(unclear) => offers = unclear.offers,
            }
        }
        let offers = offers.into_iter().map(|offer| {
            let there = page.with_query(&[(field, &offer.text)]);
            ui::Link::new(offer.in_full(), there)
        });
        Self {
            kind,
            field,
            label,
            offers: offers.collect(),
            text: found.as_ref().map_or(text, |offer| offer.text.clone()),
            found,
            later: String::new(),
        }
    }

    /// The same, which also tells of what came only after the time that is shown.
    pub(crate) async fn or_later(mut self, web: &Web, page: &Page) -> Result<Self, Failure> {
        if self.found.is_some() || !self.offers.is_empty() || self.text.is_empty() {
            return Ok(self);
        }
        let Ok(there) = Reader::new(page, self.kind).one(&self.text) else {
            return Ok(self);
        };
        if let Some(came) = page.came(web, there.id).await? {
            let came = page.when(&came).date();
            self.later = format!("{} came on {came} and was not there yet.", there.label);
        }
        Ok(self)
    }
}

/// What a picker asks for while somebody types: `?kind=` and `?q=`.
pub(crate) async fn json(page: Page) -> Json<Vec<Offer>> {
    let (kind, text) = (Kind::parse(&page.query("kind")), page.query("q"));
    let offers = kind.map(|kind| Reader::shown(&page, kind).offers(&text));
    Json(offers.unwrap_or_default())
}
