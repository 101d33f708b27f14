//! What the targets are asked about: a rule list, what is known before any resource is seen, and requests.
//!
//! An input is read in one of two ways. One that begins with `{` is JSON, so that a seed or a found failure can be
//! read and written by people. Any other is a row of choices from small pools, which reaches deep where changing
//! bytes of JSON would mostly give what is refused.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use portcullis_rules::{
    Condition, ConditionSet, Number, Operand, Operator, Rule, RuleList, SlugSet, Value,
};
use serde_json::Value as Json;

/// A resource's attributes.
pub type Row = BTreeMap<String, Value>;

/// What begins the name of an attribute that is known to be missing unless it is given in `known`.
pub const COMPLETE: &str = "s.";

/// The names of attributes, types and actions that choices are made from.
const NAMES: [&str; 5] = ["a", "b", "c", "*", "other"];
const KNOWN: [&str; 2] = ["s.a", "s.b"];
const TEXTS: [&str; 18] = [
    "", "0", "1", "5", "5.0", "1e3", "-1", "true", "x", "ab", "AB", "abc", "é", "É", "\u{212a}",
    "k", "\0", "a\0b",
];
const PATTERNS: [&str; 26] = [
    "^a", "b$", "^ab$", "b", "^", "[a-z]+", "(x|ab)$", "^ab.c?", "(?i)ab", "*b", "a*", "*b*", "(",
    "\\d", "*", "\0*", "^a(b+)?$", "É", "(?i)É.?", "[^b]c$", "a{0,2}b", "^(?:a|é)+$", "k$",
    "\\bab\\b", "(?m)^b", "x?$",
];

/// One input, read.
#[derive(Debug)]
pub struct Case {
    pub rules: RuleList,
    pub known: Row,
    pub requests: Vec<Request>,
}

#[derive(Debug)]
pub struct Request {
    pub action: String,
    pub kind: String,
    pub row: Row,
}

impl Case {
    /// Reads an input; `None` if it is JSON but no case.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.first() == Some(&b'{') {
            return Self::from_json(&serde_json::from_slice(bytes).ok()?);
        }
        Self::choose(&mut Unstructured::new(bytes)).ok()
    }

    /// The case as an input that reads back as it, for the message of a failure.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let row =
            |row: &Row| -> Json { row.iter().map(|(k, v)| (k.clone(), v.to_json())).collect() };
        let requests = self.requests.iter().map(|request| {
            serde_json::json!({"action": request.action, "type": request.kind, "attributes": row(&request.row)})
        });
        serde_json::json!({
            "rules": self.rules.to_json(),
            "known": row(&self.known),
            "requests": requests.collect::<Vec<_>>(),
        })
    }

    fn from_json(json: &Json) -> Option<Self> {
        let text = |json: &Json, key| Some(json.get(key)?.as_str()?.to_owned());
        let requests = json.get("requests")?.as_array()?.iter().map(|request| {
            Some(Request {
                action: text(request, "action")?,
                kind: text(request, "type")?,
                row: row_from(request.get("attributes")?)?,
            })
        });
        Some(Self {
            rules: RuleList::from_json_value(json.get("rules")?).ok()?,
            known: json.get("known").map_or(Some(Row::new()), row_from)?,
            requests: requests.collect::<Option<_>>()?,
        })
    }

    fn choose(u: &mut Unstructured<'_>) -> Result<Self> {
        let rules = many(u, 12, rule)?.into_iter().collect();
        let requests = many(u, 6, request)?;
        let known = row(u, &["a", "s.a", "s.b"])?;
        Ok(Self {
            rules,
            known,
            requests,
        })
    }
}

fn row_from(json: &Json) -> Option<Row> {
    let entries = json.as_object()?.iter();
    Some(
        entries
            .map(|(k, v)| (k.clone(), Value::from_json(v)))
            .collect(),
    )
}

fn many<T>(
    u: &mut Unstructured<'_>,
    most: usize,
    one: fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let len = u.int_in_range(0..=most)?;
    (0..len).map(|_| one(u)).collect()
}

