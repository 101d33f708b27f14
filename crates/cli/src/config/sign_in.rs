//! `[sign_in]`: how people prove who they are.

use std::net::IpAddr;

use portcullis_app::{
    secret,
    session::{LinkBy, Unknown, groups_source},
};
use portcullis_connect::{cloudflare, http::Http, oidc};
use portcullis_model::ConnectorId;
use portcullis_web::{Act, CloudflareAccess, Provider, Sessions, StepUp, TrustedProxy};

use super::{
    secret::Secret,
    section::section,
    value::{Source, Value, Written, of_integer},
};

section! {
    /// How long sessions last.
    SignInSettings, prefix "sign_in." {
        /// after how many hours without a request somebody has to sign in again
        idle_hours: Count = Count(12);
        /// after how many days somebody has to sign in again in any case
        longest_days: Count = Count(7);
    }
}

section! {
    /// When somebody has to prove anew who they are.
    StepUpSettings, prefix "sign_in.step_up." {
        /// before which acts [people sign in again](../how-to/sign-in.md#again-before-what-matters): `decide`, `tokens`, `administer`
        acts: Vec<String> => "none";
        /// how many minutes ago they may have signed in at most
        max_age_minutes: Count = Count(15);
        /// how they must have, in the provider's words (`acr`): one of these
        acr_values: Vec<String> => "in any way";
    }
}

section! {
    /// A proxy that knows who asks.
    ProxySettings, prefix "sign_in.proxy." {
        /// the addresses from which a proxy asks that has signed people in; its word counts from nowhere else
        from: Vec<String> => "none";
        /// the header in which it says their login
        header: String = "x-forwarded-user".into();
        /// what it proves itself with, in the header `x-portcullis-proxy-secret`
        secret: Option<Secret> => "needed with `sign_in.proxy.from`";
    }
}

section! {
    /// Cloudflare Access before the program.
    CloudflareSettings, prefix "sign_in.cloudflare." {
        /// the team, as in `TEAM.cloudflareaccess.com`, where Cloudflare Access stands before the program
        team: Option<String> => "none";
        /// the audience tags of the applications there that lead here
        audiences: Vec<String> => "needed with `sign_in.cloudflare.team`";
        /// how somebody is found who is not linked: `subject` or `verified_email`
        link_by: LinkBy = LinkBy::VerifiedEmail;
        /// where its keys are
        certs: Option<String> => "at the team's address";
    }
}

section! {
    /// An identity provider as it is written.
    OidcSettings, prefix "" {
        /// what the provider is called in addresses and in the log
        name: Option<ConnectorName> => "needed";
        /// what the button on the sign-in page calls it
        title: Option<String> => "its name";
        /// its issuer, to the letter; `https`, or `http` on this machine
        issuer: Option<String> => "needed";
        /// what this program is called there
        client_id: Option<String> => "needed";
        /// the secret it was given there
        client_secret: Option<Secret> => "none: a public client";
        /// what is asked for beside `openid`
        scopes: Vec<String> = vec!["profile".into(), "email".into()];
        /// for whom its access tokens may be made, where programs use them here
        audiences: Vec<String> => "none";
        /// how people should sign in there, in its own words (`acr_values`)
        acr_values: Vec<String> => "none";
        /// whether the [groups](../how-to/sign-in.md#groups) it tells (the claim `groups`) are roles here
        groups: bool = false;
        /// which of them count: names, or beginnings with a star, as `eng-*`
        group_filter: Vec<String> => "all";
        /// how somebody is found who signs in for the first time: `subject` (linked by an admin or a source) or `verified_email`
        link_by: LinkBy = LinkBy::Subject;
        /// what becomes of people nobody knows: `refuse` or `create`
        unknown: Unknown = Unknown::Refuse;
    }
}

/// A number above nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(u32);

