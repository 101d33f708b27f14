//! Everything the program was told, section by section.

use std::sync::{Arc, OnceLock};

use portcullis_app::{Settings, deliver::Sink};
use portcullis_connect::{Portal, http::Http};
use portcullis_model::Policy;
use portcullis_web::{Decisions, SigningKey, Token, Ways};

use super::{
    database::Database,
    decisions::DecisionPoint,
    http::{HttpSettings, NoticeSettings},
    limits::LimitSettings,
    policy::PolicySettings,
    portal::Portal as PortalSettings,
    section::{Row, Section},
    server::Server,
    sign_in::{
        CloudflareSettings, ConfiguredProvider, ProxySettings, SignInSettings, StepUpSettings,
        called_alike,
    },
    sinks::{Around, Sinks},
    telemetry::TelemetrySettings,
    tls::TlsSettings,
    token::ConfiguredToken,
    value::{Source, Written},
};
use crate::failure::BadUsage;

/// Everything the program was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) database: Database,
    pub(crate) server: Server,
    pub(crate) tls: TlsSettings,
    pub(crate) limits: LimitSettings,
    pub(crate) decisions: DecisionPoint,
    pub(crate) telemetry: TelemetrySettings,
    pub(crate) http: HttpSettings,
    /// The one HTTP client, once somebody needs it.
    client: Arc<OnceLock<Http>>,
    pub(crate) notices: NoticeSettings,
    pub(crate) sinks: Sinks,
    pub(crate) portal: PortalSettings,
    pub(crate) policy: PolicySettings,
    pub(crate) sign_in: SignInSettings,
    pub(crate) step_up: StepUpSettings,
    pub(crate) cloudflare: CloudflareSettings,
    pub(crate) proxy: ProxySettings,
    pub(crate) providers: Vec<ConfiguredProvider>,
    pub(crate) tokens: Vec<ConfiguredToken>,
    /// Secrets that are not where they should be. Only what runs with all of them needs them.
    pub(crate) missing: Vec<String>,
}

impl Config {
    /// The sections, in the order they are listed.
    fn sections(&mut self) -> Vec<&mut dyn Section> {
        let mut all: Vec<&mut dyn Section> = vec![
            &mut self.database,
            &mut self.server,
            &mut self.tls,
            &mut self.sign_in,
            &mut self.step_up,
            &mut self.cloudflare,
            &mut self.proxy,
            &mut self.limits,
            &mut self.decisions,
            &mut self.telemetry,
            &mut self.http,
            &mut self.notices,
        ];
        all.extend(self.sinks.sections());
        all.push(&mut self.portal);
        all.push(&mut self.policy);
        all
    }

    /// The configuration, where none of its secrets is missing.
    pub(crate) fn whole(self) -> Result<Self, BadUsage> {
        BadUsage::of(&self.missing).map_or(Ok(self), Err)
    }

