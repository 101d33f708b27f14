//! Membership over time as bars: what was, what is, when it ends.
//!
//! A pure function from plain bars to an SVG string. What lies after now is hatched, a known end
//! has a mark, an open end an arrow. Positions are user units of a fixed width that CSS scales.

use std::fmt::Write;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::svg::{Esc, cut};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) kind: BarKind,
    pub(crate) from: Timestamp,
    /// When it ends or ended; `None` never does.
    pub(crate) until: Option<Timestamp>,
    /// More for the title, such as who granted it; may be empty.
    pub(crate) note: String,
}

/// One line of bars with a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The group (or the person, on a group's page).
    pub(crate) label: String,
    /// Where the label goes; empty draws plain text.
    pub(crate) href: String,
    pub(crate) bars: Vec<Bar>,
}

/// Bars over a window of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// Unique on the page; letters, digits and `-`.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) rows: Vec<Row>,
}

impl Timeline {
    /// A timeline whose window holds every beginning, every end and now, with some air around.
    pub(crate) fn fitting(
        id: impl Into<String>,
        title: impl Into<String>,
        rows: Vec<Row>,
        now: Timestamp,
    ) -> Self {
        let moments = || {
            rows.iter()
                .flat_map(|row| &row.bars)
                .flat_map(|bar| [Some(bar.from), bar.until])
        };
        let first = moments()
            .flatten()
            .min()
            .unwrap_or(now)
            .min(now)
            .as_second();
        let last = moments()
            .flatten()
            .max()
            .unwrap_or(now)
            .max(now)
            .as_second();
        let air = ((last - first) / 20).max(86_400);
        let moment = |second| Timestamp::from_second(second).unwrap_or(now);
        Self {
            id: id.into(),
            title: title.into(),
            from: moment(first - air),
            to: moment(last + 2 * air),
            now,
            rows,
        }
    }

    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let height = AXIS + ROW * i64::try_from(self.rows.len()).unwrap_or(i64::MAX / ROW) + 8;
        let id: String = self
            .id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let mut svg = String::new();
        let out = &mut svg;
        let _ = write!(
            out,
            "<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"group\" aria-labelledby=\"{id}-t\">\
             <title id=\"{id}-t\">{}</title><defs><pattern id=\"{id}-h\" width=\"6\" height=\"6\" \
             patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect class=\"hatch-back\" width=\"6\" height=\"6\"/>\
             <line class=\"hatch-line\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>",
            Esc(&self.title)
        );
        for (at, text) in self.ticks() {
            let x = self.x(at);
            let _ = write!(
                out,
                "<line class=\"tick\" x1=\"{x}\" x2=\"{x}\" y1=\"{AXIS}\" y2=\"{height}\"/>\
                 <text class=\"tick-label\" x=\"{}\" y=\"18\">{text}</text>",
                x + 4
            );
        }
        for (y, row) in (0..).map(|n| AXIS + n * ROW).zip(&self.rows) {
            self.row(out, &id, row, y);
        }
        if self.from <= self.now && self.now <= self.to {
            let x = self.x(self.now);
            let _ = write!(
                out,
                "<g class=\"today\"><title>today, {}</title>\
                 <line x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{height}\"/>\
                 <path d=\"M{} {top}h10l-5 6z\"/></g>",
                date(self.now),
                AXIS - 4,
                x - 5,
                top = AXIS - 6,
            );
        }
        svg.push_str("</svg>");
        svg
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

    fn row(&self, out: &mut String, id: &str, row: &Row, y: i64) {
        let (open, close) = if row.href.is_empty() {
            (String::new(), "")
        } else {
            (format!("<a href=\"{}\">", Esc(&row.href)), "</a>")
        };
        let _ = write!(
            out,
            "<line class=\"row\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/>\
             {open}<text class=\"row-label\" x=\"4\" y=\"{}\"><title>{}</title>{}</text>{close}",
            y + LABEL_BASE,
            Esc(&row.label),
            Esc(&cut(&row.label, 56)),
        );
        for bar in &row.bars {
            self.bar(out, id, bar, y + BAR_TOP);
        }
    }

