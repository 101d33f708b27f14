//! Membership over time as bars: what was, what is, when it ends.
//!
//! A pure function from plain bars to an SVG string. What lies after now is hatched, a known end
//! has a mark, an open end an arrow. Positions are user units of a fixed width that CSS scales.

use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::time::date;

const WIDTH: i64 = 960;
const RIGHT: i64 = 16;
/// A row holds its label above its bars, so that names stay whole and bars get the full width.
const ROW: i64 = 50;
const LABEL_BASE: i64 = 20;
const BAR_TOP: i64 = 29;
const BAR: i64 = 12;
const AXIS: i64 = 28;
const TICKS: usize = 8;

/// How somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BarKind {
    Member,
    Owner,
    /// A member through a role or another group.
    Through,
}

impl BarKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Owner => "owner",
            Self::Through => "through",
        }
    }

    /// The word for it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Owner => "owner",
            Self::Through => "through a role",
        }
    }
}

/// One stretch of time, `[from, until)`.
pub(crate) struct Bar {
    pub(crate) kind: BarKind,
    pub(crate) from: Timestamp,
    /// When it ends or ended; `None` never does.
    pub(crate) until: Option<Timestamp>,
    /// More for the title, such as who granted it; may be empty.
    pub(crate) note: String,
}

/// One line of bars with a label.
pub(crate) struct Row {
    /// The group (or the person, on a group's page).
    pub(crate) label: String,
    /// Where the label goes; empty draws plain text.
    pub(crate) href: String,
    pub(crate) bars: Vec<Bar>,
}

/// Bars over a window of time.
#[derive(Template)]
#[template(path = "timeline.html")]
pub(crate) struct Timeline {
    pub(crate) title: String,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) rows: Vec<Row>,
}

impl Timeline {
    /// A timeline whose window holds every beginning, every end and now, with some air around.
    pub(crate) fn fitting(title: impl Into<String>, rows: Vec<Row>, now: Timestamp) -> Self {
        let bars = rows.iter().flat_map(|row| &row.bars);
        let moments: Vec<_> = bars
            .flat_map(|bar| [Some(bar.from), bar.until])
            .chain([Some(now)])
            .flatten()
            .collect();
        let first = moments.iter().min().unwrap_or(&now).as_second();
        let last = moments.iter().max().unwrap_or(&now).as_second();
        let air = ((last - first) / 20).max(86_400);
        let moment = |second| Timestamp::from_second(second).unwrap_or(now);
        Self {
            title: title.into(),
            from: moment(first - air),
            to: moment(last + 2 * air),
            now,
            rows,
        }
    }

    /// The picture.
    pub(crate) fn svg(&self) -> String {
        self.render().unwrap_or_default()
    }

