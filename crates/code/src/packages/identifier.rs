//! What a key is called where strings are not enough: from its ASCII letters and digits, so that it reads
//! alike in every language; any other character is named by its number.

/// The words of a key: runs of letters and digits, and a new one where a capital follows a small letter.
fn words(key: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in key.chars() {
        let turns = c.is_ascii_uppercase()
            && word
                .ends_with(|before: char| before.is_ascii_lowercase() || before.is_ascii_digit());
        if !c.is_ascii_alphanumeric() || turns {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else if !c.is_ascii() {
            words.push(numbered(c));
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    if words.is_empty() {
        words = key.chars().map(numbered).collect();
    }
    if words
        .first()
        .is_none_or(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    {
        words.insert(0, "KEY".to_owned());
    }
    words
}

fn numbered(c: char) -> String {
    format!("U{:04X}", u32::from(c))
}

/// `QUERY_SOME_OBJECT`
pub(super) fn screaming(key: &str) -> String {
    words(key).join("_").to_ascii_uppercase()
}

/// `QuerySomeObject`
pub(super) fn pascal(key: &str) -> String {
    let mut name = String::new();
    for word in words(key) {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(&rest.to_ascii_lowercase());
    }
    name
}

/// As `pascal`, but for the names that a variant cannot have: a keyword, and the constant beside it.
pub(super) fn variant(key: &str) -> String {
    match pascal(key) {
        name if name == "Self" || name == "ALL" => name + "_",
        name => name,
    }
}
