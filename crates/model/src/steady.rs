//! Whether the clock may be believed. Nothing here reads one.
//!
//! A clock that is set wrong for a moment would end facts for good and stamp the log with a time that
//! nothing written afterwards can be before. So what it shows is held against the last entry of the log
//! and against a clock that nobody sets.

use std::fmt;

use crate::Timestamp;

/// What the clocks show at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The clock on the wall, which may be set.
    pub wall: Timestamp,
    /// Microseconds since any fixed moment, by a clock that nobody sets.
    pub elapsed: i64,
    /// When the last entry of the log was written, if there is one.
    pub last: Option<Timestamp>,
}

/// What time it is, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The later of what may be true. Whoever is asked what holds goes by it: nothing that may have
    /// ended is granted. Never before the last entry of the log.
    pub now: Timestamp,
    /// What is written into the log, and what leases and waits go by.
    pub steady: Timestamp,
    /// Why the two may differ.
    pub jump: Option<Jump>,
}

/// How the clock contradicts what else is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// What it shows.
    pub wall: Timestamp,
    /// What it should show, or the last entry where nothing else is known.
    pub known: Timestamp,
    /// What says so.
    pub by: Witness,
}

/// What a clock is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The last entry of the log alone: the clock may be right, and nothing have happened for long.
    Log,
    /// The time that has passed.
    Time,
}

impl Jump {
    /// Whether it shows a time to come.
    #[must_use]
    pub fn is_ahead(self) -> bool {
        self.wall > self.known
    }
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wall, known, .. } = self;
        if self.is_ahead() {
            write!(
                f,
                "the clock shows {wall}, and by the log and the time that has passed it is about {known}; \
                 what ends by time is not recorded until the clock is set right, or `portcullis expire` \
                 says that it is"
            )
        } else {
            write!(
                f,
                "the clock shows {wall}, and by the log and the time that has passed it is about {known}; \
                 what has ended by then stays ended; set the clock right"
            )
        }
    }
}

/// Holds readings against each other.
#[derive(Clone, Copy, Debug)]
pub struct SteadyTime {
    /// How many microseconds the clock may be off; any number without one.
    most: Option<i64>,
    /// What the two clocks showed when they last agreed.
    agreed: Option<(Timestamp, i64)>,
}

impl SteadyTime {
    /// A clock may be off by `days`; by any number if that is 0.
    #[must_use]
    pub const fn within_days(days: u32) -> Self {
        let most = match days {
            0 => None,
            days => Some(days as i64 * 86_400_000_000),
        };
        Self { most, agreed: None }
    }

    /// What time it is by `reading`.
    pub fn tell(&mut self, reading: Reading) -> Told {
        let Reading {
            wall,
            elapsed,
            last,
        } = reading;
        let passed = |(at, then): (Timestamp, i64)| {
            Timestamp::from_micros(at.micros().saturating_add(elapsed.saturating_sub(then)))
        };
        let expected = self.agreed.map(passed);
        let known = expected.max(last);
        let off = |by: i64| self.most.is_some_and(|most| by > most);
        let Some(known) = known.filter(|known| off((wall.micros() - known.micros()).abs())) else {
            self.agreed = Some((wall, elapsed));
            let now = last.map_or(wall, |last| last.max(wall));
            return Told {
                now,
                steady: now,
                jump: None,
            };
        };
        let steady = match expected {
            // A program that just started may have stood still for long: nothing says that it is not
            // as late as the clock shows.
            None if wall > known => wall,
            None => {
                self.agreed = Some((known, elapsed));
                known
            }
            Some(_) => known,
        };
        let by = match expected {
            Some(_) => Witness::Time,
            None => Witness::Log,
        };
        Told {
            now: wall.max(known),
            steady,
            jump: Some(Jump { wall, known, by }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn day(days: i64) -> Timestamp {
        Timestamp::from_micros(20_000 * DAY + days * DAY)
    }

    fn reading(wall: i64, elapsed: i64, last: Option<i64>) -> Reading {
        Reading {
            wall: day(wall),
            elapsed: elapsed * DAY,
            last: last.map(day),
        }
    }

    #[test]
    fn a_clock_is_followed_and_a_jump_is_not() {
        let mut time = SteadyTime::within_days(30);
        // What it shows, how much time has passed, the last entry; what holds is asked for, what is
        // written, and whether the clock is believed.
        let table = [
            ("the start", (0, 0, Some(-1)), (0, 0, true)),
            ("a day later", (1, 1, Some(0)), (1, 1, true)),
            ("set forward a little", (20, 2, Some(1)), (20, 20, true)),
            ("and back", (3, 3, Some(1)), (3, 3, true)),
            ("ten years on", (3653, 3, Some(1)), (3653, 3, false)),
            ("a day of that", (3654, 4, Some(3)), (3654, 4, false)),
            ("set right again", (5, 5, Some(4)), (5, 5, true)),
            ("ten years back", (-3650, 6, Some(5)), (6, 6, false)),
            ("a day of that", (-3649, 7, Some(5)), (7, 7, false)),
            ("set right again", (8, 8, Some(5)), (8, 8, true)),
            // Somebody else, whose clock is another, writes with it: both are believed.
            ("as others say", (100, 9, Some(99)), (100, 100, true)),
            (
                "a little behind the log",
                (100, 9, Some(101)),
                (101, 101, true),
            ),
        ];
        for (what, (wall, elapsed, last), (now, steady, believed)) in table {
            let told = time.tell(reading(wall, elapsed, last));
            let wanted = (day(now), day(steady), believed);
            assert_eq!(
                (told.now, told.steady, told.jump.is_none()),
                wanted,
                "{what}"
            );
        }
    }

    #[test]
    fn at_the_start_there_is_the_log_only() {
        let mut time = SteadyTime::within_days(30);
        let told = time.tell(reading(31, 0, Some(0)));
        assert_eq!((told.now, told.steady), (day(31), day(31)));
        let jump = told.jump.unwrap();
        assert!(jump.is_ahead() && jump.by == Witness::Log);
        // Somebody's word that it is as late as that.
        assert_eq!(time.tell(reading(31, 0, Some(31))).jump, None);

        let mut time = SteadyTime::within_days(30);
        let told = time.tell(reading(0, 0, Some(31)));
        assert_eq!((told.now, told.steady), (day(31), day(31)));
        assert!(told.jump.is_some_and(|jump| !jump.is_ahead()));
        assert_eq!(time.tell(reading(1, 1, Some(31))).steady, day(32));

        let mut time = SteadyTime::within_days(30);
        assert_eq!(time.tell(reading(0, 0, None)).jump, None);
    }

    #[test]
    fn without_a_limit_every_clock_is_believed_and_the_log_still_never_goes_back() {
        let mut time = SteadyTime::within_days(0);
        time.tell(reading(0, 0, None));
        let told = time.tell(reading(3650, 0, None));
        assert_eq!((told.steady, told.jump), (day(3650), None));
        assert_eq!(time.tell(reading(1, 0, Some(9))).now, day(9));
    }
}
