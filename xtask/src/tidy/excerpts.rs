//! Code in the documentation that is said to stand in a file: it does, word for word.
//!
//! A block that begins with three backticks, a language and `from PATH` is an excerpt of the file at PATH.

use super::{Problems, Tree};

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    for file in tree.with_extension("md") {
        for excerpt in excerpts(&file.text) {
            let source = tree.files.iter().find(|other| other.path == excerpt.path);
            let at = format!("{}:{}", file.path, excerpt.line);
            match source {
                None => problems.error(at, format_args!("there is no file `{}`", excerpt.path)),
                Some(source) if !source.text.contains(&excerpt.code) => problems.error(
                    at,
                    format_args!("the excerpt does not stand so in `{}`", excerpt.path),
                ),
                Some(_) => {}
            }
        }
    }
}

struct Excerpt<'t> {
    line: usize,
    path: &'t str,
    code: String,
}

fn excerpts(text: &str) -> Vec<Excerpt<'_>> {
    let mut all = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some((_, path)) = line
            .strip_prefix("```")
            .and_then(|info| info.split_once(" from "))
        else {
            continue;
        };
        let code = lines.by_ref().map(|(_, line)| line);
        let code: Vec<_> = code.take_while(|line| !line.starts_with("```")).collect();
        all.push(Excerpt {
            line: number + 1,
            path: path.trim(),
            code: code.join("\n"),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    #[test]
    fn an_excerpt_stands_in_its_file_word_for_word() {
        let told = |doc: &str| {
            let files = [
                ("docs/a.md", doc),
                ("src/a.js", "one();\n  two();\nthree();\n"),
            ];
            errors(check, &files)
        };
        assert!(told("```js from src/a.js\n  two();\nthree();\n```\n").is_empty());
        assert!(told("```js\nfour();\n```\n").is_empty());
        assert_eq!(
            told("text\n\n```js from src/a.js\ntwo( );\n```\n"),
            ["docs/a.md:3: the excerpt does not stand so in `src/a.js`"]
        );
        assert_eq!(
            told("```js from src/b.js\n```\n"),
            ["docs/a.md:1: there is no file `src/b.js`"]
        );
    }
}
