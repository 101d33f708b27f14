//! A server of HTTP that does as it is told, well or badly.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use portcullis_connect::http::Url;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// What it does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Answers with this status, these headers and this body.
    Answers(u16, &'static [(&'static str, &'static str)], String),
    /// Reads, and never answers.
    Hangs,
    /// Says yes, and sends body without end.
    Floods,
    /// Says yes, and closes within the body it announced.
    ClosesMidBody,
    /// Closes without a word.
    Closes,
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Method and path.
    pub(crate) line: String,
    /// Headers, in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// It, on a port of its own.
pub(crate) struct Server {
    pub(crate) port: u16,
    will: Arc<Mutex<VecDeque<Does>>>,
    always: Arc<Mutex<Does>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub(crate) fn ok() -> Does {
    Does::Answers(200, &[], "ok".into())
}

pub(crate) fn status(status: u16) -> Does {
    Does::Answers(status, &[], "no".into())
}

impl Server {
    /// One that does `always` with each request.
    pub(crate) async fn start(always: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            will: Arc::default(),
            always: Arc::new(Mutex::new(always)),
            asked: Arc::default(),
        };
        let (will, always, asked) = (
            server.will.clone(),
            server.always.clone(),
            server.asked.clone(),
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (will, always, asked) = (will.clone(), always.clone(), asked.clone());
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(request) = read(&mut stream).await {
                        asked.lock().unwrap().push(request);
                        let next = will.lock().unwrap().pop_front();
                        let does = next.unwrap_or_else(|| always.lock().unwrap().clone());
                        if act(stream.get_mut(), does).await.is_none() {
                            return;
                        }
                    }
                });
            }
        });
        server
    }

    /// Does these things with the next requests, before what it does always.
    pub(crate) fn will(&self, does: impl IntoIterator<Item = Does>) {
        self.will.lock().unwrap().extend(does);
    }

    /// Does this from now on.
    pub(crate) fn always(&self, does: Does) {
        *self.always.lock().unwrap() = does;
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut asked = Asked {
        line,
        headers,
        body: Vec::new(),
    };
    asked.body = vec![0; asked.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut asked.body).await.ok()?;
    Some(asked)
}

/// Nothing where the connection is to be closed.
async fn act(stream: &mut TcpStream, does: Does) -> Option<()> {
    match does {
        Does::Answers(status, headers, body) => {
            let headers: String = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"))
                .collect();
            let head = format!(
                "HTTP/1.1 {status} It\r\n{headers}content-length: {}\r\n\r\n",
                body.len()
            );
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .await
                .ok()
        }
        Does::Hangs => std::future::pending().await,
        Does::Floods => {
            stream.write_all(b"HTTP/1.1 200 It\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(&[b'x'; 4096]).await.ok()?;
            }
        }
        Does::ClosesMidBody => {
            stream
                .write_all(b"HTTP/1.1 200 It\r\ncontent-length: 100\r\n\r\nha")
                .await
                .ok()?;
            None
        }
        Does::Closes => None,
    }
}
