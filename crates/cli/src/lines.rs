//! On which line of a JSON file something stands that is named by a pointer, as in `/teams/0/name`.

use std::collections::HashMap;

use serde_json::value::RawValue;

/// The lists and objects of a file that were looked into, each read once.
pub(crate) struct Lines<'a> {
    text: &'a str,
    known: HashMap<String, HashMap<String, &'a RawValue>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let known = HashMap::new();
        // What reads the file passes over a byte-order mark, too.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { text, known }
    }

    /// The line, from 1, of what `pointer` names, or of the nearest around it that is there.
    pub(crate) fn of(&mut self, pointer: &str) -> Option<usize> {
        let mut place: &'a RawValue = serde_json::from_str(self.text).ok()?;
        let mut around = String::new();
        for part in pointer.strip_prefix('/')?.split('/') {
            let inside = self.known.entry(around.clone());
            let inside = inside.or_insert_with(|| children(place));
            let Some(next) = inside.get(&part.replace("~1", "/").replace("~0", "~")) else {
                break;
            };
            place = next;
            around.push('/');
            around.push_str(part);
        }
        // What was read lies in the text.
        let at = (place.get().as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let before = self.text.as_bytes().get(..at)?;
        Some(1 + before.iter().filter(|byte| **byte == b'\n').count())
    }
}

/// What is in a list, by number, or in an object, by key.
fn children(of: &RawValue) -> HashMap<String, &RawValue> {
    if let Ok(object) = serde_json::from_str(of.get()) {
        return object;
    }
    let list: Vec<_> = serde_json::from_str(of.get()).unwrap_or_default();
    let numbered = list.into_iter().enumerate();
    numbered.map(|(n, it)| (n.to_string(), it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pointer_names_is_found_in_the_text() {
        let text = "{\n  \"people\": [],\n  \"teams\": [\n    {\"name\": \"a\"},\n    {\n      \"a/b\": 1,\n\n      \"name\": \"b\"}]}\n";
        let marked = format!("\u{feff}{text}");
        let (mut lines, mut of_marked) = (Lines::new(text), Lines::new(&marked));
        for (pointer, line) in [
            ("/people", Some(2)),
            ("/teams/0/name", Some(4)),
            ("/teams/1/name", Some(8)),
            ("/teams/1/a~1b", Some(6)),
            // Not said: where it would stand.
            ("/teams/1/members/3", Some(5)),
            ("name", None),
        ] {
            assert_eq!(lines.of(pointer), line, "{pointer}");
            assert_eq!(of_marked.of(pointer), line, "{pointer}");
        }
    }
}
