//! Every statement that a test's process has run, once each, with the values it ran with last.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::Value;
use crate::Engine;

static HEARD: Mutex<BTreeMap<(bool, String), Vec<Value>>> = Mutex::new(BTreeMap::new());

pub(super) fn hear(engine: Engine, sql: &str, values: &[Value]) {
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (engine == Engine::Sqlite, sql.to_owned());
    heard.insert(key, values.to_vec());
}

/// What `engine` was told so far.
pub(crate) fn statements(engine: Engine) -> Vec<(String, Vec<Value>)> {
    let heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let of_engine = heard
        .iter()
        .filter(|((sqlite, _), _)| *sqlite == (engine == Engine::Sqlite));
    let statements = of_engine.map(|((_, sql), values)| (sql.clone(), values.clone()));
    statements.collect()
}
