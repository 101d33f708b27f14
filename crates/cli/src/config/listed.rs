//! Tables of which there may be several: `[[token]]`, `[[sign_in.oidc]]`.

use std::ops::Range;

use toml::de::DeTable;

use super::{
    file::File, section::Section, sections::Config, sign_in::OidcSettings, token::TokenSettings,
    value::Source,
};

/// A table of a list. Its settings are named without the list.
pub(super) trait Listed: Section + Default {
    /// The name of the list.
    const NAME: &'static str;

    /// Takes what was written from `source` into the configuration, or says all that is wrong with it.
    fn take(self, source: &Source, config: &mut Config) -> Result<(), Vec<String>>;
}

/// Reads one table of a list.
pub(super) type Read = fn(&File<'_>, &DeTable<'_>, &Range<usize>, &mut Config, &mut Vec<String>);

const fn list<T: Listed>() -> (&'static str, Read) {
    (T::NAME, |file, table, span, config, faults| {
        file.listed::<T>(table, span, config, faults);
    })
}

/// Every list there is.
pub(super) const LISTS: &[(&str, Read)] = &[list::<TokenSettings>(), list::<OidcSettings>()];