impl Value for Count {
    const WANTED: &'static str = "a number, 1 or more";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let number = text
            .trim()
            .parse()
            .ok()
            .filter(|number| (1..=10_000).contains(number));
        let number = number.map(Self);
        number.ok_or_else(|| format!("`{text}` is no number from 1 to 10000; write one"))
    }

    fn of_toml(
        value: &toml::de::DeValue<'_>,
        written: &Written<'_>,
    ) -> Option<Result<Self, String>> {
        of_integer(value, written)
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

/// What accounts at Cloudflare Access are linked under.
const CLOUDFLARE: &str = "cloudflare";

/// The name of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectorName(ConnectorId);

impl Value for ConnectorName {
    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let name = ConnectorId::parse_source(text).map_err(|error| error.to_string())?;
        // Whom Cloudflare Access knows is kept under that name.
        if name.as_str() == CLOUDFLARE {
            return Err(format!(
                "`{CLOUDFLARE}` is for [sign_in.cloudflare]; choose another name"
            ));
        }
        Ok(Self(name))
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

/// Settings that are one of a few words.
macro_rules! word {
    ($($Word:ty),+) => {$(
        impl Value for $Word {
            fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
                let known = || Self::ALL.map(Self::as_str).join(" or ");
                Self::parse(text).ok_or_else(|| format!("`{text}` is none; write {}", known()))
            }

            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )+};
}
word!(LinkBy, Unknown);

impl SignInSettings {
    pub(super) fn sessions(&self) -> Sessions {
        Sessions {
            idle: i64::from(self.idle_hours.value.0) * 3_600,
            longest: i64::from(self.longest_days.value.0) * 86_400,
        }
    }
}

impl StepUpSettings {
    pub(super) fn step_up(&self) -> StepUp {
        let acts = self.acts.value.iter().filter_map(|act| Act::parse(act));
        StepUp {
            acts: acts.collect(),
            max_age: i64::from(self.max_age_minutes.value.0) * 60,
            acr_values: self.acr_values.value.clone(),
        }
    }

    /// What is no act.
    pub(super) fn faults(&self) -> Vec<String> {
        let source = &self.acts.source;
        let unknown = self
            .acts
            .value
            .iter()
            .filter(|act| Act::parse(act).is_none());
        let unknown = unknown.map(|act| {
            let known = Act::ALL.map(Act::as_str).join(", ");
            format!("{source}: `sign_in.step_up.acts` names `{act}`, and there is no such act; known are {known}")
        });
        unknown.collect()
    }
}

impl CloudflareSettings {
    /// Cloudflare Access, if it stands before the program.
    pub(super) fn access(&self, http: Http) -> Result<Option<CloudflareAccess>, String> {
        let Some(team) = self.team.value.clone() else {
            return Ok(None);
        };
        // Accounts there are linked under this name.
        let name = ConnectorId::parse(CLOUDFLARE).map_err(|error| error.to_string())?;
        let settings = cloudflare::Settings {
            name,
            team,
            audiences: self.audiences.value.clone(),
            certs: self.certs.value.clone(),
        };
        let edge = cloudflare::Access::new(settings, http)
            .map_err(|wrong| format!("{}: {wrong}", self.team.source))?;
        Ok(Some(CloudflareAccess {
            name,
            edge,
            link_by: self.link_by.value,
        }))
    }
}

impl ProxySettings {
    /// The proxy, if there is one.
    pub(super) fn proxy(&self) -> Option<TrustedProxy> {
        let from: Vec<IpAddr> = self
            .from
            .value
            .iter()
            .filter_map(|it| it.parse().ok())
            .collect();
        let secret = self.secret.value.as_ref()?;
        Some(TrustedProxy {
            from,
            header: self.header.value.to_lowercase(),
            secret: secret::digest(secret.reveal()),
        })
        .filter(|proxy| !proxy.from.is_empty())
    }

    /// What does not go together.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let source = &self.from.source;
        for address in &self.from.value {
            if address.parse::<IpAddr>().is_err() {
                faults.push(format!(
                    "{source}: `sign_in.proxy.from`: `{address}` is no IP address; write one"
                ));
            }
        }
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let header = &self.header.value;
        if header.is_empty() || !header.chars().all(is_token) {
            faults.push(format!(
                "{}: `sign_in.proxy.header`: `{header}` cannot be a header's name; write one such as `x-forwarded-user`",
                self.header.source
            ));
        }
        match (&self.secret.value, self.from.value.is_empty()) {
            (None, false) => faults.push(format!(
                "{source}: a proxy is believed by its secret, too; set `sign_in.proxy.secret`, 32 characters at least"
            )),
            (Some(_), true) => faults.push(format!(
                "{}: `sign_in.proxy.secret` is for a proxy; say from where it asks with `sign_in.proxy.from`",
                self.secret.source
            )),
            (Some(secret), false) if !secret.is_missing() && secret.reveal().len() < 32 => faults.push(format!(
                "{}: `sign_in.proxy.secret` is shorter than 32 characters; make one with `openssl rand -hex 32`",
                self.secret.source
            )),
            _ => {}
        }
        faults
    }
}

/// An identity provider of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct ConfiguredProvider {
    title: String,
    settings: oidc::Settings,
    link_by: LinkBy,
    unknown: Unknown,
    groups: Option<Vec<String>>,
    source: Source,
}

