//! Eighteen months in the life of the company, event by event.

mod events;
mod once;
mod plan;

use std::{collections::BTreeMap, sync::Arc};

use portcullis_model::{Actor, Id, Noun, Policy, Position, Refusal, Request, Timestamp, User};

use crate::{Persona, Sample, names::PersonName, rng::Rng, story::Story};

/// How far back the history goes, in days: 78 weeks.
const DAYS: i64 = 546;
const HOUR: i64 = 3600;

/// A place in the company before somebody has it.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) name: PersonName,
    pub(crate) title: String,
    /// In the catalog's list; past its end for the head of all.
    pub(crate) department: usize,
    pub(crate) roles: Vec<&'static str>,
    /// 0 the head of all, 1 of a department, 2 of a team, 3 everybody else.
    pub(crate) rank: u8,
    /// Whether the story needs them to stay.
    pub(crate) stays: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Employee {
    pub(crate) id: Id<User>,
    pub(crate) office: &'static str,
    pub(crate) department: usize,
    pub(crate) roles: Vec<&'static str>,
    pub(crate) rank: u8,
    pub(crate) stays: bool,
}

enum Event {
    Join(Vec<Station>),
    Leave,
    CreateRequest,
    Decide(Id<Request>),
    Review,
    Move,
    Slip,
    Undo(Actor, Position),
    Once(Once),
}

#[derive(Clone, Copy)]
enum Once {
    Describe,
    LateGroup,
    CloseClub,
    MirrorLeaves,
    Jonas(i64),
    Newcomer,
    Endings,
    Waiting(usize),
}

pub(crate) struct Company {
    pub(crate) story: Story,
    pub(crate) rng: Rng,
    pub(crate) staff: Vec<Employee>,
    pub(crate) heads: BTreeMap<usize, Id<User>>,
    pub(crate) leads: BTreeMap<usize, Vec<Id<User>>>,
    start: Timestamp,
    end: Timestamp,
    /// What is to come, in order of time and then of planning.
    coming: BTreeMap<(Timestamp, u64), Event>,
    planned: u64,
}

pub(crate) fn live(
    people: usize,
    seed: u64,
    now: Timestamp,
    policy: Arc<Policy>,
) -> Result<Sample, Refusal> {
    // Everything begins on a Monday at midnight: 1970-01-05 was one.
    let week = 7 * 86_400;
    let monday = (now.plus_days(-DAYS).micros() / 1_000_000 - 4 * 86_400).div_euclid(week) * week
        + 4 * 86_400;
    let start = Timestamp::from_micros(monday * 1_000_000);
    let mut company = Company {
        story: Story::new(seed, start, policy),
        rng: Rng::new(seed),
        staff: Vec::new(),
        heads: BTreeMap::new(),
        leads: BTreeMap::new(),
        start,
        end: now,
        coming: BTreeMap::new(),
        planned: 0,
    };
    let leavers = people * 14 / 100;
    let (founders, joiners) = company.stations(people, leavers);
    company.found(founders)?;
    company.plan_all(joiners, leavers, people);
    while let Some(((at, _), event)) = company.coming.pop_first() {
        company.story.advance(at)?;
        company.happen(event)?;
    }
    company.story.advance(now)?;
    let personas = company.personas()?;
    let Story { world, steps, .. } = company.story;
    Ok(Sample {
        steps,
        world,
        personas,
    })
}
impl Company {
    fn happen(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Join(people) => self.join(people),
            Event::Leave => self.leave(),
            Event::CreateRequest => self.ask(),
            Event::Decide(request) => self.decide(request),
            Event::Review => self.review(),
            Event::Move => self.change_job(),
            Event::Slip => self.slip(),
            Event::Undo(actor, position) => {
                self.story.undo(actor, position);
                Ok(())
            }
            Event::Once(once) => self.once(once),
        }
    }

    fn personas(&self) -> Result<Vec<Persona>, Refusal> {
        let notes = [
            ("ines.okafor", "An admin: sees and may change everything"),
            (
                "marta.oyelaran",
                "Owns Payroll and Ledger: requests wait for a decision; rules let her read the invoices of her office",
            ),
            (
                "devika.raman",
                "Heads Data and owns its roles: who is in the team gets what it needs",
            ),
            (
                "jonas.meyer",
                "An engineer on call: see at Rules what he may restart; some of what he has ends this week",
            ),
            (
                "lucia.ferrer",
                "Came three days ago and has little yet: ask for something",
            ),
        ];
        let personas = notes.iter().map(|(login, note)| {
            Ok(Persona {
                user: self.person(login)?,
                note: (*note).into(),
            })
        });
        personas.collect()
    }

    /// Goes to a time of day, `day` days after the start.
    pub(crate) fn at(&mut self, day: i64, hour: i64, minute: i64) -> Result<(), Refusal> {
        self.story.advance(
            self.start
                .plus_days(day)
                .plus_seconds(hour * HOUR + minute * 60),
        )
    }

    pub(crate) fn wait(&mut self, minutes: i64) -> Result<(), Refusal> {
        self.story
            .advance(self.story.now.plus_seconds(minutes * 60).min(self.end))
    }

    pub(crate) fn person(&self, login: &str) -> Result<Id<User>, Refusal> {
        let user = self.story.world.find_user(login);
        user.map(|user| user.id)
            .ok_or_else(|| Refusal::not_found(Noun::User, login))
    }

    pub(crate) fn admin(&self) -> Result<Actor, Refusal> {
        self.person("ines.okafor").map(Actor::User)
    }

    pub(crate) fn head(&self, department: usize) -> Result<Id<User>, Refusal> {
        let head = self.heads.get(&department).copied();
        head.ok_or_else(|| Refusal::not_found(Noun::User, format!("head {department}")))
    }

    /// Two people who own what a department runs.
    pub(crate) fn app_owners(&mut self, department: usize) -> Result<Vec<Id<User>>, Refusal> {
        let lead = self
            .leads
            .get(&department)
            .and_then(|leads| leads.last())
            .copied();
        let mut owners: Vec<_> = lead.into_iter().collect();
        owners.push(self.head(department)?);
        Ok(owners)
    }

    pub(crate) fn anybody(&mut self) -> Id<User> {
        let at = self.rng.below(self.staff.len());
        self.staff[at].id
    }

    pub(crate) fn somebody_senior(&mut self) -> Id<User> {
        let senior: Vec<_> = self
            .staff
            .iter()
            .filter(|e| (1..=2).contains(&e.rank))
            .map(|e| e.id)
            .collect();
        self.rng.pick(&senior).copied().unwrap_or(self.staff[0].id)
    }

    /// Up to `most` people of a department, each once.
    pub(crate) fn some_of(&mut self, department: usize, most: usize) -> Vec<Id<User>> {
        let all: Vec<_> = self
            .staff
            .iter()
            .filter(|e| e.department == department)
            .map(|e| e.id)
            .collect();
        let mut some: Vec<_> = (0..most)
            .filter_map(|_| self.rng.pick(&all).copied())
            .collect();
        some.sort();
        some.dedup();
        some
    }
}
