//! Rules and cases as text to edit: what fits on a line stands on one, and members stand in the
//! order in which one reads them.

use serde_json::Value;

/// Longer lines than this are broken.
const WIDTH: usize = 88;

/// The members that come first, in this order; others follow by name.
const FIRST: [&str; 11] = [
    "name",
    "access",
    "where",
    "rsrc_type",
    "action",
    "type",
    "rsrc_match",
    "attributes",
    "expect",
    "rule",
    "$meta",
];

/// The value as text.
pub(super) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, 0, &mut out);
    out
}

fn ordered(map: &serde_json::Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |key: &str| FIRST.iter().position(|first| *first == key);
    let mut all: Vec<_> = map.iter().collect();
    all.sort_by_key(|(key, _)| (place(key).unwrap_or(FIRST.len()), *key));
    all
}

/// The value on one line.
fn line(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let members: Vec<_> = ordered(map)
                .into_iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), line(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// Writes `value` at `indent`; `before` is how much of its first line is taken.
fn write(value: &Value, indent: usize, before: usize, out: &mut String) {
    let whole = line(value);
    let is_outermost = indent == 0 && matches!(value, Value::Array(items) if !items.is_empty());
    let (open, close, parts) = match value {
        _ if !is_outermost && before + whole.chars().count() <= WIDTH => {
            out.push_str(&whole);
            return;
        }
        Value::Array(items) => {
            let parts: Vec<_> = items.iter().map(|item| (String::new(), item)).collect();
            ('[', ']', parts)
        }
        Value::Object(map) => {
            let parts = ordered(map)
                .into_iter()
                .map(|(key, value)| (format!("{}: ", Value::from(key.as_str())), value));
            ('{', '}', parts.collect())
        }
        _ => {
            out.push_str(&whole);
            return;
        }
    };
    out.push(open);
    let last = parts.len().saturating_sub(1);
    for (at, (key, part)) in parts.into_iter().enumerate() {
        let indent = indent + 2;
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(&key);
        write(part, indent, indent + key.chars().count() + 1, out);
        if at < last {
            out.push(',');
        }
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    out.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stands_on_one_line_and_comes_back_the_same() {
        let rules = json!([
            { "access": "allow", "where": { "rsrc_type": "doc", "action": "read", "rsrc_match": [] } },
            { "$meta": "a note", "access": "deny", "where": { "rsrc_type": "doc", "action": ["read", "write"],
              "rsrc_match": [["@sealed", "=", true], { "$or": [["@a", "$in", ["one", "two", "three"]], ["@b", "=", 1]] }] } },
        ]);
        let text = pretty(&rules);
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), rules);
        assert_eq!(
            text,
            r#"[
  {
    "access": "allow",
    "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": []}
  },
  {
    "access": "deny",
    "where": {
      "rsrc_type": "doc",
      "action": ["read", "write"],
      "rsrc_match": [
        ["@sealed", "=", true],
        {"$or": [["@a", "$in", ["one", "two", "three"]], ["@b", "=", 1]]}
      ]
    },
    "$meta": "a note"
  }
]"#
        );
        assert_eq!(pretty(&json!([])), "[]");
    }
}
