//! Who gains and loses what, as previews and the log show it.

use super::{Entity, time::ExpiryPill};

/// Lines of a diff shown before the rest folds away.
const DIFF_FOLD: usize = 20;

/// Whether a diff line adds, removes or alters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Gains,
    Loses,
    /// Access stays and something about it differs, such as its end.
    Changes,
}

impl Sign {
    pub(crate) fn class(self) -> &'static str {
        self.words().0
    }

    pub(crate) fn mark(self) -> &'static str {
        self.words().1
    }

    pub(crate) fn word(self) -> &'static str {
        self.words().2
    }

    /// Its class, its mark and its word.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Gains => ("gain", "+", "gains"),
            Self::Loses => ("lose", "−", "loses"),
            Self::Changes => ("change", "~", "changes"),
        }
    }
}

/// One thing somebody gains or loses.
#[derive(Clone)]
pub(crate) struct DiffLine {
    /// Gains, loses or changes.
    pub(crate) sign: Sign,
    pub(crate) what: Entity,
    /// Muted rest of the line, such as `via role Data Analyst`; may be empty.
    pub(crate) note: String,
    pub(crate) ends: Option<ExpiryPill>,
}

/// Everything that differs for one person.
pub(crate) struct DiffSubject {
    pub(crate) who: Entity,
    /// What differs for them.
    pub(crate) lines: Vec<DiffLine>,
}

impl DiffSubject {
    /// The lines shown at once, and those folded away.
    pub(crate) fn folded(&self) -> (&[DiffLine], &[DiffLine]) {
        self.lines.split_at(self.lines.len().min(DIFF_FOLD))
    }
}

/// Who gains and loses what, grouped by person.
#[derive(Default)]
pub(crate) struct Diff {
    pub(crate) subjects: Vec<DiffSubject>,
    /// People who differ but are not listed, so that a page stays small.
    pub(crate) omitted: usize,
    /// How many lines of each sign are not listed, those people's and others'.
    pub(crate) unlisted: Vec<(Sign, usize)>,
}

impl Diff {
    pub(crate) fn new(subjects: Vec<DiffSubject>) -> Self {
        Self {
            subjects,
            omitted: 0,
            unlisted: Vec::new(),
        }
    }

    /// People touched, those not listed included.
    pub(crate) fn people(&self) -> usize {
        self.subjects.len() + self.omitted
    }

    /// Whether nothing differs for anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.people() == 0
    }

    /// The people shown at once, as many as fit into [`DIFF_FOLD`] lines and always one; and those
    /// folded away.
    pub(crate) fn folded(&self) -> (&[DiffSubject], &[DiffSubject]) {
        let mut lines = 0;
        let fits = |subject: &&DiffSubject| {
            lines += subject.lines.len();
            lines <= DIFF_FOLD
        };
        let fitting = self.subjects.iter().take_while(fits).count();
        self.subjects
            .split_at(fitting.max(1).min(self.subjects.len()))
    }

    /// How many lines have a sign, those not listed included.
    pub(crate) fn count(&self, sign: Sign) -> usize {
        let lines = self.subjects.iter().flat_map(|subject| &subject.lines);
        let listed = lines.filter(|line| line.sign == sign).count();
        let unlisted = self.unlisted.iter().filter(|(of, _)| *of == sign);
        listed + unlisted.map(|(_, count)| count).sum::<usize>()
    }

    /// How many lines are not listed.
    pub(crate) fn unlisted(&self) -> usize {
        self.unlisted.iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::EntityKind, *};

    fn subject(lines: usize) -> DiffSubject {
        let line = DiffLine {
            sign: Sign::Gains,
            what: Entity::new(EntityKind::Group, "g", "/groups/g"),
            note: String::new(),
            ends: None,
        };
        DiffSubject {
            who: Entity::new(EntityKind::Person, "p", "/people/p"),
            lines: vec![line; lines],
        }
    }

    #[test]
    fn diff_folds_past_twenty_lines_and_always_shows_one_person() {
        assert_eq!(Diff::default().folded().0.len(), 0);
        let long = Diff::new(vec![subject(30)]);
        let sizes = |diff: &Diff| (diff.folded().0.len(), diff.folded().1.len());
        assert_eq!(sizes(&long), (1, 0));
        let (head, rest) = long.subjects[0].folded();
        assert_eq!((head.len(), rest.len()), (20, 10));
        let many = Diff::new(vec![subject(8), subject(12), subject(1)]);
        assert_eq!(sizes(&many), (2, 1));
        let counts = [Sign::Gains, Sign::Loses].map(|sign| many.count(sign));
        assert_eq!((many.people(), counts), (3, [21, 0]));
    }
}
