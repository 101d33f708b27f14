//! Putting an optional filter into SQL only where it is wanted: `$2 IS NULL OR …` costs an index.

use std::borrow::Cow;

use crate::db::Value;

/// A statement under construction.
pub(crate) struct Query {
    sql: String,
    values: Vec<Value>,
    conditions: usize,
}

impl Query {
    pub(crate) fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            values: Vec::new(),
            conditions: 0,
        }
    }

    /// The placeholder of one more value.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The placeholders of several more values, for `IN (…)`.
    pub(crate) fn values<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> String {
        let places: Vec<_> = values.into_iter().map(|v| self.value(v)).collect();
        places.join(", ")
    }

    /// The condition that a column has one of some values; never true where there are none.
    pub(crate) fn one_of<V: Into<Value>>(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) -> String {
        match self.values(values).as_str() {
            "" => "1 = 0".to_owned(),
            places => format!("{column} IN ({places})"),
        }
    }

    /// More text before the first condition.
    pub(crate) fn push(&mut self, text: &str) {
        self.sql += text;
    }

    /// One more condition.
    pub(crate) fn and(&mut self, condition: &str) {
        let word = if self.conditions == 0 {
            " WHERE "
        } else {
            " AND "
        };
        self.conditions += 1;
        self.sql += word;
        self.sql += condition;
    }

    /// One more condition about one value, whose place is `{}`.
    pub(crate) fn and_value(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.value(value);
        self.and(&condition.replace("{}", &place));
    }

    /// The text and values, with the end of the statement.
    pub(crate) fn ending(self, end: &str) -> (Cow<'static, str>, Vec<Value>) {
        ((self.sql + end).into(), self.values)
    }
}

/// The pattern for `LIKE … ESCAPE '!'` that finds `text` anywhere in a folded column.
pub(crate) fn anywhere(text: &str) -> String {
    format!("%{}%", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}
