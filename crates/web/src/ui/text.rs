//! Text cut to where there is room for it.

/// Text cut to `max` characters, the last of them an ellipsis.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let short: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", short.trim_end())
}

/// Text cut to `max` characters in its middle: what names of one kind differ in stands at their
/// ends.
/// A sentence as it stands on a page: it begins with a capital, and what stands in it as it is typed is
/// marked by nothing.
pub(crate) fn plain(sentence: &str) -> String {
    let mut letters = sentence.chars().filter(|letter| *letter != '`');
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

pub(crate) fn cut_middle(text: &str, max: usize) -> String {
    let count = text.chars().count();
    if count <= max {
        return text.to_owned();
    }
    let end = max.saturating_sub(1) / 2;
    let start = max.saturating_sub(1 + end);
    let head: String = text.chars().take(start).collect();
    let tail: String = text.chars().skip(count - end).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_characters_not_bytes() {
        assert_eq!(cut("ééééé", 5), "ééééé");
        assert_eq!(cut("ééé éé", 5), "ééé…");
    }

    #[test]
    fn a_cut_in_the_middle_keeps_both_ends() {
        assert_eq!(cut_middle("App-Ledger-Readers", 18), "App-Ledger-Readers");
        assert_eq!(cut_middle("App-Accounting-Readers", 11), "App-A…aders");
        assert_eq!(cut_middle("ééééééé", 4), "éé…é");
    }
}
