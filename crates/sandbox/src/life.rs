//! Eighteen months in the life of the company, event by event.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_app::{
    group::{AddPeople, DeleteGroup, EditGroup, RemovePeople},
    request::{Approve, Ask, Reject, Withdraw},
    user::{DeleteUser, EditUser},
};
use portcullis_model::{
    Actor, Ends, Group, GroupKind, Id, Kind, Policy, Position, Refusal, Request, SystemActor,
    Timestamp, User,
    name::{Description, Name},
};

use crate::{
    Persona, Sample,
    catalog::{APPROVALS, APPS, DEPARTMENTS, OPEN, REASONS, REJECTIONS},
    founding::{app_group, bad, reason, role_name},
    names::{Names, PersonName},
    rng::Rng,
    story::Story,
};

/// How far back the history goes, in days: 78 weeks.
const DAYS: i64 = 546;
const HOUR: i64 = 3600;

/// A place in the company before somebody has it.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) name: PersonName,
    pub(crate) title: String,
    /// In [`DEPARTMENTS`]; past its end for the head of all.
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
    Ask,
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
    /// Everybody who will ever work here: those of the first day, and those who come later.
    fn stations(&mut self, people: usize, leavers: usize) -> (Vec<Station>, Vec<Station>) {
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

    fn plan(&mut self, at: Timestamp, event: Event) {
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

    fn plan_all(&mut self, mut joiners: Vec<Station>, leavers: usize, people: usize) {
        let weeks = DAYS / 7;
        let (mut joined, total) = (0, joiners.len());
        for week in 1..weeks {
            let so_far = total * usize::try_from(week).unwrap_or_default()
                / usize::try_from(weeks - 1).unwrap_or(1);
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
                self.plan(at, Event::Ask);
            }
            if self.rng.chance(30) {
                let at = self.office_time(week * 7 + 2);
                self.plan(at, Event::Move);
            }
        }
        for _ in 0..leavers {
            let day = self.rng.between(60, DAYS - 4);
            let friday = day - day.rem_euclid(7) + 4;
            let at = self
                .start
                .plus_days(friday)
                .plus_seconds(17 * HOUR + self.rng.between(0, HOUR));
            self.plan(at.min(self.end.plus_seconds(-HOUR)), Event::Leave);
        }
        for day in [95, 260, 430, DAYS - 12] {
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
            self.plan(
                self.end.plus_days(-days).plus_seconds(hours * HOUR),
                Event::Once(once),
            );
        }
        for at in 0..WAITING.len() {
            let ago = 4 * HOUR + i64::try_from(at).unwrap_or_default() * 6 * HOUR;
            self.plan(self.end.plus_seconds(-ago), Event::Once(Once::Waiting(at)));
        }
    }

    fn happen(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Join(people) => self.join(people),
            Event::Leave => self.leave(),
            Event::Ask => self.ask(),
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

    fn join(&mut self, people: Vec<Station>) -> Result<(), Refusal> {
        let before = self.staff.len();
        let admin = self.admin()?;
        self.hire(admin, people)?;
        self.wait(20)?;
        let new: Vec<_> = self.staff[before..]
            .iter()
            .map(|employee| employee.id)
            .collect();
        self.place(&new)
    }

    fn leave(&mut self) -> Result<(), Refusal> {
        let going: Vec<usize> = (0..self.staff.len())
            .filter(|at| !self.staff[*at].stays)
            .collect();
        let Some(&at) = self.rng.pick(&going) else {
            return Ok(());
        };
        let user = self.staff.remove(at).id;
        let admin = self.admin()?;
        self.story.act(admin, &DeleteUser { user })?;
        Ok(())
    }

    /// Somebody asks for something they have not, for a while or for good.
    fn ask(&mut self) -> Result<(), Refusal> {
        let user = self.anybody();
        let name = match self.rng.below(10) {
            0..=2 => (*self.rng.pick(OPEN).unwrap_or(&"On-Call")).to_owned(),
            3 => {
                let department = &DEPARTMENTS[self.rng.below(DEPARTMENTS.len())];
                self.rng
                    .pick(department.jobs)
                    .map_or_else(String::new, |job| role_name(job.role))
            }
            _ => {
                let app = &APPS[self.rng.below(APPS.len())];
                self.rng
                    .pick(app.groups)
                    .map_or_else(String::new, |group| app_group(app.name, group.name))
            }
        };
        let days = [1, 3, 7, 7, 14, 30, 30, 60, 90, 90, 180, 0, 0][self.rng.below(13)];
        let until = if days == 0 {
            Ends::NEVER
        } else {
            Ends::at(self.story.now.plus_days(days))
        };
        let kind = if self.rng.chance(6) {
            Kind::Owner
        } else {
            Kind::Member
        };
        let why = *self.rng.pick(REASONS).unwrap_or(&"");
        let Some(request) = self.request(user, &name, kind, until, why) else {
            return Ok(());
        };
        let minutes = match self.rng.below(10) {
            0..=3 => self.rng.between(4, 50),
            4..=7 => self.rng.between(60, 420),
            _ => self.rng.between(1_000, 6_000),
        };
        let at = self.story.now.plus_seconds(minutes * 60);
        self.plan(at, Event::Decide(request));
        Ok(())
    }

    /// Files a request unless a rule stands against it: then they had it already, or may not.
    fn request(
        &mut self,
        user: Id<User>,
        group: &str,
        kind: Kind,
        until: Ends,
        why: &str,
    ) -> Option<Id<Request>> {
        let group = self.story.world.find_group(group)?.id;
        let ask = Ask {
            group,
            kind,
            until,
            reason: reason(why),
        };
        self.story.act(Actor::User(user), &ask).ok().flatten()?;
        self.story
            .world
            .requests()
            .find(|r| r.requester == user && r.wants.group() == group)
            .map(|r| r.id)
    }

    fn decide(&mut self, id: Id<Request>) -> Result<(), Refusal> {
        let Some(request) = self.story.world.request(id).cloned() else {
            return Ok(());
        };
        let group = self.story.world.group(request.wants.group());
        let Some(by) = group.and_then(|group| self.story.decider(group, Some(request.requester)))
        else {
            return Ok(());
        };
        // What a rule refuses is left to end by itself, as it would be.
        let _ = match self.rng.below(100) {
            0..=5 => {
                let withdraw = Withdraw {
                    request: id,
                    reason: reason("Not needed any more"),
                };
                self.story.act(Actor::User(request.requester), &withdraw)
            }
            6..=19 => {
                let why = *self.rng.pick(REJECTIONS).unwrap_or(&"");
                self.story.act(
                    by,
                    &Reject {
                        request: id,
                        reason: reason(why),
                    },
                )
            }
            20..=22 => return Ok(()),
            _ => {
                let why = *self.rng.pick(APPROVALS).unwrap_or(&"");
                self.story.act(
                    by,
                    &Approve {
                        request: id,
                        until: None,
                        reason: reason(why),
                    },
                )
            }
        };
        Ok(())
    }

    /// Each Monday owners renew what ends within the week: roles always, people mostly.
    fn review(&mut self) -> Result<(), Refusal> {
        let now = self.story.now;
        let soon = |until: Ends| until.instant().is_some_and(|at| at <= now.plus_days(8));
        let limited: Vec<Group> = self
            .story
            .world
            .groups()
            .filter(|group| {
                self.story
                    .world
                    .constraints_on(group)
                    .member_time_limit
                    .is_some_and(|l| l.seconds() > 20 * 86_400)
            })
            .cloned()
            .collect();
        for group in limited {
            let Some(by) = self.story.decider(&group, None) else {
                continue;
            };
            let roles: Vec<_> = self
                .story
                .world
                .children_of(group.id)
                .filter(|i| soon(i.validity.until))
                .map(|i| i.child)
                .collect();
            for role in roles {
                self.attach(by, role, group.id, Kind::Member, "Still part of the job")?;
            }
            let mut people: Vec<_> = self
                .story
                .world
                .direct_of_group(group.id)
                .filter(|m| m.kind == Kind::Member && soon(m.validity.until) && m.request.is_none())
                .map(|m| m.user)
                .collect();
            people.sort();
            people.retain(|user| Actor::User(*user) != by && self.rng.chance(85));
            if !people.is_empty() {
                let add = AddPeople {
                    group: group.id,
                    kind: Kind::Member,
                    users: people,
                    until: Ends::NEVER,
                    reason: reason("Confirmed for the next period"),
                };
                self.story.act(by, &add)?;
            }
        }
        Ok(())
    }

    /// Somebody changes to another job of their department.
    fn change_job(&mut self) -> Result<(), Refusal> {
        let movable: Vec<usize> = (0..self.staff.len())
            .filter(|at| {
                !self.staff[*at].stays && DEPARTMENTS[self.staff[*at].department].jobs.len() > 1
            })
            .collect();
        let Some(&at) = self.rng.pick(&movable) else {
            return Ok(());
        };
        let (id, department) = (self.staff[at].id, self.staff[at].department);
        let jobs = DEPARTMENTS[department].jobs;
        let Some(job) = self.rng.pick(jobs) else {
            return Ok(());
        };
        let old = self.staff[at].roles.first().copied().unwrap_or_default();
        if old == job.role {
            return Ok(());
        }
        let admin = self.admin()?;
        if let Some(user) = self.story.world.user(id) {
            let mut attributes = user.attributes.clone();
            attributes.insert("Title".into(), job.title.into());
            let edit = EditUser {
                user: id,
                login: None,
                name: None,
                email: None,
                manager: None,
                attributes: Some(attributes),
            };
            self.story.act(admin, &edit)?;
        }
        let (from, to) = (
            self.story.group(&role_name(old))?.clone(),
            role_name(job.role),
        );
        let by = self.story.decider(&from, None).unwrap_or(admin);
        self.wait(15)?;
        self.add(by, &to, Kind::Member, vec![id], Ends::NEVER, "New job")?;
        // A request may have given them another place in it since; then they keep that.
        let _ = self.story.act(
            by,
            &RemovePeople {
                group: from.id,
                kind: Kind::Member,
                users: vec![id],
            },
        );
        self.staff[at].roles = vec![job.role];
        Ok(())
    }

    /// An admin takes the wrong people out, and puts that right a little later.
    fn slip(&mut self) -> Result<(), Refusal> {
        let group = self
            .story
            .group(self.rng.pick(OPEN).copied().unwrap_or("On-Call"))?
            .id;
        let mut users: Vec<_> = self
            .story
            .world
            .direct_of_group(group)
            .filter(|m| m.kind == Kind::Member)
            .map(|m| m.user)
            .collect();
        users.sort();
        users.truncate(6);
        let admin = self.admin()?;
        if !users.is_empty()
            && let Some(position) = self.story.act(
                admin,
                &RemovePeople {
                    group,
                    kind: Kind::Member,
                    users,
                },
            )?
        {
            let at = self.story.now.plus_seconds(self.rng.between(5, 40) * 60);
            self.plan(at, Event::Undo(admin, position));
        }
        Ok(())
    }

    fn once(&mut self, once: Once) -> Result<(), Refusal> {
        let admin = self.admin()?;
        let now = self.story.now;
        match once {
            Once::Describe => {
                let group = self.story.group("Incident-Response")?.id;
                let description =
                    Description::parse("Who is called when something burns; train once a year")
                        .map_err(bad)?;
                self.story.act(
                    admin,
                    &EditGroup {
                        group: Some(group),
                        description: Some(description),
                        ..EditGroup::default()
                    },
                )?;
            }
            Once::LateGroup => {
                let app = self.story.group(&app_group("Data Warehouse", "Owners"))?;
                let owner = self.story.decider(app, None).unwrap_or(admin);
                self.late_group(
                    owner,
                    "Data Warehouse",
                    "Experiments",
                    "May try new tools on copies",
                )?;
                let users = self.some_of(1, 4);
                self.add(
                    owner,
                    &app_group("Data Warehouse", "Experiments"),
                    Kind::Member,
                    users,
                    Ends::at(self.end.plus_days(17)),
                    "Until the trial ends",
                )?;
            }
            Once::MirrorLeaves => {
                let group = self.story.group("Directory Administrators")?.id;
                let user = self.head(0)?;
                let add = AddPeople {
                    group,
                    kind: Kind::Member,
                    users: vec![user],
                    until: Ends::NEVER,
                    reason: reason("as the directory says"),
                };
                self.story.act(Actor::System(SystemActor::Import), &add)?;
            }
            Once::CloseClub => {
                let make = portcullis_app::group::CreateGroup {
                    kind: GroupKind::Group,
                    name: Name::parse("Chess-Club").map_err(bad)?,
                    description: Description::default(),
                    tags: Vec::new(),
                    owners: vec![self.anybody()],
                };
                self.story.act(admin, &make)?;
                self.wait(40)?;
                let group = self.story.group("Chess-Club")?.id;
                self.story.act(admin, &DeleteGroup { group })?;
            }
            Once::Jonas(days) => self.jonas(days)?,
            Once::Endings => {
                // Sooner and later ends for a handful of people in every open group.
                for name in OPEN {
                    let by = self
                        .story
                        .decider(self.story.group(name)?, None)
                        .unwrap_or(admin);
                    for end in [
                        self.end.plus_days(self.rng.between(1, 7)),
                        self.end.plus_days(self.rng.between(20, 35)),
                    ] {
                        let users: Vec<_> = (0..2).map(|_| self.anybody()).collect();
                        let end = end.plus_seconds(self.rng.between(0, 86_000));
                        self.add(
                            by,
                            name,
                            Kind::Member,
                            users,
                            Ends::at(end),
                            "For this month",
                        )?;
                    }
                }
                let owner = self.somebody_senior();
                self.add(
                    admin,
                    "Project-Cobalt",
                    Kind::Owner,
                    vec![owner],
                    Ends::at(now.plus_days(30)),
                    "While the project lead is away",
                )?;
            }
            Once::Newcomer => {
                let name = PersonName {
                    full: "Lucía Ferrer".into(),
                    login: "lucia.ferrer".into(),
                };
                let (title, roles) = ("Product Manager".to_owned(), vec![]);
                self.join(vec![Station {
                    name,
                    title,
                    department: 2,
                    roles,
                    rank: 3,
                    stays: true,
                }])?;
            }
            Once::Waiting(at) => {
                let (login, group, kind, days, why) = WAITING[at];
                let user = if login.is_empty() {
                    self.anybody()
                } else {
                    self.person(login)?
                };
                let until = if days == 0 {
                    Ends::NEVER
                } else {
                    Ends::at(self.end.plus_days(days))
                };
                self.request(user, group, kind, until, why);
            }
        }
        Ok(())
    }

    /// What makes an ordinary engineer's page worth looking at.
    fn jonas(&mut self, days: i64) -> Result<(), Refusal> {
        let (jonas, admin) = (self.person("jonas.meyer")?, self.admin()?);
        let grants: &[(&str, Kind, i64, &str)] = match days {
            200 => &[(
                "App-CRM-Readers",
                Kind::Member,
                -150,
                "Helping with the contract import",
            )],
            40 => &[
                (
                    "Project-Atlas",
                    Kind::Member,
                    26,
                    "Backend of the new portal",
                ),
                (
                    "Incident-Response",
                    Kind::Owner,
                    6,
                    "Stands in for the lead",
                ),
            ],
            24 => &[(
                "App-Deploy-Production",
                Kind::Member,
                4,
                "Release captain this sprint",
            )],
            _ => &[
                (
                    "App-Data Warehouse-Analysts",
                    Kind::Member,
                    2,
                    "Migrating the old dashboards",
                ),
                ("On-Call", Kind::Member, 1, "Rotation"),
            ],
        };
        for (name, kind, until, why) in grants {
            let by = self
                .story
                .decider(self.story.group(name)?, Some(jonas))
                .unwrap_or(admin);
            let until = Ends::at(self.end.plus_days(*until).plus_seconds(5 * HOUR));
            self.add(by, name, *kind, vec![jonas], until, why)?;
        }
        Ok(())
    }

    fn personas(&self) -> Result<Vec<Persona>, Refusal> {
        let notes = [
            ("ines.okafor", "An admin: sees and may change everything"),
            (
                "marta.oyelaran",
                "Owns Payroll and Ledger: requests wait for a decision",
            ),
            (
                "devika.raman",
                "Heads Data and owns its roles: who is in the team gets what it needs",
            ),
            (
                "jonas.meyer",
                "An engineer: some of what he has ends this week",
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
            .ok_or_else(|| Refusal::not_found("user", login))
    }

    pub(crate) fn admin(&self) -> Result<Actor, Refusal> {
        self.person("ines.okafor").map(Actor::User)
    }

    pub(crate) fn head(&self, department: usize) -> Result<Id<User>, Refusal> {
        let head = self.heads.get(&department).copied();
        head.ok_or_else(|| Refusal::not_found("user", format!("head {department}")))
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

/// Who waits for a decision at the end: login (anybody if empty), group, kind, days (0 for good).
const WAITING: &[(&str, &str, Kind, i64, &str)] = &[
    (
        "lucia.ferrer",
        "Role-Product-Manager",
        Kind::Member,
        0,
        "My new role; my lead said to ask here",
    ),
    (
        "jonas.meyer",
        "App-Data Warehouse-Personal Data",
        Kind::Member,
        14,
        "Investigating a customer's complaint",
    ),
    (
        "",
        "App-Payroll-Readers",
        Kind::Member,
        30,
        "Preparing the salary review",
    ),
    (
        "jonas.meyer",
        "App-Deploy-Production",
        Kind::Member,
        28,
        "Release captain for another sprint",
    ),
    (
        "devika.raman",
        "App-Payroll-Readers",
        Kind::Member,
        10,
        "Headcount forecast",
    ),
    (
        "",
        "Role-Data-Analyst",
        Kind::Member,
        90,
        "Half of my work is dashboards now",
    ),
    (
        "",
        "Project-Atlas",
        Kind::Owner,
        0,
        "I lead the second half of the project",
    ),
    (
        "",
        "App-CRM-Exporters",
        Kind::Member,
        7,
        "List for the autumn fair",
    ),
    (
        "",
        "App-Ledger-Bookers",
        Kind::Member,
        60,
        "Month end needs another pair of hands",
    ),
    (
        "lucia.ferrer",
        "App-Design Studio-Editors",
        Kind::Member,
        90,
        "Working with design on the portal",
    ),
    (
        "",
        "App-Source Code-Maintainers",
        Kind::Member,
        30,
        "Rotating the build secrets",
    ),
];
