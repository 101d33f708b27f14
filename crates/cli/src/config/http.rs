//! `[http]`: how the program gets out; `[notices]`: how people are told.

use std::{path::PathBuf, time::Duration};

use portcullis_connect::http::{self, Http, Url};

use super::{portal::Span, secret::Secret, section::section};

section! {
    /// How the program gets out.
    HttpSettings, prefix "http." {
        /// the proxy that everything goes through that is not e-mail, as a secret where it holds a password
        proxy: Option<Secret> => "none";
        /// hosts and domains that are reached without it
        no_proxy: Vec<String> => "none";
        /// a file of certificates, in PEM, that are trusted beside those of the system, for e-mail too
        ca_file: Option<PathBuf> => "the system's alone";
    }
}

section! {
    /// How people are told.
    NoticeSettings, prefix "notices." {
        /// how long what somebody is to be told waits for more, to be one message
        bundle_after: Span = Span::MINUTE;
    }
}

impl NoticeSettings {
    pub(super) fn bundle_after(&self) -> Duration {
        Duration::from_secs(self.bundle_after.value.seconds())
    }
}

impl HttpSettings {
    /// The certificates that are trusted beside the system's.
    pub(super) fn authorities(&self) -> Result<Option<Vec<u8>>, String> {
        let Some(file) = &self.ca_file.value else {
            return Ok(None);
        };
        let read = std::fs::read(file).map(Some);
        read.map_err(|error| {
            format!(
                "{}: `{}` cannot be read: {error}",
                self.ca_file.source,
                file.display()
            )
        })
    }

    /// The one client.
    pub(super) fn client(&self) -> Result<Http, String> {
        let settings = http::Settings {
            proxy: self.proxy()?,
            no_proxy: self.no_proxy.value.join(","),
            authorities: self.authorities()?,
            ..http::Settings::default()
        };
        let clock = std::sync::Arc::new(portcullis_app::SystemClock);
        let source = &self.ca_file.source;
        Http::new(&settings, clock)
            .map_err(|wrong| format!("{source}: [http] cannot be used: {wrong}"))
    }

    fn proxy(&self) -> Result<Option<Url>, String> {
        let Some(proxy) = self.proxy.value.as_ref().filter(|it| !it.is_missing()) else {
            return Ok(None);
        };
        let url: Option<Url> = proxy.reveal().parse().ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let wrong = || {
            format!(
                "{}: `http.proxy` is no URL of a proxy; write http://HOST:PORT",
                self.proxy.source
            )
        };
        url.ok_or_else(wrong).map(Some)
    }

    /// What is wrong with it.
    pub(super) fn faults(&self) -> Vec<String> {
        self.proxy().err().into_iter().collect()
    }
}
