//! `[telemetry]`: where the program tells of itself, beside its own log.

use toml::de::{DeFloat, DeInteger};

use super::{
    secret::Secret,
    section::section,
    value::{Sourced, Value, Written},
};

/// What this program was built with.
const BUILT_WITH: &[&str] = &[
    #[cfg(feature = "otel")]
    "otel",
    #[cfg(feature = "sentry")]
    "sentry",
];

section! {
    /// Where the program tells of itself.
    TelemetrySettings, prefix "telemetry." {
        /// the address (DSN) that faults and panics are sent to, at [Sentry or what understands it](logs.md#faults-and-traces-elsewhere), as a secret
        sentry_dsn: Option<Secret> => "none";
        /// which of your installations it is, where they share an address
        environment: Option<String> => "none";
        /// where spans are sent to, by [OTLP over HTTP](logs.md#faults-and-traces-elsewhere): `http://collector:4318/v1/traces`
        otlp_endpoint: Option<String> => "none";
        /// which part of the requests is traced there, from 0 to 1
        trace_sample: Share = Share(1.0);
    }
}

/// A part of all, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl Value for Share {
    const WANTED: &'static str = "a number from 0 to 1";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let share = text.trim().parse().ok();
        let share = share.filter(|share| (0.0..=1.0).contains(share));
        let share = share.map(Self);
        share.ok_or_else(|| format!("`{text}` is no number from 0 to 1; write one, as 0.1"))
    }

    fn of_toml(
        value: &toml::de::DeValue<'_>,
        written: &Written<'_>,
    ) -> Option<Result<Self, String>> {
        let number = value.as_float().map(DeFloat::as_str);
        let number = number.or_else(|| value.as_integer().map(DeInteger::as_str));
        Some(Self::parse(number?, written))
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl TelemetrySettings {
    /// Where faults are sent.
    #[cfg(feature = "sentry")]
    pub(crate) fn sentry_address(&self) -> Option<&str> {
        self.sentry_dsn.value.as_ref().map(Secret::reveal)
    }

    /// What is wrong with it, or was asked of a program that was built without it.
    pub(super) fn faults(&self) -> Vec<String> {
        let without = |feature: &str| !BUILT_WITH.contains(&feature);
        let mut faults = Vec::new();
        if self.sentry_dsn.value.is_some() && without("sentry") {
            faults.push(unbuilt(&self.sentry_dsn, "sentry_dsn", "sentry"));
        }
        if let Some(endpoint) = &self.otlp_endpoint.value {
            if without("otel") {
                faults.push(unbuilt(&self.otlp_endpoint, "otlp_endpoint", "otel"));
            } else if !["http://", "https://"]
                .iter()
                .any(|it| endpoint.starts_with(it))
            {
                faults.push(format!(
                    "{}: `telemetry.otlp_endpoint`: `{endpoint}` is no URL; write http://HOST:4318/v1/traces",
                    self.otlp_endpoint.source
                ));
            }
        }
        faults
    }
}

fn unbuilt<T>(setting: &Sourced<T>, name: &str, feature: &str) -> String {
    format!(
        "{}: `telemetry.{name}`: this program was built without it; build it with `--features {feature}`, or leave the setting out",
        setting.source
    )
}
