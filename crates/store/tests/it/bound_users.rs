//! A login of the configuration means who had it first.

use portcullis_model::Id;
use uuid::Uuid;

use crate::support::both;

both! {
    async fn a_login_means_whom_it_meant_first_to_each_who_names_it(database) {
        let store = database.store().await;
        let [ana, other] = [1, 2].map(|n| Id::new(Uuid::from_u128(n)));
        assert_eq!(store.bound_user("token:x", "ana").await.unwrap(), None);
        assert_eq!(store.bind_user("token:x", "ana", ana).await.unwrap(), ana);
        assert_eq!(store.bind_user("token:x", "ANA", other).await.unwrap(), ana);
        assert_eq!(store.bound_user("token:x", "ana").await.unwrap(), Some(ana));
        assert_eq!(store.bind_user("token:y", "ana", other).await.unwrap(), other);
        drop(store);
        let again = database.store().await;
        assert_eq!(again.bind_user("token:x", "ana", other).await.unwrap(), ana);
    }
}
