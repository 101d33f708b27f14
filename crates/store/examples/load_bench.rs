//! Measures loading a large world: 1,000,000 memberships, of each twenty a user and of each fifty a
//! group.
//!
//! `cargo run --release -p portcullis-store --example load_bench -- <url> make [memberships]` fills
//! an empty database through the writer; without `make` it loads it, and prints the time and the
//! memory.

#![expect(clippy::print_stdout, reason = "it is a measuring program")]

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Context, Description, Edit, Expiry, Group, GroupKind, Id, Ids,
    Login, Membership, MembershipKind, Name, OperationName, Policy, Reason, Timestamp, User,
    Validity,
    record::{Authority, UserKind},
};
use portcullis_store::{Live, Proposal, Store};
use uuid::Uuid;

const MEMBERSHIPS: usize = 1_000_000;
const PER_USER: usize = 20;
const PER_GROUP: usize = 50;

struct Counter(AtomicU64);

impl Ids for Counter {
    fn next(&self, now: Timestamp) -> Uuid {
        // Shaped like version 7: time first, then what looks random.
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        let time = (now.micros() / 1000 + n as i64 / 100) as u64;
        Uuid::from_u64_pair(time << 16, n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give a database url")?;
    let store = Store::open(&url).await?;
    if std::env::args().nth(2).as_deref() == Some("make") {
        let began = Instant::now();
        let memberships = std::env::args().nth(3).map(|n| n.parse()).transpose()?;
        make(&store, memberships.unwrap_or(MEMBERSHIPS)).await?;
        println!("made in {:.1} s", began.elapsed().as_secs_f64());
        return Ok(());
    }
    println!("{} before loading", resident()?);
    let began = Instant::now();
    let world = store.load().await?;
    println!(
        "{} users, {} groups, {} memberships at {} in {:.2} s, {}",
        world.user_count(),
        world.group_count(),
        world.membership_count(),
        world.position(),
        began.elapsed().as_secs_f64(),
        resident()?
    );
    Ok(())
}

async fn make(store: &Store, memberships: usize) -> Result<(), Box<dyn Error>> {
    let (of_users, of_groups) = (memberships / PER_USER, memberships / PER_GROUP);
    let live = Live::start(store.clone()).await?;
    let context = Context {
        means: Default::default(),
        actor: Actor::Connector(ConnectorId::IMPORT),
        now: "2026-03-01T00:00:00Z".parse()?,
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counter(AtomicU64::new(1))),
    };
    let mut change = ChangeSet::new(OperationName::GroupEdit);
    let mut users: Vec<Id<User>> = Vec::new();
    for n in 0..of_users {
        let id = context.id();
        users.push(id);
        change.push(Edit::create(User {
            id,
            source: None,
            login: Login::parse(&format!("user{n}"))?,
            name: Name::parse(&format!("User Number {n}"))?,
            email: Some(portcullis_model::Email::parse(&format!(
                "user{n}@example.com"
            ))?),
            kind: UserKind::Person,
            manager: None,
            attributes: [("Title".to_owned(), "Engineer".into())].into(),
        }));
    }
    live.commit(context.clone(), Proposal::of(change)).await?;
    let mut change = ChangeSet::new(OperationName::GroupEdit);
    let mut groups: Vec<Id<Group>> = Vec::new();
    for n in 0..of_groups {
        let id = context.id();
        groups.push(id);
        change.push(Edit::create(Group {
            id,
            source: None,
            name: Name::parse(&format!("Group Number {n}"))?,
            description: Description::parse("What this group is for, in a sentence.")?,
            kind: GroupKind::Group,
            authority: Authority::Portcullis,
            tags: Vec::new(),
        }));
    }
    live.commit(context.clone(), Proposal::of(change)).await?;
    let reasons = ["", "on-boarding", "project Alder", "on call"];
    let reasons = reasons.map(|text| Reason::parse(text).unwrap_or_default());
    for part in 0..memberships / 10_000 {
        let mut change = ChangeSet::new(OperationName::GroupEdit);
        for n in part * 10_000..(part + 1) * 10_000 {
            change.push(Edit::create(Membership {
                id: context.id(),
                user: users[n % of_users],
                group: groups[(n / of_users * 997 + n % of_users) % of_groups],
                kind: MembershipKind::Member,
                validity: Validity::new(context.now, Expiry::at(context.now.plus_days(90))),
                reason: reasons[n % reasons.len()].clone(),
                granted_by: Actor::User(users[n % 100]),
                request: None,
            }));
        }
        live.commit(context.clone(), Proposal::of(change)).await?;
    }
    Ok(())
}

fn resident() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let lines = status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    Ok(lines.collect::<Vec<_>>().join(", ").replace('\t', " "))
}
