//! A to-do list over HTTP in which the rules of `../rules.json` decide every answer.
//!
//! `cargo run -p todo-example`, then `curl -H 'remote-user: ann' localhost:8300/todos`.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, request::Parts};
use axum::routing::{get, post};
use axum::{Json, Router};
use portcullis_rules::{Decision, Engine, RuleList, Value};
use serde::{Deserialize, Serialize};

const RULES: &str = include_str!("../../rules.json");

struct App {
    engine: Engine,
    todos: Mutex<Todos>,
}

#[derive(Default)]
struct Todos {
    all: BTreeMap<u32, Todo>,
    /// How many were ever made: the number of one that is gone is not given again.
    made: u32,
}

#[derive(Clone, Serialize)]
struct Todo {
    id: u32,
    owner: String,
    text: String,
    helpers: Vec<String>,
    shared: bool,
    done: bool,
}

/// What a caller may say of a new one. The owner is who asks, never what the body says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    text: String,
    #[serde(default)]
    helpers: Vec<String>,
    #[serde(default)]
    shared: bool,
}

/// Who asks. In your program this comes from its sign-in; here from the header of a proxy that signs people in.
struct Caller(String);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let name = parts
            .headers
            .get("remote-user")
            .and_then(|value| value.to_str().ok());
        name.filter(|name| !name.is_empty())
            .map(|name| Self(name.to_owned()))
            .ok_or(StatusCode::UNAUTHORIZED)
    }
}

impl App {
    /// The one question. What cannot be asked is denied.
    fn may(&self, caller: &Caller, action: &str, todo: &Todo) -> bool {
        let json = serde_json::to_value(todo).unwrap_or_default();
        let mut attributes: HashMap<&str, Value> = HashMap::new();
        for (name, value) in json.as_object().into_iter().flatten() {
            attributes.insert(name, Value::from_json(value));
        }
        attributes.insert("subject.id", Value::from(caller.0.as_str()));
        let decision = self.engine.decide(action, "todo", &attributes);
        decision.is_ok_and(Decision::is_allow)
    }

    /// One to-do to do something with: not found for who may not read it, forbidden for who may.
    fn find(
        &self,
        todos: &Todos,
        caller: &Caller,
        action: &str,
        id: u32,
    ) -> Result<(), StatusCode> {
        match todos.all.get(&id) {
            Some(todo) if self.may(caller, action, todo) => Ok(()),
            Some(todo) if self.may(caller, "read", todo) => Err(StatusCode::FORBIDDEN),
            _ => Err(StatusCode::NOT_FOUND),
        }
    }

    fn todos(&self) -> MutexGuard<'_, Todos> {
        self.todos.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Shared = State<Arc<App>>;

async fn list(State(app): Shared, caller: Caller) -> Json<Vec<Todo>> {
    let todos = app.todos();
    let seen = todos
        .all
        .values()
        .filter(|todo| app.may(&caller, "read", todo));
    Json(seen.cloned().collect())
}

async fn create(
    State(app): Shared,
    caller: Caller,
    body: Result<Json<New>, JsonRejection>,
) -> Result<(StatusCode, Json<Todo>), StatusCode> {
    let Json(New {
        text,
        helpers,
        shared,
    }) = body.map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut todos = app.todos();
    let id = todos.made + 1;
    let owner = caller.0.clone();
    let todo = Todo {
        id,
        owner,
        text,
        helpers,
        shared,
        done: false,
    };
    if !app.may(&caller, "create", &todo) {
        return Err(StatusCode::FORBIDDEN);
    }
    todos.made = id;
    todos.all.insert(id, todo.clone());
    Ok((StatusCode::CREATED, Json(todo)))
}

async fn complete(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<u32>,
) -> Result<Json<Todo>, StatusCode> {
    let mut todos = app.todos();
    app.find(&todos, &caller, "complete", id)?;
    let todo = todos.all.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
    todo.done = true;
    Ok(Json(todo.clone()))
}

async fn delete(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<u32>,
) -> Result<StatusCode, StatusCode> {
    let mut todos = app.todos();
    app.find(&todos, &caller, "delete", id)?;
    todos.all.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}

fn router() -> Result<Router, Box<dyn Error>> {
    let engine = Engine::compile(&RuleList::from_json_str(RULES)?)?;
    let todos = Mutex::default();
    Ok(Router::new()
        .route("/todos", get(list).post(create))
        .route("/todos/{id}", axum::routing::delete(delete))
        .route("/todos/{id}/complete", post(complete))
        .with_state(Arc::new(App { engine, todos })))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8300").await?;
    eprintln!("http://{}/todos", listener.local_addr()?);
    Ok(axum::serve(listener, router()?).await?)
}

#[cfg(test)]
mod tests;
