//! A browser without scripts.

use portcullis_testkit::TestApp;

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) location: String,
}

/// A browser without scripts that says it is `login`.
pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    login: &'a str,
    client: reqwest::Client,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a TestApp, login: &'a str) -> anyhow::Result<Self> {
        let none = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(none)
            .build()?;
        Ok(Self { app, login, client })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.bearer_auth(format!("demo-{}", self.login));
        let response = request
            .header("accept", "text/html")
            .send()
            .await
            .expect("an answer");
        let location = response.headers().get("location");
        Reply {
            status: response.status().as_u16(),
            location: location.map_or_else(String::new, |to| to.to_str().expect("text").to_owned()),
            text: response.text().await.expect("text"),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}{path}", self.app.url)))
            .await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let url = format!("{}{path}", self.app.url);
        self.send(self.client.post(url).form(fields)).await
    }
}
