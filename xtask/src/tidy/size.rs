//! No Rust file is too long to be read in one sitting, tests included.

use super::{Problems, Tree, stale};

/// Lines of a file: over the first is told, over the second is a failure.
const LINES: (usize, usize) = (400, 500);

/// Files that are longer today. Split one and take it off; none may be added.
const LONG: &[&str] = &[
    "crates/web/tests/it/api/reads.rs",
    "crates/web/tests/it/api/writes.rs",
];

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    check_but(tree, LONG, problems);
}

fn check_but(tree: &Tree, known: &[&str], problems: &mut Problems) {
    let mut met = Vec::new();
    for file in tree.with_extension("rs") {
        let lines = file.text.lines().count();
        if lines > LINES.1 {
            if known.contains(&file.path.as_str()) {
                met.push(file.path.as_str());
                continue;
            }
            problems.error(
                &file.path,
                format_args!("has {lines} lines; split it, {} are the most", LINES.1),
            );
        } else if lines > LINES.0 {
            problems.warn(
                &file.path,
                format_args!(
                    "has {lines} lines; over {} a file is asking to be two",
                    LINES.0
                ),
            );
        }
    }
    stale("size", known, &met, problems);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{errors, problems};
    use super::*;

    #[test]
    fn long_files_are_a_warning_then_a_failure() {
        let check = |tree: &Tree, problems: &mut Problems| check_but(tree, &[], problems);
        let long = |lines| problems(check, &[("crates/web/src/lib.rs", &"//\n".repeat(lines))]);
        let count = |lines| (long(lines).warnings.len(), long(lines).errors.len());
        assert_eq!(count(400), (0, 0));
        assert_eq!(count(401), (1, 0));
        assert_eq!(count(500), (1, 0));
        assert_eq!(count(501), (0, 1));
    }

    #[test]
    fn a_known_long_file_is_let_be_until_it_is_split() {
        let check = |tree: &Tree, problems: &mut Problems| check_but(tree, &["a.rs"], problems);
        assert_eq!(
            errors(check, &[("a.rs", &"//\n".repeat(501))]),
            Vec::<String>::new()
        );
        for rest in ["b.rs", "a.rs"] {
            let told = errors(check, &[(rest, "//\n")]);
            assert_eq!(told.len(), 1, "{told:#?}");
            assert!(told[0].contains("\"a.rs\" is mended"), "{told:#?}");
        }
    }
}
