//! No Rust file is too long to be read in one sitting, tests included.

use super::{Problems, Tree};

/// Lines of a file: over the first is told, over the second is a failure.
const LINES: (usize, usize) = (400, 500);

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    for file in tree.with_extension("rs") {
        let lines = file.text.lines().count();
        if lines > LINES.1 {
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
}

#[cfg(test)]
mod tests {
    use super::super::testing::problems;
    use super::*;

    #[test]
    fn long_files_are_a_warning_then_a_failure() {
        let long = |lines| problems(check, &[("crates/web/src/lib.rs", &"//\n".repeat(lines))]);
        let count = |lines| (long(lines).warnings.len(), long(lines).errors.len());
        assert_eq!(count(400), (0, 0));
        assert_eq!(count(401), (1, 0));
        assert_eq!(count(500), (1, 0));
        assert_eq!(count(501), (0, 1));
    }
}
