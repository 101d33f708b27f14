//! Who will ever work here, and when what happens.

use portcullis_model::Timestamp;

use super::{Company, Event, HOUR, Once, Station, once::WAITING};
use crate::{catalog::DEPARTMENTS, names::Names};

impl Company {
    /// Everybody who will ever work here: those of the first day, and those who come later.
    pub(super) fn stations(
        &mut self,
        people: usize,
        leavers: usize,
    ) -> (Vec<Station>, Vec<Station>) {
        let mut names = Names::default();
        let mut fixed =
            |full: &str, title: &str, department, roles: &[&'static str], rank| Station {
                name: names.take(full),
                title: title.into(),
                department,
                roles: roles.to_vec(),
                rank,
                stays: true,
            };
        let mut first = vec![
            fixed(
                "Nadia Haddad",
                "Chief Executive Officer",
                DEPARTMENTS.len(),
                &[],
                0,
            ),
            fixed("Ines Okafor", "Head of IT", 9, &["IT-Support"], 1),
            fixed("Devika Raman", "Head of Data", 1, &["Data-Analyst"], 1),
            fixed(
                "Tomasz Lindqvist",
                "Security Lead",
                9,
                &["Security-Engineer"],
                2,
            ),
            fixed(
                "Marta Oyelaran",
                "Financial Controller",
                7,
                &["Accountant"],
                2,
            ),
            fixed(
                "Jonas Meyer",
                "Software Engineer",
                0,
                &["Backend-Engineer"],
                3,
            ),
        ];
        for (at, department) in DEPARTMENTS.iter().enumerate() {
            if ![1, 9].contains(&at) {
                let name = names.draw(&mut self.rng);
                let (title, roles) = (department.head.to_owned(), Vec::new());
                first.push(Station {
                    name,
                    title,
                    department: at,
                    roles,
                    rank: 1,
                    stays: true,
                });
            }
        }
        // The newcomer is counted here and comes at the end.
        let rest = people + leavers - first.len() - 1;
        for (at, department) in DEPARTMENTS.iter().enumerate() {
            for _ in 0..(people * department.share / 9_000) {
                let name = names.draw(&mut self.rng);
                let (title, roles) = if at == 0 {
                    (
                        "Engineering Manager".to_owned(),
                        vec!["Engineering-Manager"],
                    )
                } else {
                    (
                        format!("Team Lead, {}", department.name),
                        vec![department.jobs[0].role],
                    )
                };
                first.push(Station {
                    name,
                    title,
                    department: at,
                    roles,
                    rank: 2,
                    stays: true,
                });
            }
        }
        let leads = first.len() - 6 - (DEPARTMENTS.len() - 2);
        let mut others: Vec<Station> = (leads..rest)
            .map(|_| {
                let department = self.rng.weighted(DEPARTMENTS.iter().map(|d| d.share));
                let jobs = DEPARTMENTS[department].jobs;
                let job = &jobs[self.rng.weighted(jobs.iter().map(|job| job.weight))];
                let title = match self.rng.below(10) {
                    0 | 1 => format!("Senior {}", job.title),
                    2 => format!("Junior {}", job.title),
                    _ => job.title.to_owned(),
                };
                let name = names.draw(&mut self.rng);
                Station {
                    name,
                    title,
                    department,
                    roles: vec![job.role],
                    rank: 3,
                    stays: false,
                }
            })
            .collect();
        let here = (people * 62 / 100)
            .saturating_sub(first.len())
            .min(others.len());
        let later = others.split_off(here);
        first.sort_by_key(|station| station.rank);
        first.extend(others);
        (first, later)
    }

    pub(super) fn plan(&mut self, at: Timestamp, event: Event) {
        if at < self.end {
            self.planned += 1;
            self.coming.insert((at, self.planned), event);
        }
    }

    /// `day` days after the start, within office hours; weekends move to Monday.
    fn office_time(&mut self, day: i64) -> Timestamp {
        let day = match day.rem_euclid(7) {
            5 => day + 2,
            6 => day + 1,
            _ => day,
        };
        self.start
            .plus_days(day)
            .plus_seconds(self.rng.between(8 * HOUR, 17 * HOUR))
    }

    pub(super) fn plan_all(&mut self, mut joiners: Vec<Station>, leavers: usize, people: usize) {
        let days = self.end.seconds_since(self.start) / 86_400;
        let weeks = days / 7 + 1;
        // This week is not over: everybody has come before it.
        let last = weeks - 2;
        let (mut joined, total) = (0, joiners.len());
        for week in 1..weeks {
            let so_far = total * usize::try_from(week.min(last)).unwrap_or_default()
                / usize::try_from(last).unwrap_or(1);
            let batch: Vec<_> = joiners
                .drain(..(so_far - joined).min(joiners.len()))
                .collect();
            joined = so_far;
            let monday = self.start.plus_days(week * 7);
            if !batch.is_empty() {
                self.plan(monday.plus_seconds(9 * HOUR), Event::Join(batch));
            }
            self.plan(monday.plus_seconds(10 * HOUR), Event::Review);
            for _ in 0..(people / 50).max(1) {
                let day = week * 7 + self.rng.between(0, 4);
                let at = self.office_time(day);
                self.plan(at, Event::CreateRequest);
            }
            if self.rng.chance(30) {
                let at = self.office_time(week * 7 + 2);
                self.plan(at, Event::Move);
            }
        }
        for _ in 0..leavers {
            let day = self.rng.between(60, days - 4);
            let friday = day - day.rem_euclid(7) + 4;
            let at = self
                .start
                .plus_days(friday)
                .plus_seconds(17 * HOUR + self.rng.between(0, HOUR));
            self.plan(at.min(self.end.plus_seconds(-HOUR)), Event::Leave);
        }
        for day in [95, 260, 430, days - 12] {
            let at = self.office_time(day);
            self.plan(at, Event::Slip);
        }
        for (day, once) in [
            (120, Once::Describe),
            (200, Once::LateGroup),
            (300, Once::MirrorLeaves),
            (410, Once::CloseClub),
        ] {
            let at = self.office_time(day);
            self.plan(at, Event::Once(once));
        }
        for (days, hours, once) in [
            (200, 0, Once::Jonas(200)),
            (40, 0, Once::Jonas(40)),
            (24, 3, Once::Jonas(24)),
            (12, 5, Once::Jonas(12)),
            (9, 2, Once::Endings),
            (3, 1, Once::Newcomer),
        ] {
            let at = self
                .end
                .plus_days(-days)
                .plus_seconds(hours * HOUR + self.rng.between(0, HOUR));
            self.plan(at, Event::Once(once));
        }
        for at in 0..WAITING.len() {
            let ago = 3 * HOUR + i64::try_from(at).unwrap_or_default() * 6 * HOUR;
            let ago = ago + self.rng.between(0, HOUR);
            self.plan(self.end.plus_seconds(-ago), Event::Once(Once::Waiting(at)));
        }
    }
}
