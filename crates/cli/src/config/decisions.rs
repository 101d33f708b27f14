//! `[decisions]`: how the decision point works.

use std::path::PathBuf;

use portcullis_app::decide::Types;
use portcullis_web::Decisions;

use super::{
    section::section,
    server::Server,
    value::{Value, Written},
};
use toml::de::DeValue;

section! {
    /// How the decision point works.
    DecisionPoint, prefix "decisions." {
        /// a [policy file](decisions.md#resources) brought in at each start; where it is refused later, what it said last stays in force
        policy: Option<PathBuf> => "none";
        /// the types of subject that are users of the store
        subject_types: Vec<String> = Types::default().subjects;
        /// the types of resource of which only those [registered](decisions.md#resources) exist: what else is asked about is denied
        closed_types: Vec<String> => "none";
        /// which part of the decisions is logged, from 0 to 1
        log_sample: Share = Share(0.0);
        /// the properties whose values that log may hold
        log_properties: Vec<String> => "none";
    }
}

impl DecisionPoint {
    /// Which types decisions know.
    pub(crate) fn types(&self) -> Types {
        Types {
            subjects: self.subject_types.value.clone(),
            closed: self.closed_types.value.clone(),
        }
    }

    /// As the web takes it.
    pub(crate) fn to_web(&self, server: &Server) -> Decisions {
        Decisions {
            log_sample: self.log_sample.value.0,
            log_properties: self.log_properties.value.clone(),
            public_url: server.public_url.value.clone(),
        }
    }
}

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(f64);

impl Value for Share {
    const WANTED: &'static str = "a number from 0 to 1";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let share = text.trim().parse().ok();
        share
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no number from 0 to 1; write one"))
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        let text = match value {
            DeValue::Float(share) => share.as_str(),
            DeValue::Integer(share) => share.as_str(),
            _ => return None,
        };
        Some(Self::parse(text, written))
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}
