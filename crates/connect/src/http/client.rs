//! The client itself.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use portcullis_app::deliver::Schedule;
use portcullis_model::{Clock, Timestamp};
use reqwest::{Certificate, Client, Method, NoProxy, Proxy, StatusCode, Url, header, redirect};

use super::{
    address::{self, PublicOnly},
    call::{Call, Reach},
    error::HttpError,
    origin::origin,
    pace::{self, Paces},
    reply::Reply,
};

/// How long it may take until there is a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How many times in a row an origin may send on to another of its own addresses.
const REDIRECTS: usize = 3;

/// How the program gets out.
#[derive(Clone)]
pub struct Settings {
    /// The proxy all calls go through, but those to `no_proxy`; may hold a password.
    pub proxy: Option<Url>,
    /// Hosts and domains that are reached directly, separated by commas.
    pub no_proxy: String,
    /// Certificates that are trusted beside the system's, in PEM.
    pub authorities: Option<Vec<u8>>,
    /// How long a call may take, unless it says otherwise.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            proxy: None,
            no_proxy: String::new(),
            authorities: None,
            patience: Duration::from_secs(10),
        }
    }
}

/// The one HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    /// For calls that may lead to public addresses only.
    public: Client,
    /// For those that may lead anywhere.
    anywhere: Client,
    proxied: bool,
    patience: Duration,
    paces: Arc<Mutex<Paces>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http")
            .field("proxied", &self.proxied)
            .finish_non_exhaustive()
    }
}

impl Http {
    /// A client for this way out. Of the clock it asks how much time has passed only.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the settings, or that this machine cannot do TLS.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let proxy = settings.proxy.as_ref().and_then(Url::host_str);
        let guard = PublicOnly {
            proxy: proxy.map(Arc::from),
        };
        let build = |builder: reqwest::ClientBuilder| builder.build().map_err(|error| told(&error));
        Ok(Self {
            public: build(builder(settings)?.dns_resolver(guard))?,
            anywhere: build(builder(settings)?)?,
            proxied: settings.proxy.is_some(),
            patience: settings.patience,
            paces: Arc::default(),
            clock,
        })
    }

    /// Makes a call. It is made again only where it only reads and its maker asked for that. Whoever sends elsewhere
    /// is followed within its own origin only.
    ///
    /// # Errors
    /// [`HttpError`]: there is no answer. An answer of any status is one.
    pub async fn send(&self, call: Call) -> Result<Reply, HttpError> {
        let tries = call.tries();
        let mut attempt = 1;
        loop {
            let tried = self.once(&call).await;
            let again = match &tried {
                Ok(reply) => is_passing(reply.status()).then(|| reply.retry_after()),
                Err(error) => error.is_passing().then_some(None),
            };
            let Some(after) = again.filter(|_| attempt < tries) else {
                return tried;
            };
            let wait = WAITS.backoff(attempt, random());
            // Whoever asks for more than a moment is not waited for.
            if after.is_some_and(|after| after > WAITS.longest) {
                return tried;
            }
            tokio::time::sleep(after.unwrap_or_default().max(wait)).await;
            attempt += 1;
        }
    }

    async fn once(&self, call: &Call) -> Result<Reply, HttpError> {
        let following = async {
            let mut url = call.url.clone();
            for _ in 0..=REDIRECTS {
                let reply = self.step(call, &url).await?;
                match next(call, &url, &reply)? {
                    Some(next) => url = next,
                    None => return Ok(reply),
                }
            }
            Err(HttpError::Redirected {
                origin: origin(&url),
            })
        };
        let late = || HttpError::Late {
            origin: origin(&call.url),
        };
        tokio::time::timeout(self.patience_of(call), following)
            .await
            .map_err(|_| late())?
    }

    async fn step(&self, call: &Call, url: &Url) -> Result<Reply, HttpError> {
        let from = origin(url);
        self.allow(call, url).await?;
        let address = pace::address(url);
        let taken = self
            .paces()
            .take((&from, &address), call.per_minute, self.elapsed());
        if let Err(after) = taken {
            return Err(HttpError::HeldBack {
                origin: from,
                after,
            });
        }
        let client = match call.reach {
            Reach::Public => &self.public,
            Reach::Anywhere => &self.anywhere,
        };
        let request = client
            .request(call.method.clone(), url.clone())
            .headers(call.headers.clone())
            .timeout(self.patience_of(call))
            .body(call.body.clone());
        let response = request
            .send()
            .await
            .map_err(|error| HttpError::of(&error, url))?;
        let reply = Reply::new(response, url.clone(), call.most);
        tracing::debug!(method = %call.method, origin = from, status = reply.status().as_u16(), "called");
        if is_passing(reply.status())
            && let Some(time) = reply.retry_after()
        {
            self.paces().leave_alone(&address, time, self.elapsed());
        }
        Ok(reply)
    }

    fn patience_of(&self, call: &Call) -> Duration {
        call.timeout.unwrap_or(self.patience)
    }

    fn paces(&self) -> MutexGuard<'_, Paces> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.elapsed())
    }

    /// Whether the call may go to `url`. Where no proxy stands between, the resolver says the same of names.
    async fn allow(&self, call: &Call, url: &Url) -> Result<(), HttpError> {
        let is_web = match call.reach {
            Reach::Public => url.scheme() == "https",
            Reach::Anywhere => matches!(url.scheme(), "https" | "http"),
        };
        let host = url.host_str().filter(|_| is_web);
        let Some(host) = host else {
            return Err(HttpError::Scheme {
                origin: origin(url),
            });
        };
        if call.reach == Reach::Public
            && (address::is_literally_private(url)
                || self.proxied && address::is_private(host).await)
        {
            return Err(HttpError::Private {
                origin: origin(url),
            });
        }
        Ok(())
    }
}

/// What is tried again at once, where that is asked for: three times within seconds.
const WAITS: Schedule = Schedule {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(3),
    attempts: u32::MAX,
};

const fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=504)
}

/// Chance for waits; without it all wait equally long, which is no fault.
fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

/// Where a reply sends the call, if it does.
fn next(call: &Call, url: &Url, reply: &Reply) -> Result<Option<Url>, HttpError> {
    let keeps_method = matches!(reply.status().as_u16(), 307 | 308);
    let sends = keeps_method || matches!(reply.status().as_u16(), 301..=303);
    if !sends {
        return Ok(None);
    }
    let to = reply
        .header(&header::LOCATION)
        .and_then(|to| url.join(to).ok());
    let same = |to: &Url| to.origin() == url.origin();
    match to.filter(same) {
        // A post that became a read would look like one that was taken.
        Some(to) if keeps_method || call.method == Method::GET => Ok(Some(to)),
        _ => Err(HttpError::Redirected {
            origin: origin(url),
        }),
    }
}

fn builder(settings: &Settings) -> Result<reqwest::ClientBuilder, String> {
    // Proxies of the environment do not count: the environment is read by the configuration only.
    let mut builder = Client::builder()
        .no_proxy()
        .connect_timeout(CONNECT)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")));
    if let Some(proxy) = &settings.proxy {
        let proxy = Proxy::all(proxy.clone()).map_err(|error| told(&error))?;
        builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&settings.no_proxy)));
    }
    if let Some(pem) = &settings.authorities {
        let all = Certificate::from_pem_bundle(pem).map_err(|error| told(&error))?;
        if all.is_empty() {
            return Err("there is no certificate in it; write them in PEM".to_owned());
        }
        builder = builder.tls_certs_merge(all);
    }
    Ok(builder)
}

/// An error without the URL that may be in it.
fn told(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}
