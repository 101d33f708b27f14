//! Pages of search results. A token says what was asked, how much at a time and where to go on; it
//! is signed, so that only what was answered can be continued.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::WirePage;
use crate::{
    SigningKey, Web,
    error::Failure,
    http::text::{hex, unhex},
};

/// How many results an answer holds unless another limit is asked for, and at most.
const MOST: u64 = 1_000;

/// Where a search begins, how much it may answer, and what it is a search for.
#[derive(Debug)]
pub(super) struct Window {
    /// The key of the last result of the page before.
    pub after: Option<String>,
    /// The most results.
    pub limit: usize,
    asked: bool,
    question: String,
}

#[derive(Deserialize, Serialize)]
struct Token {
    after: Option<String>,
    limit: u64,
    question: String,
}

impl Window {
    /// The window that `page` asks for, of the search that `question` stands for.
    pub(super) fn new(
        web: &Web,
        page: &Option<WirePage>,
        question: &Value,
    ) -> Result<Self, Failure> {
        let question = key(web).sign("search", &question.to_string());
        let asked = page.is_some();
        let page = page.clone().unwrap_or_default();
        let token = page.token.filter(|token| !token.is_empty());
        let (after, limit) = match token {
            None => (None, page.limit.unwrap_or(MOST).min(MOST)),
            Some(token) => {
                let bad = |why: &str| Failure::Http(StatusCode::BAD_REQUEST, why.to_owned());
                let token = open(web, &token).ok_or_else(|| {
                    bad("`page.token` is none that this server gave; begin anew without it")
                })?;
                if token.question != question {
                    return Err(bad(
                        "`page.token` belongs to another search; repeat the entities or begin anew",
                    ));
                }
                if page
                    .limit
                    .is_some_and(|limit| limit.min(MOST) != token.limit)
                {
                    return Err(bad(
                        "`page.limit` must stay as it was; leave it out or begin anew",
                    ));
                }
                (token.after, token.limit)
            }
        };
        Ok(Self {
            after,
            limit: usize::try_from(limit).unwrap_or_default(),
            asked,
            question,
        })
    }

    /// The answer from the results found, one more than the limit if there are more, each with its
    /// key.
    pub(super) fn answer(self, web: &Web, mut found: Vec<(String, Value)>) -> Value {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = if more {
            let after = found.last().map(|(key, _)| key.clone()).or(self.after);
            let limit = self.limit as u64;
            seal(
                web,
                &Token {
                    after,
                    limit,
                    question: self.question,
                },
            )
        } else {
            String::new()
        };
        let count = found.len();
        let results: Vec<Value> = found.into_iter().map(|(_, result)| result).collect();
        if more || self.asked {
            json!({ "page": { "next_token": next, "count": count }, "results": results })
        } else {
            json!({ "results": results })
        }
    }
}

fn key(web: &Web) -> &SigningKey {
    web.authenticator().key()
}

fn seal(web: &Web, token: &Token) -> String {
    let body = serde_json::to_string(token).unwrap_or_default();
    let hex = hex(body.as_bytes());
    let signature = key(web).sign("page", &hex);
    format!("{hex}.{signature}")
}

fn open(web: &Web, text: &str) -> Option<Token> {
    let (hex, signature) = text.split_once('.')?;
    if !key(web).verify("page", hex, signature) {
        return None;
    }
    serde_json::from_slice(&unhex(hex)?).ok()
}
