//! What needs that somebody has proved anew who they are.

use std::collections::BTreeSet;

use portcullis_model::{Session, Timestamp, words};

words! {
    /// What one may be asked to prove oneself anew for.
    pub enum Act {
        /// To approve and reject requests.
        Decide = "decide",
        /// To make what lets others in: tokens, links and invitations.
        Tokens = "tokens",
        /// To change everything else that only sessions and tokens of the widest scope may.
        Administer = "administer",
    }
}

/// When somebody has to prove anew who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// Before which acts.
    pub acts: BTreeSet<Act>,
    /// How many seconds ago they may have done so at most.
    pub max_age: i64,
    /// How, in the provider's words (`acr`): one of these. In any way where it is empty.
    pub acr_values: Vec<String>,
}

impl StepUp {
    /// Whether it is asked for before `act`, and how the session began does not do. Where there is no
    /// session to look at, nothing does.
    #[must_use]
    pub fn is_lacked(&self, act: Act, session: Option<&Session>, now: Timestamp) -> bool {
        let does = |session: &Session| {
            let recent = session.proved_at.plus_seconds(self.max_age) >= now;
            let acr = session.acr.as_deref();
            let well = self.acr_values.is_empty()
                || acr.is_some_and(|acr| self.acr_values.iter().any(|wanted| wanted == acr));
            recent && well
        };
        self.acts.contains(&act) && !session.is_some_and(does)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_needs_a_proof_that_is_recent_and_good_enough() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let step_up = StepUp {
            acts: [Act::Administer].into(),
            max_age: 900,
            acr_values: vec!["mfa".into(), "hw".into()],
        };
        let session = |ago: i64, acr: Option<&str>| Session {
            proved_at: now.plus_seconds(-ago),
            provider: None,
            sid: None,
            acr: acr.map(Into::into),
        };
        let table = [
            (Some(session(0, Some("hw"))), false),
            (Some(session(900, Some("mfa"))), false),
            (Some(session(901, Some("mfa"))), true),
            (Some(session(0, Some("pwd"))), true),
            (Some(session(0, None)), true),
            (None, true),
        ];
        for (session, lacked) in table {
            let asked = |act| step_up.is_lacked(act, session.as_ref(), now);
            assert_eq!(asked(Act::Administer), lacked, "{session:?}");
            assert!(!asked(Act::Decide), "nobody asks for it there");
        }
        let any = StepUp {
            acr_values: Vec::new(),
            ..step_up
        };
        assert!(!any.is_lacked(Act::Administer, Some(&session(5, None)), now));
        assert!(!StepUp::default().is_lacked(Act::Administer, None, now));
    }
}
