//! Lists as tables: `?format=csv` or `Accept: text/csv`, as RFC 4180 says, a column for each value in
//! a row.

use std::{collections::HashMap, fmt};

use axum::{
    extract::OriginalUri,
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts},
    response::Response,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::{
    error::Failure,
    http::{said, text::choice},
};

choice! {
    /// As what a list is answered.
    pub(crate) enum Format {
        /// Pages of JSON.
        Json = "json",
        /// A table with a row for each, all of them up to 20,000; what there is more is at the
        /// address in the header `Link`.
        Csv = "csv",
    }
}

/// Rows of a table at most.
pub(crate) const MOST: u16 = 20_000;

/// Where a table is asked for, by the query or else by the header, which then stands in the query.
pub(crate) fn asked_for(parts: &mut Parts) -> Option<Uri> {
    let query = parts.uri.query().unwrap_or_default();
    let mut formats = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format");
    let query = match formats.next() {
        Some((_, format)) => (format == "csv").then(|| query.to_owned())?,
        None if is_accepted(&parts.headers) => {
            let joint = if query.is_empty() { "" } else { "&" };
            format!("{query}{joint}format=csv")
        }
        None => return None,
    };
    // Inside of the API the path lacks where the API is.
    let whole = parts.extensions.get::<OriginalUri>();
    let whole = whole.map_or_else(|| parts.uri.path(), |uri| uri.path());
    let asked = format!("{whole}?{query}").parse().ok()?;
    parts.uri = format!("{}?{query}", parts.uri.path()).parse().ok()?;
    Some(asked)
}

fn is_accepted(headers: &HeaderMap) -> bool {
    let kinds = said(headers, header::ACCEPT).unwrap_or_default();
    let first = kinds.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case("text/csv")
}

/// A list as it is answered in JSON, with its rows in the order of their fields.
#[derive(Deserialize)]
struct Listed {
    items: Vec<Row>,
    #[serde(default)]
    next: Option<String>,
}

/// A row as cells with the names of their columns: what is inside of something is `thing.part`.
#[derive(Debug)]
struct Row(Vec<(String, String)>);

/// A value as it stands in JSON, in the order of its fields.
#[derive(Debug)]
enum Told {
    /// A number or the like, which means no more than it says.
    Plain(String),
    One(String),
    Many(Vec<Told>),
    Fields(Vec<(String, Told)>),
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut cells = Vec::new();
        Told::deserialize(from)?.flatten(String::new(), &mut cells);
        Ok(Self(cells))
    }
}

impl Told {
    fn flatten(self, name: String, cells: &mut Vec<(String, String)>) {
        match self {
            Self::Fields(fields) => {
                for (field, value) in fields {
                    let name = if name.is_empty() {
                        field
                    } else {
                        format!("{name}.{field}")
                    };
                    value.flatten(name, cells);
                }
            }
            Self::Plain(text) => cells.push((name, text)),
            text => cells.push((name, safe(&text.told()))),
        }
    }