    /// The same in sentences, for who cannot see the picture.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let bars = self
            .rows
            .iter()
            .flat_map(|row| row.bars.iter().map(move |bar| (row, bar)));
        bars.map(|(row, bar)| format!("{}: {}", row.label, self.describe(bar)))
            .collect()
    }

    fn height(&self) -> i64 {
        AXIS + ROW * i64::try_from(self.rows.len()).unwrap_or(i64::MAX / ROW) + 8
    }

    /// The rows, each with its upper edge.
    fn placed(&self) -> impl Iterator<Item = (i64, &Row)> {
        (0..).map(|n| AXIS + n * ROW).zip(&self.rows)
    }

    /// Where a bar begins, passes now and ends, if it is in the window; then whether it is over,
    /// and whether its end is in sight.
    fn stretch(&self, bar: &Bar) -> Option<([i64; 3], bool, bool)> {
        let end = bar.until.unwrap_or(self.to);
        if end < self.from || bar.from > self.to || end < bar.from {
            return None;
        }
        let (left, right) = (self.x(bar.from), self.x(end).max(self.x(bar.from) + 3));
        let stretch = [left, self.x(self.now).clamp(left, right), right];
        let in_sight = bar.until.is_some_and(|until| until <= self.to);
        Some((stretch, end <= self.now, in_sight))
    }

    /// Where now is, and its date.
    fn today(&self) -> Option<(i64, String)> {
        let shown = self.from <= self.now && self.now <= self.to;
        shown.then(|| (self.x(self.now), date(self.now)))
    }

    fn describe(&self, bar: &Bar) -> String {
        let began = if bar.from > self.now {
            "begins"
        } else {
            "since"
        };
        let (kind, from) = (bar.kind.label(), date(bar.from));
        let text = match bar.until {
            None => format!("{kind} {began} {from}, no end"),
            Some(until) => format!("{kind} from {from} until {}", date(until)),
        };
        if bar.note.is_empty() {
            return text;
        }
        format!("{text}, {}", bar.note)
    }

    fn x(&self, at: Timestamp) -> i64 {
        let span = (self.to.as_second() - self.from.as_second()).max(1);
        let offset = (at.as_second() - self.from.as_second()).clamp(0, span);
        offset * (WIDTH - RIGHT) / span
    }

    fn ticks(&self) -> Vec<(i64, String)> {
        let days = (self.to.as_second() - self.from.as_second()) / 86_400;
        let civil = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let (first, last) = (civil(self.from), civil(self.to));
        let (step, format): (Span, _) = match days {
            ..=8 => (Span::new().days(1), "%-d %b"),
            9..=56 => (Span::new().days(7), "%-d %b"),
            57..=240 => (Span::new().months(1), "%b %Y"),
            241..=720 => (Span::new().months(3), "%b %Y"),
            721..=1_440 => (Span::new().months(6), "%b %Y"),
            _ => (Span::new().years((days / 365 / 6).max(1)), "%Y"),
        };
        // Quarters, halves and years start where the calendar's do.
        let new_year = || first.with().month(1).day(1).build();
        let start = if days <= 56 {
            first
        } else {
            new_year().unwrap_or(first)
        };
        let mut ticks = Vec::new();
        let mut day: Date = start;
        while day <= last && ticks.len() < TICKS {
            if day > first
                && let Ok(zoned) = day.to_zoned(TimeZone::UTC)
            {
                ticks.push((self.x(zoned.timestamp()), day.strftime(format).to_string()));
            }
            let Ok(next) = day.checked_add(step) else {
                break;
            };
            day = next;
        }
        // A label that would run out of the picture is worse than none.
        ticks.retain(|(x, _)| *x < WIDTH - 88);
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn timeline(label: &str, bars: Vec<Bar>) -> Timeline {
        let row = Row {
            label: label.to_owned(),
            href: "/groups/x?a=1&b=2".to_owned(),
            bars,
        };
        Timeline::fitting("History", vec![row], at("2026-03-13T00:00:00Z"))
    }

    fn bar(from: &str, until: Option<&str>) -> Bar {
        Bar {
            kind: BarKind::Member,
            from: at(from),
            until: until.map(at),
            note: "by \"Bo\" <bo@x>".to_owned(),
        }
    }

    #[test]
    fn labels_and_notes_are_escaped() {
        let picture = timeline(
            "<script>alert(1)</script>",
            vec![bar("2026-01-01T00:00:00Z", None)],
        );
        let svg = picture.svg();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(!svg.contains("<bo@x>"), "{svg}");
        assert!(svg.contains("href=\"/groups/x?a=1&#38;b=2\""), "{svg}");
        assert!(
            !svg.contains("style="),
            "the content security policy forbids inline styles"
        );
    }

    #[test]
    fn past_is_solid_future_hatched_open_end_an_arrow() {
        let open = timeline("g", vec![bar("2026-01-01T00:00:00Z", None)]).svg();
        assert!(open.contains("class=\"past\"") && open.contains("class=\"future\""));
        assert!(open.contains("class=\"open\"") && !open.contains("class=\"end\""));
        let ended = timeline(
            "g",
            vec![bar("2026-01-01T00:00:00Z", Some("2026-02-01T00:00:00Z"))],
        )
        .svg();
        assert!(ended.contains("member ended") && !ended.contains("class=\"future\""));
        let planned = timeline(
            "g",
            vec![bar("2026-04-01T00:00:00Z", Some("2026-05-01T00:00:00Z"))],
        )
        .svg();
        assert!(!planned.contains("class=\"past\"") && planned.contains("class=\"end\""));
    }

    #[test]
    fn every_bar_has_its_sentence() {
        let bars = vec![
            bar("2025-01-01T00:00:00Z", Some("2025-06-01T00:00:00Z")),
            bar("2026-01-01T00:00:00Z", None),
        ];
        assert_eq!(
            timeline("payroll", bars).sentences(),
            [
                "payroll: member from 1 Jan 2025 until 1 Jun 2025, by \"Bo\" <bo@x>",
                "payroll: member since 1 Jan 2026, no end, by \"Bo\" <bo@x>",
            ]
        );
    }

    #[test]
    fn any_window_has_a_few_ticks_inside_the_picture() {
        for years in [0, 1, 2, 3, 5, 10, 40] {
            let from = format!("{}-02-10T00:00:00Z", 2026 - years);
            let picture = timeline("g", vec![bar(&from, None)]);
            let ticks = picture.ticks();
            assert!((1..=TICKS).contains(&ticks.len()), "{years}: {ticks:?}");
            assert!(ticks.iter().all(|(x, _)| (0..WIDTH).contains(x)));
        }
    }

    #[test]
    fn nothing_to_show_is_still_a_picture() {
        let empty = Timeline::fitting("History", vec![], at("2026-03-13T00:00:00Z"));
        assert!(empty.svg().ends_with("</svg>"));
    }
}