impl ConfiguredProvider {
    pub(crate) fn name(&self) -> ConnectorId {
        self.settings.name
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// What may be shown of it.
    pub(crate) fn shown(&self) -> String {
        format!("{} as `{}`", self.settings.issuer, self.settings.client_id)
    }

    /// The provider, which is spoken to by `http`.
    pub(crate) fn provider(&self, http: Http) -> Result<Provider, String> {
        let oidc = oidc::Provider::new(self.settings.clone(), http)
            .map_err(|wrong| format!("{}: {wrong}", self.source))?;
        Ok(Provider {
            title: self.title.clone(),
            oidc,
            link_by: self.link_by,
            unknown: self.unknown,
            groups: self.groups.clone(),
            record: None,
            is_on: true,
        })
    }
}

/// Providers that are called alike, or are one.
pub(super) fn called_alike(providers: &[ConfiguredProvider]) -> Vec<String> {
    let one = providers.iter().enumerate().filter(|(at, provider)| {
        let mut before = providers.iter().take(*at);
        before.any(|other| other.settings.issuer == provider.settings.issuer)
    });
    let one = one.map(|(_, provider)| {
        let (source, issuer) = (&provider.source, &provider.settings.issuer);
        format!("{source}: another identity provider has the issuer `{issuer}`; people are linked to one of them, so keep one")
    });
    let one: Vec<_> = one.collect();
    let again = providers.iter().enumerate().filter(|(at, provider)| {
        let mut before = providers.iter().take(*at);
        before.any(|other| other.name() == provider.name())
    });
    again
        .map(|(_, provider)| {
            let (source, name) = (&provider.source, provider.name());
            format!("{source}: there are two identity providers called `{name}`; rename one")
        })
        .chain(one)
        .collect()
}

impl OidcSettings {
    /// The provider, or all that is wrong with it.
    pub(super) fn provider(self, source: Source) -> Result<ConfiguredProvider, Vec<String>> {
        let mut faults = Vec::new();
        let mut needed = |name: &str, value: Option<String>| {
            value.filter(|it| !it.is_empty()).unwrap_or_else(|| {
                faults.push(format!(
                    "{source}: the identity provider has no `{name}`; add it"
                ));
                String::new()
            })
        };
        let name = self.name.value.map(|name| name.0);
        let called = needed("name", name.map(|name| name.to_string()));
        let issuer = needed("issuer", self.issuer.value);
        let client_id = needed("client_id", self.client_id.value);
        if self.groups.value && name.is_some_and(|name| groups_source(name).is_none()) {
            faults.push(format!(
                "{source}: with `groups` the `name` has 15 letters at most; choose a shorter one"
            ));
        }
        if self
            .client_secret
            .value
            .as_ref()
            .is_some_and(|it| !it.is_missing() && it.reveal().is_empty())
        {
            faults.push(format!(
                "{source}: `client_secret` is empty; write the secret, or leave it out for a public client"
            ));
        }
        if self.audiences.value.contains(&client_id) {
            faults.push(format!(
                "{source}: `audiences` names the `client_id`, so that ID tokens would open the API; name the audience of access tokens"
            ));
        }
        let (Some(name), true) = (name, faults.is_empty()) else {
            return Err(faults);
        };
        Ok(ConfiguredProvider {
            title: self.title.value.unwrap_or(called),
            settings: oidc::Settings {
                name,
                issuer,
                client_id,
                client_secret: self
                    .client_secret
                    .value
                    .map(|it| oidc::ClientSecret::new(it.reveal().to_owned())),
                scopes: self.scopes.value,
                audiences: self.audiences.value,
                acr_values: self.acr_values.value,
            },
            link_by: self.link_by.value,
            unknown: self.unknown.value,
            groups: self.groups.value.then_some(self.group_filter.value),
            source,
        })
    }
}
