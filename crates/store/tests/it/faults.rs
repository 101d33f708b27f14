//! Databases that are locked, away or silent, and processes that are killed.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_model::{Position, World};
use portcullis_store::{CommitError, Live, Proposal, Store};
use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional, split},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinSet,
};

use crate::support::{Database, Sink, both, commit, company, context, effect, facts, group};

fn unavailable<T: std::fmt::Debug>(answer: &Result<T, CommitError>) {
    assert!(
        matches!(answer, Err(CommitError::Unavailable(_))),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_locked_database_fails_the_write_and_nothing_else() {
    let database = Database::sqlite();
    let live = database.live().await;
    let c = context();
    commit(&live, &c, company(&[], &[&group(&c, "One")]))
        .await
        .unwrap();
    let mut other = SqliteConnection::connect(&database.url).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE")
        .execute(&mut other)
        .await
        .unwrap();
    let began = Instant::now();
    unavailable(&commit(&live, &c, company(&[], &[&group(&c, "Two")])).await);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(live.world().position(), Position(1));
    assert_eq!(live.store().load().await.unwrap().group_count(), 1);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let two = commit(&live, &c, company(&[], &[&group(&c, "Two")])).await;
    assert_eq!(two.unwrap().position, Position(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_fails_the_write_in_time() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let server = Server::of(&database.url);
    let (mut way, port, silence) = silent_proxy(server.clone()).await;
    let url = server.by_way_of(port);
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    let c = context();
    commit(&live, &c, company(&[], &[&group(&c, "One")]))
        .await
        .unwrap();
    silence.send_replace(true);
    let began = Instant::now();
    unavailable(&commit(&live, &c, company(&[], &[&group(&c, "Two")])).await);
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(live.world().position(), Position(1));
    silence.send_replace(false);
    let two = commit(&live, &c, company(&[], &[&group(&c, "Two")])).await;
    assert_eq!(two.unwrap().position, Position(2));
    way.shutdown().await;
    drop(live);
    database.drop().await;
}

/// Where a database's server listens, and how to reach the database by another way.
#[derive(Clone)]
struct Server {
    /// The folder of its socket, where it has one; else its host and port.
    socket: Option<String>,
    host: String,
    scheme_and_user: String,
    name: String,
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Server {
    fn of(url: &str) -> Self {
        let (front, query) = url.split_once('?').unwrap_or((url, ""));
        let (front, name) = front.rsplit_once('/').unwrap();
        let (scheme_and_user, host) = front.split_once('@').unwrap();
        let socket = query.split('&').find_map(|pair| pair.strip_prefix("host="));
        Self {
            socket: socket.map(|folder| format!("{folder}/.s.PGSQL.5432")),
            host: host.to_owned(),
            scheme_and_user: scheme_and_user.to_owned(),
            name: name.to_owned(),
        }
    }

    fn by_way_of(&self, port: u16) -> String {
        format!("{}@127.0.0.1:{port}/{}", self.scheme_and_user, self.name)
    }

    async fn connect(&self) -> std::io::Result<Box<dyn Wire>> {
        Ok(match &self.socket {
            Some(socket) => Box::new(UnixStream::connect(socket).await?),
            None => Box::new(TcpStream::connect(&self.host).await?),
        })
    }
}

/// A way to a server on which nothing moves while it is silenced, and no connection ends.
async fn silent_proxy(to: Server) -> (JoinSet<()>, u16, watch::Sender<bool>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (silence, silenced) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((from, _)) = listener.accept().await {
            let (from_server, to_server) = split(to.connect().await.unwrap());
            let (from_client, to_client) = split(from);
            connections.spawn(carry(from_client, to_server, silenced.clone()));
            connections.spawn(carry(from_server, to_client, silenced.clone()));
        }
    });
    (tasks, port, silence)
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut silenced: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read) = from.read(&mut buffer).await {
        let spoken = silenced.wait_for(|silenced| !silenced).await.is_ok();
        if read == 0 || !spoken || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// A way to a server that can be cut.
async fn proxy(port: u16, to: Server) -> (JoinSet<()>, u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut from, _)) = listener.accept().await {
            let to = to.clone();
            connections.spawn(async move {
                if let Ok(mut to) = to.connect().await {
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
            });
        }
    });
    (tasks, port)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_server_fails_the_write_and_nothing_else() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let server = Server::of(&database.url);
    let (mut way, port) = proxy(0, server.clone()).await;
    let url = server.by_way_of(port);
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    let c = context();
    commit(&live, &c, company(&[], &[&group(&c, "One")]))
        .await
        .unwrap();
    way.shutdown().await;
    for _ in 0..2 {
        let began = Instant::now();
        unavailable(&commit(&live, &c, company(&[], &[&group(&c, "Two")])).await);
        assert!(
            began.elapsed() < Duration::from_secs(8),
            "{:?}",
            began.elapsed()
        );
        assert_eq!(live.world().position(), Position(1));
    }
    let (way, _) = proxy(port, server).await;
    let two = commit(&live, &c, company(&[], &[&group(&c, "Two")])).await;
    assert_eq!(two.unwrap().position, Position(2));
    drop((way, live));
    database.drop().await;
}

both! {
    async fn a_killed_process_loses_nothing_it_acknowledged_and_leaves_nothing_half_done(database) {
        drop(database.store().await);
        let mut acknowledged = BTreeSet::new();
        for round in 0..6u64 {
            acknowledged.extend(write_until_killed(database, round));
            let store = database.store().await;
            let world = store.load().await.unwrap();
            for (position, name) in &acknowledged {
                assert!(world.find_group(name).is_some(), "{name} at {position} is gone");
            }
            let verified = store.verify_log(|_, _| {}).await.unwrap();
            assert_eq!((Position(verified.entries), verified.broken), (world.position(), None));
            assert_eq!(facts(&replayed(&store).await), facts(&world));
            let entries = world.position().0 as i64;
            assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, entries);
            assert_eq!(database.number("SELECT COUNT(*) FROM log_subjects").await, entries);
        }
        assert!(acknowledged.len() > 30, "{}", acknowledged.len());
    }
}

