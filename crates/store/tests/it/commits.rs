//! Committing and loading.

use portcullis_model::{ChangeSet, Edit, Kind, Position};
use portcullis_store::{Live, Proposal, Store};

use crate::support::{company, context, group, later, membership, user};

#[tokio::test]
async fn what_is_committed_is_loaded_again() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("db").display());
    let store = Store::open(&url).await.unwrap();
    let live = Live::start(store.clone()).await.unwrap();
    let context = context();
    let (ann, staff) = (user(&context, "ann"), group(&context, "Staff"));
    let change = company(&[ann.clone()], &[staff.clone()]);
    let one = live.commit(context.clone(), Proposal::of(change)).await;
    assert_eq!(one.unwrap().position, Position(1));
    let fact = membership(&context, ann.id, staff.id, Kind::Member);
    let change = ChangeSet::new("group.add_members").with(Edit::create(fact.clone()));
    let two = live.commit(later(&context, 5), Proposal::of(change)).await;
    assert_eq!(two.unwrap().position, Position(2));
    let world = store.load().await.unwrap();
    assert_eq!(world.direct(ann.id, staff.id, Kind::Member), Some(&fact));
    assert_eq!(world.position(), Position(2));
    let before = store.load_at_position(Position(1)).await.unwrap();
    assert_eq!(before.membership_count(), 0);
    let log = store
        .log(&portcullis_store::LogFilter::default())
        .await
        .unwrap();
    assert_eq!(log.items.len(), 2);
    let verified = store.verify_log(|_, _| {}).await.unwrap();
    assert_eq!(verified.broken, None);
    store.backup(&dir.path().join("copy")).await.unwrap();
}