fn rule(u: &mut Unstructured<'_>) -> Result<Rule> {
    let rule = if u.arbitrary()? {
        Rule::allow()
    } else {
        Rule::deny()
    };
    let rule = rule.on_types(names(u)?).actions(names(u)?);
    let conditions = (0..u.int_in_range(0..=3)?)
        .map(|_| set(u, 3))
        .collect::<Result<Vec<_>>>()?;
    Ok(rule.when(ConditionSet::And(conditions)))
}

fn names(u: &mut Unstructured<'_>) -> Result<SlugSet> {
    Ok(match u.int_in_range(0..=5)? {
        0 | 1 => SlugSet::Any,
        2 => SlugSet::except(many(u, 2, name)?),
        3 => SlugSet::only(many(u, 3, name)?),
        _ => SlugSet::only([name(u)?]),
    })
}

fn name(u: &mut Unstructured<'_>) -> Result<&'static str> {
    u.choose(&NAMES).copied()
}

fn set(u: &mut Unstructured<'_>, depth: usize) -> Result<ConditionSet> {
    let items = |u: &mut Unstructured<'_>| -> Result<Vec<ConditionSet>> {
        (0..u.int_in_range(0..=3)?)
            .map(|_| set(u, depth - 1))
            .collect()
    };
    Ok(match u.int_in_range(0..=4)? {
        0 if depth > 0 => ConditionSet::And(items(u)?),
        1 if depth > 0 => ConditionSet::Or(items(u)?),
        _ => ConditionSet::Leaf(condition(u)?),
    })
}

fn condition(u: &mut Unstructured<'_>) -> Result<Condition> {
    let op = *u.choose(&Operator::ALL)?;
    let left = if u.ratio(4, 5)? {
        attribute(u)?
    } else {
        literal(u, op)?
    };
    let right = if u.ratio(4, 5)? {
        literal(u, op)?
    } else {
        attribute(u)?
    };
    Ok(Condition { left, op, right })
}

fn attribute(u: &mut Unstructured<'_>) -> Result<Operand> {
    let pool: &[&str] = if u.ratio(1, 6)? { &KNOWN } else { &NAMES };
    Ok(Operand::attribute(u.choose(pool)?))
}

fn literal(u: &mut Unstructured<'_>, op: Operator) -> Result<Operand> {
    Ok(match op.positive().0 {
        Operator::In | Operator::Intersects => many(u, 9, value)?.into(),
        Operator::Like | Operator::Match | Operator::MatchFold => text(u, &PATTERNS)?.into(),
        _ => value(u)?.into(),
    })
}

fn text(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    if u.ratio(3, 4)? {
        u.choose(known).map(|text| (*text).to_owned())
    } else {
        // Long texts only make patterns slow to compile.
        let text: &str = u.arbitrary()?;
        Ok(text.chars().take(8).collect())
    }
}

fn value(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=9)? {
        0 => Value::Null,
        1 => u.arbitrary::<bool>()?.into(),
        2 => u.int_in_range(-1_i64..=5)?.into(),
        3 => u.arbitrary::<u64>()?.into(),
        4 => Number::from_f64(u.arbitrary()?).map_or(Value::Null, Value::Number),
        5 => many(u, 2, value)?.into(),
        6 => Value::from_json(&serde_json::json!({})),
        _ => text(u, &TEXTS)?.into(),
    })
}

fn request(u: &mut Unstructured<'_>) -> Result<Request> {
    Ok(Request {
        action: name(u)?.to_owned(),
        kind: if u.ratio(1, 30)? {
            String::new()
        } else {
            name(u)?.to_owned()
        },
        row: row(u, &NAMES)?,
    })
}

fn row(u: &mut Unstructured<'_>, names: &[&str]) -> Result<Row> {
    let mut row = Row::new();
    for name in names {
        if u.ratio(4, 5)? {
            row.insert((*name).to_owned(), value(u)?);
        }
    }
    Ok(row)
}