    /// Every setting as it is, but those of lists.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut all = self.clone();
        all.sections()
            .iter()
            .flat_map(|section| section.rows())
            .collect()
    }

    /// Overlays the setting called `key` with what is written; `None` where there is none.
    pub(super) fn overlay(
        &mut self,
        key: &str,
        written: &Written<'_>,
    ) -> Option<Result<(), String>> {
        let mut sections = self.sections().into_iter();
        sections.find_map(|section| section.overlay(key, written))
    }

    /// Every setting with its value and source, for `doctor`; secrets are not shown.
    pub(crate) fn shown(&self) -> Vec<(String, String, Source)> {
        let unused = self.database.unused();
        let rows = self.rows().into_iter().filter(|row| row.key != unused);
        let rows = rows.map(|row| (row.key.to_owned(), row.value, row.source));
        let tokens = self.tokens.iter().map(|token| {
            let key = format!("token `{}`", token.name);
            (key, token.shown(), token.source.clone())
        });
        let providers = self.providers.iter().map(|provider| {
            let key = format!("identity provider `{}`", provider.name());
            (key, provider.shown(), provider.source().clone())
        });
        let sinks = self.sinks.shown();
        rows.chain(providers).chain(tokens).chain(sinks).collect()
    }

    /// The policy with what other sections say of it.
    pub(crate) fn with_limits(&self, policy: Policy) -> Policy {
        Policy {
            ended_at_once: self.limits.ended_at_once(),
            name_form: self.portal.name_form(),
            lengths: self.portal.to_lengths(),
            request_age: self.portal.request_age(),
            ..policy
        }
    }

    /// What settings do not go together.
    pub(super) fn faults(&self) -> Vec<String> {
        let portal = self.portal.faults().into_iter();
        portal
            .chain(self.tls.faults())
            .chain(self.server.faults())
            .chain(self.proxy.faults())
            .chain(called_alike(&self.providers))
            .chain(self.step_up.faults())
            .chain(self.http.faults())
            .chain(self.telemetry.faults())
            .chain(self.sinks.faults())
            .collect()
    }

    /// Whether anything says how people and programs are known.
    pub(crate) fn knows_people(&self) -> bool {
        !self.tokens.is_empty()
            || !self.providers.is_empty()
            || self.cloudflare.team.value.is_some()
            || self.proxy.proxy().is_some()
    }

    /// Whether anybody could come in from another machine.
    pub(crate) fn lets_anybody_in(&self) -> bool {
        self.knows_people() || self.server.public_url.value.is_some()
    }

    /// Who is let in how; `tokens` are those that may be used.
    pub(crate) fn ways(&self, tokens: Vec<Token>) -> Result<Ways, BadUsage> {
        let http = self.client().map_err(BadUsage)?;
        let cloudflare = self.cloudflare.access(http.clone()).map_err(BadUsage)?;
        let providers = self.providers.iter().map(|it| it.provider(http.clone()));
        Ok(Ways {
            tokens,
            providers: providers.collect::<Result<_, _>>().map_err(BadUsage)?,
            http: Some(http),
            cloudflare,
            proxy: self.proxy.proxy(),
            proxies: self.server.trusted_proxies.value.0.clone(),
            sessions: self.sign_in.sessions(),
            step_up: self.step_up.step_up(),
        })
    }

    /// How the program works, with `policy`.
    pub(crate) fn settings(&self, policy: Policy) -> Settings {
        Settings {
            policy: self.with_limits(policy),
            types: self.decisions.types(),
            clock_jump_days: self.limits.clock_jump_days(),
        }
    }

    /// How the decision point works.
    pub(crate) fn decision_point(&self) -> Decisions {
        self.decisions.to_web(&self.server)
    }

    /// The key that signs what browsers hold, where a secret for it is configured.
    pub(crate) fn signing_key(&self) -> Option<SigningKey> {
        self.server.secret.value.as_ref()?.key()
    }

    /// The sinks that are turned on. Where none reaches out of this machine, nothing is made to.
    pub(crate) fn sinks(&self) -> Result<Vec<Arc<dyn Sink>>, BadUsage> {
        let mut sinks = self.sinks.local();
        if self.sinks.reach_out() {
            let made = self.around().and_then(|around| self.sinks.remote(&around));
            sinks.extend(made.map_err(BadUsage)?);
        }
        Ok(sinks)
    }

    /// The one HTTP client of the program, made when it is first needed.
    pub(crate) fn client(&self) -> Result<Http, String> {
        if let Some(made) = self.client.get() {
            return Ok(made.clone());
        }
        let made = self.http.client()?;
        Ok(self.client.get_or_init(|| made).clone())
    }

    /// What sinks are made with.
    fn around(&self) -> Result<Around, String> {
        let url = self.server.public_url.value.as_deref();
        Ok(Around {
            http: self.client()?,
            portal: Portal {
                url: url.map(|url| url.trim_end_matches('/').to_owned()),
            },
            bundle_after: self.notices.bundle_after(),
            authorities: self.http.authorities()?,
        })
    }
}