    /// In one cell: of several things their names.
    fn told(self) -> String {
        match self {
            Self::Plain(text) | Self::One(text) => text,
            Self::Many(all) => {
                let all: Vec<_> = all.into_iter().map(Self::told).collect();
                all.join("; ")
            }
            Self::Fields(fields) => {
                let called = ["name", "login", "label"];
                let name = called
                    .iter()
                    .find_map(|called| fields.iter().position(|(field, _)| field == called));
                let mut fields = fields;
                match name {
                    Some(at) => fields.swap_remove(at).1.told(),
                    None => {
                        let all = fields.into_iter().map(|(field, value)| {
                            let told = value.told();
                            format!("{field}: {told}")
                        });
                        all.collect::<Vec<_>>().join(", ")
                    }
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Teller)
    }
}

struct Teller;

impl<'de> Visitor<'de> for Teller {
    type Value = Told;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Told, E> {
        Ok(Told::Plain(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Told, E> {
        Ok(Told::Plain(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Told, E> {
        Ok(Told::Plain(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Told, E> {
        Ok(Told::Plain(value.to_string()))
    }
    fn visit_str<E>(self, text: &str) -> Result<Told, E> {
        Ok(Told::One(text.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<Told, E> {
        Ok(Told::One(String::new()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Told, A::Error> {
        let mut told = Vec::new();
        while let Some(one) = all.next_element()? {
            told.push(one);
        }
        Ok(Told::Many(told))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Told, A::Error> {
        let mut told = Vec::new();
        while let Some(one) = all.next_entry()? {
            told.push(one);
        }
        Ok(Told::Fields(told))
    }
}

/// The list as a table. `uri` is where it was asked for.
pub(crate) fn answer(list: &impl Serialize, uri: &Uri) -> Result<Response, Failure> {
    let bug = |bug: serde_json::Error| Failure::Internal(bug.to_string());
    let json = serde_json::to_vec(list).map_err(bug)?;
    let list: Listed = serde_json::from_slice(&json).map_err(bug)?;
    let mut response = Response::new(written(&list.items).into());
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = uri.path().rsplit('/').find(|part| is_word(part));
    let file = format!("attachment; filename=\"{}.csv\"", name.unwrap_or("list"));
    let after = list
        .next
        .map(|next| format!("<{}>; rel=\"next\"", with_after(uri, &next)));
    for (name, value) in [
        (header::CONTENT_DISPOSITION, Some(file)),
        (header::LINK, after),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

fn is_word(part: &str) -> bool {
    !part.is_empty()
        && part
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn with_after(uri: &Uri, next: &str) -> String {
    let query = uri.query().unwrap_or_default().as_bytes();
    let kept = form_urlencoded::parse(query).filter(|(name, _)| name != "after");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("after", next)
        .finish();
    format!("{}?{query}", uri.path())
}

/// All rows under a line that names the columns: every one that some row has.
fn written(rows: &[Row]) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for row in rows {
        let mut before = 0;
        for (name, _) in &row.0 {
            // A column that only some rows have stands where they have it.
            match columns.iter().position(|column| column == name) {
                Some(at) => before = at + 1,
                None => {
                    columns.insert(before, name);
                    before += 1;
                }
            }
        }
    }
    let mut text = String::new();
    if rows.is_empty() {
        return text;
    }
    line(&mut text, columns.iter().copied());
    for row in rows {
        let cells: HashMap<&str, &str> = row
            .0
            .iter()
            .map(|(name, cell)| (&**name, &**cell))
            .collect();
        let cell = |column: &&str| cells.get(column).copied().unwrap_or_default();
        line(&mut text, columns.iter().map(cell));
    }
    text
}

fn line<'c>(text: &mut String, cells: impl Iterator<Item = &'c str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        // Some spreadsheets cut at semicolons or tabs instead of commas.
        if cell.contains(['"', ',', ';', '\t', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_a_table_that_no_spreadsheet_takes_for_a_program() {
        let list = r#"{"items": [
            {"name": "=1+1", "who": {"login": "a,b", "says": "two \"words\""}, "n": -3, "ends": null},
            {"name": "+x", "in": [{"id": 1, "name": "One"}, {"name": "@Two"}], "who": {"login": "-y"}, "n": 4},
            {"name": "line\nbreak", "in": [], "is": true, "n": 0.5}
        ], "total": 3, "next": "6162"}"#;
        let list: serde_json::Value = serde_json::from_str(list).unwrap();
        let uri: Uri = "/api/v1/users/x/things?q=a%20b&after=00&format=csv"
            .parse()
            .unwrap();
        let answered = answer(&list, &uri).unwrap();
        let told = |name| answered.headers()[name].to_str().unwrap();
        assert_eq!(
            told(header::CONTENT_TYPE),
            "text/csv; charset=utf-8; header=present"
        );
        assert_eq!(
            told(header::CONTENT_DISPOSITION),
            "attachment; filename=\"things.csv\""
        );
        assert_eq!(
            told(header::LINK),
            "</api/v1/users/x/things?q=a+b&format=csv&after=6162>; rel=\"next\""
        );
        let list: Listed = serde_json::from_str(
            r#"{"items": [
                {"name": "=1+1", "who": {"login": "a,b", "says": "two \"words\""}, "n": -3, "ends": null},
                {"name": "+x", "in": [{"id": 1, "name": "One"}, {"name": "@Two"}], "who": {"login": "-y"}, "n": 4},
                {"name": "line\nbreak", "in": [], "is": true, "n": 0.5}
            ]}"#,
        )
        .unwrap();
        let table = [
            "name,in,is,who.login,who.says,n,ends",
            "'=1+1,,,\"a,b\",\"two \"\"words\"\"\",-3,",
            "'+x,\"One; @Two\",,'-y,,4,",
            "\"line\nbreak\",,true,,,0.5,",
            "",
        ];
        assert_eq!(written(&list.items), table.join("\r\n"));
    }
}
