//! Imports a generated company of each size, starts the server on it, asks it, changes it, and
//! prints what each thing costs, how that grows, and what discord/access takes for the same.

mod company;
mod program;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};
use clap::Parser;

use company::{Company, login, team};
use program::{Place, Server};

/// Measures how the program grows with its data.
#[derive(Parser)]
struct Options {
    /// The program to measure.
    #[arg(long, default_value = "../../target/release/portcullis")]
    portcullis: PathBuf,
    /// How many memberships.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<usize>,
    /// How many commits by each of adding and removing; a tenth of the memberships if not given.
    #[arg(long)]
    commits: Option<usize>,
    /// Writers at once.
    #[arg(long, default_value_t = 64)]
    writers: usize,
    /// An empty PostgreSQL database to measure on, instead of SQLite; for one size.
    #[arg(long)]
    database: Option<String>,
}

/// One line of the table.
struct Line {
    what: String,
    unit: &'static str,
    /// What discord/access takes, on 50,000 memberships.
    peer: Option<f64>,
    values: Vec<f64>,
}

#[derive(Default)]
struct Table(Vec<Line>);

impl Table {
    fn put(&mut self, what: &str, unit: &'static str, peer: Option<f64>, value: f64) {
        match self.0.iter_mut().find(|line| line.what == what) {
            Some(line) => line.values.push(value),
            None => self.0.push(Line {
                what: what.to_owned(),
                unit,
                peer,
                values: vec![value],
            }),
        }
    }

    fn print(&self, sizes: &[usize]) {
        let heads: Vec<_> = sizes.iter().map(|size| format!("{size}")).collect();
        println!(
            "| | unit | {} | growth | discord/access | times |",
            heads.join(" | ")
        );
        println!("|---|---|{}---|---|---|", "---|".repeat(sizes.len()));
        for line in &self.0 {
            let values: Vec<_> = line.values.iter().map(|value| number(*value)).collect();
            let growth = line
                .values
                .windows(2)
                .map(|two| format!("×{:.1}", two[1] / two[0]));
            let growth: Vec<_> = growth.collect();
            let peer = line.peer.map_or_else(String::new, number);
            // Against the size next to the peer's own.
            let own = line.values.get(1).or(line.values.first());
            let times = line
                .peer
                .zip(own)
                .map(|(peer, own)| format!("{:.0}", peer / own));
            println!(
                "| {} | {} | {} | {} | {peer} | {} |",
                line.what,
                line.unit,
                values.join(" | "),
                growth.join(" "),
                times.unwrap_or_default(),
            );
        }
    }
}

fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut table = Table::default();
    for &size in &options.sizes {
        measure(&options, Company::of(size), &mut table)?;
    }
    table.print(&options.sizes);
    Ok(())
}

fn measure(options: &Options, company: Company, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let place = Place::new(
        &options.portcullis,
        folder.path(),
        options.database.as_deref(),
    )?;
    company.write(&folder.path().join("org.json"))?;
    eprintln!("{} memberships: importing", company.memberships);
    place.run(&["init", "admin@example.com"])?;
    let import = place.run(&["import", "org", "org.json"])?;
    table.put(
        "import of the organisation",
        "s",
        None,
        import.wall.as_secs_f64(),
    );
    table.put("its processor time", "s", None, import.cpu.as_secs_f64());
    table.put("its memory", "MB", None, import.peak as f64);

    let (server, took) = place.serve("/users?limit=50")?;
    table.put("start to first page", "s", Some(9.0), took.as_secs_f64());
    table.put(
        "memory after the start",
        "MB",
        Some(181.0),
        server.memory()? as f64,
    );
    table.put("the most until then", "MB", None, server.peak()? as f64);

    let commits = options.commits.unwrap_or(company.memberships / 10);
    eprintln!(
        "{} memberships: {commits} commits twice",
        company.memberships
    );
    let before = now(&server)?;
    for (what, method, status) in [("adding", "PUT", 200), ("removing", "DELETE", 200)] {
        let (rate, cpu) = commit(&server, &company, options.writers, commits, method, status)?;
        table.put(
            &format!("{what} somebody, {} writers", options.writers),
            "/s",
            None,
            rate,
        );
        table.put(&format!("{what} somebody"), "CPU ms", None, cpu);
    }
    reads(&server, &company, &before, table)?;
    table.put(
        "memory in the end",
        "MB",
        Some(419.0),
        server.memory()? as f64,
    );
    table.put("the most ever", "MB", None, server.peak()? as f64);
    Ok(())
}

