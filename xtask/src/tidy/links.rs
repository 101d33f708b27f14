//! Links in the documentation: to files that exist and headings that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::rust::line_of;
use super::{Problems, Tree};

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    let headings: BTreeMap<&str, BTreeSet<String>> = tree
        .with_extension("md")
        .map(|file| (file.path.as_str(), anchors(&file.text)))
        .collect();
    // The documents at the root, and the book.
    let checked = tree
        .with_extension("md")
        .filter(|file| !file.path.contains('/') || file.path.starts_with("docs/"));
    for file in checked {
        let text = prose(&file.text);
        for (at, link) in links(&text) {
            if let Some(problem) = broken(tree, &headings, &file.path, link) {
                problems.error(
                    format_args!("{}:{}", file.path, line_of(&text, at)),
                    problem,
                );
            }
        }
    }
}

/// What is wrong with a link in `from`, if anything; links to other places are not followed.
fn broken(
    tree: &Tree,
    headings: &BTreeMap<&str, BTreeSet<String>>,
    from: &str,
    link: &str,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("//") {
        return None;
    }
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let path = path.split('?').next().unwrap_or_default();
    let target = if path.is_empty() {
        Some(from.to_owned())
    } else {
        resolve(from, path)
    };
    let Some(target) = target else {
        return Some(format!("the link `{link}` leads out of the repository"));
    };
    if !tree.root.join(&target).exists() {
        return Some(format!("the link `{link}` leads to nothing"));
    }
    let (Some(anchor), Some(known)) = (anchor, headings.get(target.as_str())) else {
        return None;
    };
    (!known.contains(anchor)).then(|| format!("`{target}` has no heading for the link `{link}`"))
}

/// The path of a link, relative to the root; `None` when it leaves it.
fn resolve(from: &str, link: &str) -> Option<String> {
    let base = if link.starts_with('/') {
        Path::new("")
    } else {
        Path::new(from).parent()?
    };
    let mut resolved = PathBuf::new();
    for part in base.join(link.trim_start_matches('/')).components() {
        match part {
            Component::ParentDir => {
                if !resolved.pop() {
                    return None;
                }
            }
            Component::Normal(name) => resolved.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(resolved.to_string_lossy().replace('\\', "/"))
}

/// The text with code blanked, fenced and inline; line breaks stay.
fn prose(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fence: Option<&str> = None;
    for line in markdown.split_inclusive('\n') {
        let start = line.trim_start();
        let marker = ["```", "~~~"]
            .into_iter()
            .find(|marker| start.starts_with(marker));
        match (fence, marker) {
            (None, None) => {
                out.push_str(&without_inline_code(line));
                continue;
            }
            (None, Some(_)) => fence = marker,
            (Some(open), Some(close)) if open == close => fence = None,
            (Some(_), _) => {}
        }
        out.push('\n');
    }
    out
}

fn without_inline_code(line: &str) -> String {
    line.split('`')
        .enumerate()
        .filter(|(index, _)| index % 2 == 0)
        .map(|(_, part)| part)
        .collect()
}

/// The targets of `[text](target)`, `![text](target)` and `[name]: target`, with where they stand.
fn links(text: &str) -> Vec<(usize, &str)> {
    let inline = text
        .match_indices("](")
        .map(|(at, _)| (at, &text[at + 2..]))
        .filter_map(|(at, rest)| {
            let end = rest.find([')', '\n'])?;
            Some((
                at,
                rest[..end]
                    .split_whitespace()
                    .next()?
                    .trim_matches(['<', '>']),
            ))
        });
    let mut start = 0;
    let named = text.split_inclusive('\n').filter_map(|line| {
        let at = start;
        start += line.len();
        let (name, target) = line.strip_prefix('[')?.split_once("]:")?;
        let is_name = !name.starts_with('^') && !name.contains(']');
        Some((at, target.split_whitespace().next()?)).filter(|_| is_name)
    });
    inline.chain(named.collect::<Vec<_>>()).collect()
}

/// The anchors of a document's headings, as GitHub and mdBook make them, and those set by hand.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    // Inline code in a heading is part of its name, so only fences are taken out.
    let mut in_fence = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        if let Some(heading) = line.strip_prefix('#') {
            let slug = slug(heading.trim_start_matches('#').trim());
            let mut unique = slug.clone();
            let mut count = 0;
            while !anchors.insert(unique.clone()) {
                count += 1;
                unique = format!("{slug}-{count}");
            }
        }
        for attribute in ["id=\"", "name=\""] {
            if let Some((_, rest)) = line.split_once(attribute)
                && let Some((id, _)) = rest.split_once('"')
            {
                anchors.insert(id.to_owned());
            }
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    heading
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    #[test]
    fn links_to_files_and_headings_that_exist_pass() {
        let told = errors(
            check,
            &[
                (
                    "README.md",
                    "[book](docs/index.md#who-has-access) [web](https://example.com/x) [me](#title)\n# Title\n",
                ),
                (
                    "docs/index.md",
                    "# Who has `access`?\n[up](../README.md) ![a](img/a.svg)\n[ref]: how/to.md\n",
                ),
                ("docs/how/to.md", "[root](/README.md) [folder](../img)\n"),
                ("docs/img/a.svg", "<svg/>"),
            ],
        );
        assert_eq!(told, Vec::<String>::new());
    }

    #[test]
    fn broken_links_are_told_with_file_and_line() {
        let told = errors(
            check,
            &[(
                "docs/a.md",
                "# A\n\n[x](missing.md)\n[y](#nowhere)\n[z]: gone.md\n[out](../../etc/passwd)\n",
            )],
        );
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(
            told[0].starts_with("docs/a.md:3: the link `missing.md`"),
            "{told:#?}"
        );
    }

    #[test]
    fn code_is_not_a_link() {
        let text = "```\n[x](missing.md)\n```\nand `[y](gone.md)` too\n";
        assert_eq!(errors(check, &[("docs/a.md", text)]), Vec::<String>::new());
    }

    #[test]
    fn headings_of_the_same_name_are_numbered() {
        let anchors = anchors("# A b\n## A b\n### C/D: e_f\n");
        assert_eq!(
            anchors.into_iter().collect::<Vec<_>>(),
            ["a-b", "a-b-1", "cd-e_f"]
        );
    }
}
