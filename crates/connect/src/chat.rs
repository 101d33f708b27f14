//! What waits for a channel or a person, and a digest of it as a chat message: a line for each thing, as long as the
//! other side takes it.

use portcullis_app::{
    deliver::{Answer, Delivery, read},
    notices::{Digest, Event, Notice},
};

use crate::portal::Portal;

/// How many things become one message, if so many wait.
pub(crate) const TOGETHER: u32 = 500;

/// How a system writes.
pub(crate) struct Style {
    /// Makes a text mean itself.
    pub(crate) escape: fn(&str) -> String,
    /// A link to more.
    pub(crate) link: fn(&str) -> String,
    /// The most letters of a message.
    pub(crate) most: usize,
}

/// The most letters of somebody's reason.
const REASON: usize = 300;

impl Style {
    /// The digest in this style.
    pub(crate) fn write(&self, digest: &Digest, portal: &Portal) -> String {
        let bullet = if digest.lines.len() > 1 { "• " } else { "" };
        let (mut text, mut left) = (String::new(), digest.lines.len() + digest.more);
        for line in &digest.lines {
            let mut next = format!("{bullet}{}", (self.escape)(&line.text));
            if !line.reason.is_empty() {
                let reason: String = line.reason.chars().take(REASON).collect();
                next = format!("{next} “{}”", (self.escape)(&reason));
            }
            if let Some(link) = portal.link(&line.path) {
                next = format!("{next} {}", (self.link)(&link));
            }
            // Room for the line that counts the others.
            if text.chars().count() + next.chars().count() + 40 > self.most {
                break;
            }
            text = if text.is_empty() {
                next
            } else {
                format!("{text}\n{next}")
            };
            left -= 1;
        }
        match left {
            0 => text,
            _ if text.is_empty() => (self.escape)(&digest.subject)
                .chars()
                .take(self.most)
                .collect(),
            left => format!("{text}\nand {left} more"),
        }
    }
}

/// What a channel is told: the events that wait, as one digest.
pub(crate) fn events(delivery: &Delivery) -> Result<Digest, Answer> {
    let all = read::<Event>(delivery)?;
    let all: Vec<_> = all
        .into_iter()
        .map(|(of, event)| (of.position, event))
        .collect();
    Ok(Digest::of_events(&all))
}

/// What one person is told: the notices that wait.
pub(crate) fn notices(delivery: &Delivery) -> Result<Vec<Notice>, Answer> {
    let all = read(delivery)?.into_iter();
    Ok(all.map(|(_, notice)| notice).collect())
}

/// Puts a backslash before each of `special`.
pub(crate) fn with_backslashes(text: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if special.contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use portcullis_app::notices::Line;

    use super::*;

    const PLAIN: Style = Style {
        escape: |text| text.replace('<', "&lt;"),
        link: |link| format!("({link})"),
        most: 200,
    };

    fn digest(lines: usize, more: usize) -> Digest {
        let line = |n| Line {
            text: format!("Thing <{n}> happened."),
            reason: if n == 0 { "so".into() } else { String::new() },
            path: format!("/{n}"),
        };
        Digest {
            subject: "things".into(),
            lines: (0..lines).map(line).collect(),
            more,
        }
    }

    #[test]
    fn a_message_is_as_long_as_it_may_be_and_counts_the_rest() {
        let portal = Portal {
            url: Some("https://p".into()),
        };
        assert_eq!(
            PLAIN.write(&digest(1, 0), &portal),
            "Thing &lt;0> happened. “so” (https://p/0)"
        );
        let two = "• Thing &lt;0> happened. “so”\n• Thing &lt;1> happened.";
        assert_eq!(PLAIN.write(&digest(2, 0), &Portal::default()), two);
        let many = PLAIN.write(&digest(50, 10), &Portal::default());
        assert!(
            many.chars().count() <= 200 && many.ends_with("\nand 54 more"),
            "{many}"
        );
        let tiny = Style { most: 10, ..PLAIN };
        assert_eq!(tiny.write(&digest(1, 0), &Portal::default()), "things");
    }
}
