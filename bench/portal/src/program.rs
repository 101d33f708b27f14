//! The program that is measured: commands that end, and a server that is asked.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

const TOKEN: &str = "the admin of the benchmark";

/// What a run of the program cost.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub wall: Duration,
    pub cpu: Duration,
    /// The most memory it held, in MB.
    pub peak: u64,
}

/// Where the program, its configuration and its data are.
pub struct Place {
    program: PathBuf,
    folder: PathBuf,
    address: String,
}

impl Place {
    pub fn new(program: &Path, folder: &Path, database: Option<&str>) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let data = match database {
            Some(url) => format!("database = {url:?}"),
            None => "data = \"portal.sqlite\"".to_owned(),
        };
        fs::write(folder.join("token.txt"), TOKEN)?;
        fs::write(
            folder.join("portcullis.toml"),
            format!(
                "{data}\nlisten = {address:?}\n[limits]\nwrites_per_minute = 0\ncostly_per_minute = 0\n\
                 [[token]]\nname = \"bench\"\nfile = \"token.txt\"\nuser = \"admin\"\n"
            ),
        )?;
        let program = program.canonicalize().context("build the program first")?;
        let folder = folder.to_owned();
        Ok(Self {
            program,
            folder,
            address,
        })
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Result<Cost> {
        let (start, mut process) = (Instant::now(), self.start(arguments)?);
        let mut cost = Cost::default();
        loop {
            let id = process.id();
            if let (Ok(peak), Ok(cpu)) = (memory(id, "VmHWM"), cpu(id)) {
                (cost.peak, cost.cpu) = (cost.peak.max(peak), cpu);
            }
            if let Some(status) = process.try_wait()? {
                cost.wall = start.elapsed();
                ensure!(status.success(), "{arguments:?}: {}", self.log()?);
                return Ok(cost);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts the server and waits for its first page.
    pub fn serve(&self, first_page: &str) -> Result<(Server, Duration)> {
        let (start, process) = (Instant::now(), self.start(&["serve"])?);
        let mut server = Server {
            process,
            address: self.address.clone(),
        };
        while TcpStream::connect(&server.address).is_err() {
            if server.process.try_wait()?.is_some() || start.elapsed() > Duration::from_secs(300) {
                bail!("it does not start: {}", self.log()?);
            }
            thread::sleep(Duration::from_millis(2));
        }
        let answer = server.connect()?.ask("GET", first_page, "")?;
        ensure!(
            answer.status == 200,
            "{first_page}: {} {}",
            answer.status,
            answer.body
        );
        Ok((server, start.elapsed()))
    }

    fn start(&self, arguments: &[&str]) -> Result<Child> {
        let log = fs::File::create(self.folder.join("log.txt"))?;
        Ok(Command::new(&self.program)
            .args(arguments)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?)
    }

    fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join("log.txt"))?)
    }
}

/// A running server; it ends with this.
pub struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            reader: BufReader::new(stream),
            address: self.address.clone(),
        })
    }

    pub fn cpu(&self) -> Result<Duration> {
        cpu(self.process.id())
    }

    /// What it holds now, in MB.
    pub fn memory(&self) -> Result<u64> {
        memory(self.process.id(), "VmRSS")
    }

    /// The most it held, in MB.
    pub fn peak(&self) -> Result<u64> {
        memory(self.process.id(), "VmHWM")
    }
}

/// A connection that is kept.
pub struct Connection {
    reader: BufReader<TcpStream>,
    address: String,
}

pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Connection {
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let request = format!(
            "{method} /api/v1{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            path.replace(' ', "%20"),
            self.address,
            body.len(),
        );
        self.reader.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let status = line.split(' ').nth(1).context("no answer")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.reader.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok(Answer {
            status,
            body: String::from_utf8(body)?,
        })
    }
}

fn memory(id: u32, what: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with(what))
        .context("no such line")?;
    let kilobytes = line
        .split_whitespace()
        .nth(1)
        .context("an unknown /proc/PID/status")?;
    Ok(kilobytes.parse::<u64>()? / 1000)
}

/// The processor time that a process has used.
fn cpu(id: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name in brackets may hold spaces; what follows it begins with the third field.
    let (_, fields) = stat.rsplit_once(')').context("an unknown /proc/PID/stat")?;
    let ticks = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}