/// The time of the server's last entry.
fn now(server: &Server) -> Result<String> {
    let answer = server.connect()?.ask("GET", "/log?limit=1", "")?;
    let log: serde_json::Value = serde_json::from_str(&answer.body)?;
    let at = log["items"][0]["at"]
        .as_str()
        .ok_or_else(|| anyhow!("no log: {}", answer.body))?;
    Ok(at.to_owned())
}

/// Many at once, each adding or removing one person at a time; so many a second, and the processor
/// time of each in milliseconds.
fn commit(
    server: &Server,
    company: &Company,
    writers: usize,
    commits: usize,
    method: &str,
    status: u16,
) -> Result<(f64, f64)> {
    let next = AtomicUsize::new(0);
    let (start, before) = (Instant::now(), server.cpu()?);
    thread::scope(|scope| {
        let write = || -> Result<()> {
            let mut connection = server.connect()?;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= commits {
                    return Ok(());
                }
                let (group, round) = (n % company.teams, n / company.teams);
                let path = format!(
                    "/groups/{}/members/{}",
                    team(group),
                    login(company.stranger(group, round))
                );
                let body = if method == "PUT" { "{}" } else { "" };
                let answer = connection.ask(method, &path, body)?;
                ensure!(
                    answer.status == status,
                    "{path}: {} {}",
                    answer.status,
                    answer.body
                );
            }
        };
        let writers: Vec<_> = (0..writers).map(|_| scope.spawn(write)).collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().map_err(|_| anyhow!("a writer panicked"))?)
    })?;
    let (took, cpu) = (start.elapsed(), server.cpu()? - before);
    let each = cpu.as_secs_f64() * 1000.0 / commits as f64;
    Ok((commits as f64 / took.as_secs_f64(), each))
}

/// Everything that is asked, with what discord/access takes for it in processor time on SQLite.
fn reads(server: &Server, company: &Company, before: &str, table: &mut Table) -> Result<()> {
    let somebody = login(company.people / 2);
    let some = team(company.teams / 2);
    let first = format!("/users?limit=50&at={before}");
    for (what, path, peer) in [
        ("list users, 50", "/users?limit=50".to_owned(), Some(12.8)),
        ("search users", "/users?limit=50&q=hana".into(), Some(28.5)),
        ("list groups, 50", "/groups?limit=50".into(), Some(41.3)),
        (
            "search groups",
            "/groups?limit=50&q=team+7".into(),
            Some(30.3),
        ),
        ("a user", format!("/users/{somebody}"), Some(60.5)),
        ("a group", format!("/groups/{some}"), Some(17.5)),
        (
            "members of a group",
            format!("/groups/{some}/members?limit=100"),
            Some(52.8),
        ),
        (
            "expiring in 30 days",
            "/expiring?within=30d&limit=20".into(),
            Some(38.8),
        ),
        (
            "a user's history",
            format!("/users/{somebody}/history?limit=20"),
            Some(28.3),
        ),
        ("requests, 20", "/requests?limit=20".into(), Some(24.0)),
        ("the log, 50", "/log?limit=50".into(), None),
        (
            "the log, a word that is nowhere",
            "/log?q=nowherezz".into(),
            None,
        ),
        (
            "the log, a name that is there",
            format!("/log?q={somebody}"),
            None,
        ),
        (
            "the log, an old operation",
            "/log?operation=user.init_admin".into(),
            None,
        ),
        ("first question of a past time", first.clone(), None),
        ("second question of it", first, None),
    ] {
        let once = what.starts_with("first");
        let mut connection = server.connect()?;
        let (mut asked, start, cpu) = (0_u32, Instant::now(), server.cpu()?);
        // Ticks of the processor's clock are 10 ms: enough of them are asked for.
        while asked == 0
            || !once && (start.elapsed() < Duration::from_millis(1_000) && asked < 5_000)
        {
            let answer = connection.ask("GET", &path, "")?;
            ensure!(
                answer.status == 200,
                "{path}: {} {}",
                answer.status,
                answer.body
            );
            asked += 1;
        }
        let cpu = (server.cpu()? - cpu).as_secs_f64() * 1000.0 / f64::from(asked);
        table.put(what, "CPU ms", peer, cpu);
    }
    Ok(())
}
