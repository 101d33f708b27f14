//! Measures commits: many clients, each adding one membership at a time, as fast as it is answered.
//!
//! `cargo run --release -p portcullis-store --example commit_bench -- <url> <clients> <seconds>` on
//! a database made by `load_bench make`, or an empty one.

#![expect(clippy::print_stdout, reason = "it is a measuring program")]

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use portcullis_model::{
    Actor, ChangeSet, Context, Description, Edit, Expiry, Group, GroupKind, Id, Ids, Login,
    Membership, MembershipKind, Name, OperationName, Policy, Position, Reason, SystemActor,
    Timestamp, User, Validity,
    record::{Authority, UserKind},
};
use portcullis_store::{Live, Proposal, Store};
use uuid::Uuid;

struct Counter(AtomicU64, u64);

impl Ids for Counter {
    fn next(&self, now: Timestamp) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        let time = (now.micros() / 1000 + n as i64 / 100) as u64;
        Uuid::from_u64_pair(time << 16 | self.1, n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let url = args.get(1).ok_or("give a database url")?;
    let clients: usize = args.get(2).map_or(Ok(64), |n| n.parse())?;
    let seconds: u64 = args.get(3).map_or(Ok(10), |n| n.parse())?;
    let live = Live::start(Store::open(url).await?).await?;
    let run = live.world().position().0 & 0xffff;
    let context = Context {
        means: Default::default(),
        actor: Actor::System(SystemActor::Operator),
        now: "2026-03-02T00:00:00Z".parse()?,
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counter(AtomicU64::new(1), run)),
    };
    let (users, groups) = people(&live, &context, run).await?;
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let next = Arc::new(AtomicU64::new(0));
    let tasks = (0..clients).map(|_| {
        let (live, context, next) = (live.clone(), context.clone(), Arc::clone(&next));
        let (users, groups) = (Arc::clone(&users), Arc::clone(&groups));
        tokio::spawn(async move {
            let mut waits = Vec::new();
            while Instant::now() < end {
                let n = next.fetch_add(1, Ordering::Relaxed) as usize;
                let (user, group) = (users[n % users.len()], groups[n / users.len()]);
                let build = move |_: &_, context: &Context| {
                    Ok(
                        ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(
                            Membership {
                                id: context.id(),
                                user,
                                group,
                                kind: MembershipKind::Member,
                                validity: Validity::new(context.now, Expiry::NEVER),
                                reason: Reason::default(),
                                granted_by: context.actor,
                                request: None,
                            },
                        )),
                    )
                };
                let sent = Instant::now();
                let committed = live.commit(context.clone(), Proposal::new(build)).await;
                let committed = committed.map_err(|error| error.to_string())?;
                waits.push((sent.elapsed(), committed.world.position()));
            }
            Ok::<_, String>(waits)
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    let took = began.elapsed().as_secs_f64();
    report(waits, took);
    Ok(())
}

fn report(waits: Vec<(Duration, Position)>, took: f64) {
    let mut batches: BTreeMap<u64, u64> = BTreeMap::new();
    for (_, world) in &waits {
        *batches.entry(world.0).or_default() += 1;
    }
    let mut sizes: Vec<_> = batches.into_values().collect();
    sizes.sort_unstable();
    let mut waits: Vec<_> = waits.into_iter().map(|(wait, _)| wait).collect();
    waits.sort_unstable();
    let rate = waits.len() as f64 / took;
    println!(
        "{} commits in {took:.1} s: {rate:.0}/s; wait p50 {:?} p99 {:?}; {} batches, size median {} mean {:.1}",
        waits.len(),
        waits[waits.len() / 2],
        waits[waits.len() * 99 / 100],
        sizes.len(),
        sizes[sizes.len() / 2],
        waits.len() as f64 / sizes.len() as f64,
    );
}

type People = (Arc<Vec<Id<User>>>, Arc<Vec<Id<Group>>>);

async fn people(live: &Live, context: &Context, run: u64) -> Result<People, Box<dyn Error>> {
    let mut change = ChangeSet::new(OperationName::GroupEdit);
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for n in 0..1000 {
        let id = context.id();
        users.push(id);
        change.push(Edit::create(User {
            id,
            source: None,
            login: Login::parse(&format!("bench{run}-{n}"))?,
            name: Name::parse(&format!("User {n}"))?,
            email: None,
            kind: UserKind::Person,
            manager: None,
            attributes: BTreeMap::new(),
        }));
        let id = context.id();
        groups.push(id);
        change.push(Edit::create(Group {
            id,
            source: None,
            name: Name::parse(&format!("Bench {run} {n}"))?,
            description: Description::default(),
            kind: GroupKind::Group,
            authority: Authority::Portcullis,
            tags: Vec::new(),
        }));
    }
    live.commit(context.clone(), Proposal::of(change)).await?;
    Ok((Arc::new(users), Arc::new(groups)))
}
