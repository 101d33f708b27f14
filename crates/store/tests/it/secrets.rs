//! The signing secret is made once.

use crate::support::both;

both! {
    async fn replicas_that_start_together_agree_on_one_secret(database) {
        let (one, two) = (database.store().await, database.store().await);
        let (first, second) = tokio::join!(one.signing_secret([1; 32]), two.signing_secret([2; 32]));
        let first = first.unwrap();
        assert_eq!(first, second.unwrap());
        assert!([[1; 32], [2; 32]].contains(&first));
        drop((one, two));
        let restarted = database.store().await;
        assert_eq!(restarted.signing_secret([3; 32]).await.unwrap(), first);
    }
}

both! {
    async fn what_is_kept_and_is_no_secret_is_told_without_it(database) {
        let store = database.store().await;
        let value = match database.engine {
            portcullis_store::Engine::Sqlite => "X'736563726574'",
            portcullis_store::Engine::Postgres => "'secret'::bytea",
        };
        database.sql(&format!("INSERT INTO secrets (name, value) VALUES ('signing', {value})")).await;
        let error = store.signing_secret([1; 32]).await.unwrap_err().to_string();
        assert!(error.contains("not 32 bytes") && !error.contains("736563"), "{error}");
    }
}