    fn bar(&self, out: &mut String, id: &str, bar: &Bar, y: i64) {
        let end = bar.until.unwrap_or(self.to);
        if end < self.from || bar.from > self.to || end < bar.from {
            return;
        }
        let (left, right) = (self.x(bar.from), self.x(end).max(self.x(bar.from) + 3));
        let today = self.x(self.now).clamp(left, right);
        let ended = if end <= self.now { " ended" } else { "" };
        let _ = write!(
            out,
            "<g class=\"bar {}{ended}\"><title>{}</title>",
            bar.kind.class(),
            Esc(&self.describe(bar))
        );
        if today > left {
            let _ = write!(
                out,
                "<rect class=\"past\" x=\"{left}\" y=\"{y}\" width=\"{}\" height=\"{BAR}\" \
                 rx=\"2\"/>",
                today - left
            );
        }
        if right > today {
            let _ = write!(
                out,
                "<rect class=\"future\" fill=\"url(#{id}-h)\" x=\"{today}\" y=\"{y}\" \
                 width=\"{}\" height=\"{BAR}\" rx=\"2\"/>",
                right - today
            );
        }
        match bar.until {
            Some(until) if until <= self.to => {
                let _ = write!(
                    out,
                    "<line class=\"end\" x1=\"{right}\" x2=\"{right}\" y1=\"{}\" y2=\"{}\"/>",
                    y - 3,
                    y + BAR + 3
                );
            }
            _ => {
                let _ = write!(
                    out,
                    "<path class=\"open\" d=\"M{right} {y}l8 {half}l-8 {half}z\"/>",
                    half = BAR / 2
                );
            }
        }
        out.push_str("</g>");
    }

    fn describe(&self, bar: &Bar) -> String {
        let began = if bar.from > self.now {
            "begins"
        } else {
            "since"
        };
        let mut text = match bar.until {
            None => format!("{} {began} {}, no end", bar.kind.label(), date(bar.from)),
            Some(until) => {
                format!(
                    "{} from {} until {}",
                    bar.kind.label(),
                    date(bar.from),
                    date(until)
                )
            }
        };
        if !bar.note.is_empty() {
            text.push_str(", ");
            text.push_str(&bar.note);
        }
        text
    }

    fn x(&self, at: Timestamp) -> i64 {
        let span = (self.to.as_second() - self.from.as_second()).max(1);
        let offset = (at.as_second() - self.from.as_second()).clamp(0, span);
        offset * (WIDTH - RIGHT) / span
    }

    fn ticks(&self) -> Vec<(Timestamp, String)> {
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
        let start = match days {
            ..=56 => first,
            // Quarters and halves start where the calendar's do.
            57..=1_440 => first
                .first_of_month()
                .with()
                .month(1)
                .build()
                .unwrap_or(first),
            _ => first.with().month(1).day(1).build().unwrap_or(first),
        };
        let mut ticks = Vec::new();
        let mut day: Date = start;
        while day <= last && ticks.len() < TICKS {
            if day > first
                && let Ok(zoned) = day.to_zoned(TimeZone::UTC)
            {
                ticks.push((zoned.timestamp(), day.strftime(format).to_string()));
            }
            let Ok(next) = day.checked_add(step) else {
                break;
            };
            day = next;
        }
        // A label that would run out of the picture is worse than none.
        ticks.retain(|(at, _)| self.x(*at) < WIDTH - 88);
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
        Timeline::fitting("t", "History", vec![row], at("2026-03-13T00:00:00Z"))
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
        assert!(svg.contains("href=\"/groups/x?a=1&amp;b=2\""), "{svg}");
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
            assert!(
                ticks
                    .iter()
                    .all(|(at, _)| (0..WIDTH).contains(&picture.x(*at)))
            );
        }
    }

    #[test]
    fn nothing_to_show_is_still_a_picture() {
        let empty = Timeline::fitting("t", "History", vec![], at("2026-03-13T00:00:00Z"));
        assert!(empty.svg().ends_with("</svg>"));
    }
}
