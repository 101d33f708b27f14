//! What happens once, so that there is something of every kind to look at.

use portcullis_app::group::{AddPeople, CreateGroup, DeleteGroup, EditGroup};
use portcullis_model::{
    Actor, ConnectorId, Expiry, GroupKind, MembershipKind, Refusal,
    name::{Description, Name},
};

use super::{Company, HOUR, Once, Station};
use crate::{
    catalog::OPEN,
    founding::{app_group, bad, reason},
    names::PersonName,
};

impl Company {
    pub(super) fn once(&mut self, once: Once) -> Result<(), Refusal> {
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
                    MembershipKind::Member,
                    users,
                    Expiry::at(self.end.plus_days(17)),
                    "Until the trial ends",
                )?;
            }
            Once::MirrorLeaves => {
                let group = self.story.group("Directory Administrators")?.id;
                let user = self.head(0)?;
                let add = AddPeople {
                    group,
                    kind: MembershipKind::Member,
                    users: vec![user],
                    until: Expiry::NEVER,
                    reason: reason("as the directory says"),
                };
                self.story
                    .act(Actor::Connector(ConnectorId::IMPORT), &add)?;
            }
            Once::CloseClub => {
                let make = CreateGroup {
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
                            MembershipKind::Member,
                            users,
                            Expiry::at(end),
                            "For this month",
                        )?;
                    }
                }
                let owner = self.somebody_senior();
                self.add(
                    admin,
                    "Project-Cobalt",
                    MembershipKind::Owner,
                    vec![owner],
                    Expiry::at(now.plus_days(30)),
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
                    Expiry::NEVER
                } else {
                    Expiry::at(self.end.plus_days(days))
                };
                self.decided_by_marta(group)?;
                self.request(user, group, kind, until, why);
            }
        }
        Ok(())
    }

    /// Lets Marta, whom the demo shows deciding, own a group of her apps where chance has let in
    /// other owners: requests go to them before they go to the app's.
    fn decided_by_marta(&mut self, group: &str) -> Result<(), Refusal> {
        let (marta, admin) = (self.person("marta.oyelaran")?, self.admin()?);
        let (world, now) = (&self.story.world, self.story.now);
        let asked = self.story.group(group)?;
        let hers = asked
            .app()
            .is_some_and(|app| world.owns_app(marta, app, now));
        let decides = world.deciders(asked, None, now);
        if !hers || decides.iter().any(|user| user.id == marta) {
            return Ok(());
        }
        let why = "Decides about her own systems";
        self.add(
            admin,
            group,
            MembershipKind::Owner,
            vec![marta],
            Expiry::NEVER,
            why,
        )
    }

    /// What makes an ordinary engineer's page worth looking at.
    fn jonas(&mut self, days: i64) -> Result<(), Refusal> {
        let (jonas, admin) = (self.person("jonas.meyer")?, self.admin()?);
        let grants: &[(&str, MembershipKind, i64, &str)] = match days {
            200 => &[(
                "App-CRM-Readers",
                MembershipKind::Member,
                -150,
                "Helping with the contract import",
            )],
            40 => &[
                (
                    "Project-Atlas",
                    MembershipKind::Member,
                    26,
                    "Backend of the new portal",
                ),
                (
                    "Incident-Response",
                    MembershipKind::Owner,
                    6,
                    "Stands in for the lead",
                ),
            ],
            24 => &[(
                "App-Deploy-Production",
                MembershipKind::Member,
                4,
                "Release captain this sprint",
            )],
            _ => &[
                (
                    "App-Data Warehouse-Analysts",
                    MembershipKind::Member,
                    2,
                    "Migrating the old dashboards",
                ),
                ("On-Call", MembershipKind::Member, 1, "Rotation"),
            ],
        };
        for (name, kind, until, why) in grants {
            let by = self
                .story
                .decider(self.story.group(name)?, Some(jonas))
                .unwrap_or(admin);
            let until = Expiry::at(self.end.plus_days(*until).plus_seconds(5 * HOUR));
            self.add(by, name, *kind, vec![jonas], until, why)?;
        }
        Ok(())
    }
}

/// Who waits for a decision at the end: login (anybody if empty), group, kind, days (0 for good).
pub(super) const WAITING: &[(&str, &str, MembershipKind, i64, &str)] = &[
    (
        "lucia.ferrer",
        "Role-Product-Manager",
        MembershipKind::Member,
        0,
        "My new role; my lead said to ask here",
    ),
    (
        "jonas.meyer",
        "App-Data Warehouse-Personal Data",
        MembershipKind::Member,
        14,
        "Investigating a customer's complaint",
    ),
    (
        "",
        "App-Payroll-Readers",
        MembershipKind::Member,
        30,
        "Preparing the salary review",
    ),
    (
        "jonas.meyer",
        "App-Deploy-Production",
        MembershipKind::Member,
        28,
        "Release captain for another sprint",
    ),
    (
        "devika.raman",
        "App-Payroll-Readers",
        MembershipKind::Member,
        10,
        "Headcount forecast",
    ),
    (
        "",
        "Role-Data-Analyst",
        MembershipKind::Member,
        90,
        "Half of my work is dashboards now",
    ),
    (
        "",
        "Project-Atlas",
        MembershipKind::Owner,
        0,
        "I lead the second half of the project",
    ),
    (
        "",
        "App-CRM-Exporters",
        MembershipKind::Member,
        7,
        "List for the autumn fair",
    ),
    (
        "",
        "App-Ledger-Bookers",
        MembershipKind::Member,
        60,
        "Month end needs another pair of hands",
    ),
    (
        "lucia.ferrer",
        "App-Design Studio-Editors",
        MembershipKind::Member,
        90,
        "Working with design on the portal",
    ),
    (
        "",
        "App-Source Code-Maintainers",
        MembershipKind::Member,
        30,
        "Rotating the build secrets",
    ),
];