/// The world as the log alone tells it.
async fn replayed(store: &Store) -> World {
    let mut world = World::default();
    while let Some(entry) = store.entry(world.position().next()).await.unwrap() {
        world = world.after(&entry.change.unwrap()).unwrap();
    }
    world
}

/// Starts a process that writes, kills it in the middle, and returns what it had acknowledged.
fn write_until_killed(database: &Database, round: u64) -> Vec<(u64, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "faults::writes_until_killed",
            "--ignored",
            "--nocapture",
        ])
        .env("PORTCULLIS_TEST_WRITE", &database.url)
        .env("PORTCULLIS_TEST_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let mut take = |line: String| {
        let line = line.split_once("ack ").map(|(_, rest)| rest.to_owned());
        if let Some((position, name)) = line.as_deref().and_then(|line| line.split_once(' ')) {
            acknowledged.push((position.parse().unwrap(), name.to_owned()));
        }
        acknowledged.len()
    };
    for line in lines.by_ref() {
        if take(line.unwrap()) >= 10 + round as usize * 7 {
            break;
        }
    }
    // Anywhere in a batch: the child goes on meanwhile.
    std::thread::sleep(Duration::from_millis(round * 3));
    child.kill().unwrap();
    child.wait().unwrap();
    // The last line may be half a line; without its end it was no acknowledgement.
    for line in lines
        .map_while(Result::ok)
        .filter(|line| line.ends_with(';'))
    {
        take(line);
    }
    acknowledged
        .into_iter()
        .map(|(at, name): (u64, String)| (at, name.trim_end_matches(';').to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the test above"]
#[expect(
    clippy::disallowed_methods,
    reason = "the parent test tells it where to write"
)]
async fn writes_until_killed() {
    let url = std::env::var("PORTCULLIS_TEST_WRITE").unwrap();
    let round: u64 = std::env::var("PORTCULLIS_TEST_ROUND")
        .unwrap()
        .parse()
        .unwrap();
    let sink = Sink("test", |_, world| {
        vec![effect("", world.position().to_string())]
    });
    let store = Store::open(&url).await.unwrap();
    let live = Live::with_sinks(store, [Arc::new(sink) as _])
        .await
        .unwrap();
    let mut c = context();
    c.ids = Arc::new(crate::support::Counter::from(round * 1_000_000 + 1));
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (live, c) = (live.clone(), c.clone());
        clients.spawn(async move {
            for n in 0.. {
                let name = format!("r{round}c{client}n{n}");
                let change = company(&[], &[&group(&c, &name)]);
                let committed = live.commit(c.clone(), Proposal::of(change)).await.unwrap();
                println!("ack {} {name};", committed.position);
            }
        });
    }
    clients.join_all().await;
}
