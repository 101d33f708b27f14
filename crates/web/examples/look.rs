#![allow(
    clippy::all,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "throwaway"
)]
use portcullis_app::*;
use std::sync::Arc;
#[tokio::main]
async fn main() {
    let file = std::env::args().nth(1).unwrap();
    let store = portcullis_store::Store::open(&format!("sqlite:{file}"))
        .await
        .unwrap();
    let live = portcullis_store::Live::start(store).await.unwrap();
    let now = SystemClock.now();
    let s = portcullis_sandbox::generate(300, 1, now).unwrap();
    let fresh = live.world().position().0 == 0;
    if fresh {
        portcullis_sandbox::commit(&live, s.steps, |_| {})
            .await
            .unwrap();
    }
    let app = App::new(
        live,
        Arc::new(SystemClock),
        Arc::new(RandomIds),
        Default::default(),
    );
    let p = s.personas.into_iter().map(|p| (p.user, p.note)).collect();
    let web = portcullis_web::Web::new(app, portcullis_web::Access::Demo, [7; 32], p);
    let l = tokio::net::TcpListener::bind("127.0.0.1:8765")
        .await
        .unwrap();
    println!("listening on http://127.0.0.1:8765");
    portcullis_web::serve(l, web, std::future::pending())
        .await
        .unwrap();
}
