//! Tables of which a file may have several, such as `[[token]]`. Another kind is a line here.

use super::{
    section::Section,
    sections::Config,
    sign_in::OidcSettings,
    sinks::{DiscordSettings, SlackSettings, TeamsSettings, WebhookSettings},
    token::TokenSettings,
    value::Source,
};

/// The settings of one table of a list, while they are read.
pub(super) trait Entry: Section {
    /// Takes it into the configuration, or says all that is wrong with it.
    fn add(self: Box<Self>, source: Source, config: &mut Config) -> Result<(), Vec<String>>;
}

/// A kind of table of which there may be several.
pub(super) struct List {
    /// Its name in a file.
    pub(super) name: &'static str,
    /// A table before anything of it is read.
    pub(super) entry: fn() -> Box<dyn Entry>,
}

macro_rules! lists {
    ($($name:literal: $Settings:ident, $add:expr;)+) => {
        /// All there are.
        pub(super) const LISTS: &[List] = &[$(List {
            name: $name,
            entry: || Box::<$Settings>::default(),
        }),+];

        $(impl Entry for $Settings {
            fn add(self: Box<Self>, source: Source, config: &mut Config) -> Result<(), Vec<String>> {
                let add: fn($Settings, Source, &mut Config) -> Result<(), Vec<String>> = $add;
                add(*self, source, config)
            }
        })+
    };
}

lists! {
    "token": TokenSettings, |it, source, config| it.token(source).map(|token| config.tokens.push(token));
    "sign_in.oidc": OidcSettings, |it, source, config| it.provider(source).map(|it| config.providers.push(it));
    "sinks.webhook": WebhookSettings, |it, source, config| it.sink(source).map(|sink| config.sinks.add(sink));
    "sinks.slack": SlackSettings, |it, source, config| it.sink(source).map(|sink| config.sinks.add(sink));
    "sinks.discord": DiscordSettings, |it, source, config| it.sink(source).map(|sink| config.sinks.add(sink));
    "sinks.teams": TeamsSettings, |it, source, config| it.sink(source).map(|sink| config.sinks.add(sink));
}
