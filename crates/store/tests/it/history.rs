//! Who was in what, which requests there were, what things were called.

use portcullis_model::{
    ChangeSet, Edit, Expiry, GroupKind, Inclusion, MembershipKind, OperationName, Position, Reason,
    Request, State, Validity, Wants, request::Resolution,
};
use portcullis_store::{HistoryOf, RequestFilter, RequestStatus};

use crate::support::{at, both, commit, company, context, group, later, membership, user};

both! {
    async fn history_tells_what_was_really_held_and_by_whose_doing(database) {
        let live = database.live().await;
        let c = context();
        let (ann, staff) = (user(&c, "ann"), group(&c, "Staff"));
        commit(&live, &c, company(&[&ann], &[&staff])).await.unwrap();
        let mut first = membership(&later(&c, 100), ann.id, staff.id, MembershipKind::Member);
        first.validity = Validity::new(at(50), Expiry::at(at(10_000)));
        let add = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(first.clone()));
        commit(&live, &later(&c, 100), add).await.unwrap();
        let mut second = first.clone();
        second.validity.until = Expiry::at(at(20_000));
        let extend = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(first.clone(), second.clone()));
        commit(&live, &later(&c, 200), extend).await.unwrap();
        // Everything ends together with the user and the group.
        let end = ChangeSet::new(OperationName::UserDelete)
            .with(Edit::end(second.clone()))
            .with(Edit::end(ann.clone()))
            .with(Edit::end(staff.clone()));
        commit(&live, &later(&c, 300), end).await.unwrap();
        let store = live.store();
        for of in [HistoryOf::User(ann.id), HistoryOf::Group(staff.id)] {
            let page = store.membership_history(of, 10, None, &live.world()).await.unwrap();
            let [newer, older] = &page.items[..] else { panic!("{page:?}") };
            assert_eq!((&*newer.user, &*newer.group), ("ann", "Staff"));
            assert_eq!((&newer.membership, &older.membership), (&second, &first));
            assert_eq!(older.held, Some(Validity::new(at(100), Expiry::at(at(200)))));
            assert_eq!(newer.held, Some(Validity::new(at(200), Expiry::at(at(300)))));
            assert_eq!((older.added.position, older.added.operation), (Position(2), OperationName::GroupAddPeople));
            assert_eq!(older.removed.as_ref().unwrap().position, Position(3));
            assert_eq!(newer.removed.as_ref().unwrap().operation, OperationName::UserDelete);
            assert_eq!(newer.removed.as_ref().unwrap().actor, c.actor);
            let one = store.membership_history(of, 1, None, &live.world()).await.unwrap();
            let two = store.membership_history(of, 1, one.next, &live.world()).await.unwrap();
            assert_eq!((&one.items[0], &two.items[0]), (newer, older));
            assert_eq!(two.next, None);
        }
        let labels = store.labels(&live.world(), &[ann.id.uuid(), staff.id.uuid(), c.id::<()>().uuid()]).await.unwrap();
        assert_eq!(labels.len(), 2);
        assert_eq!(labels[&ann.id.uuid()], "ann");
    }
}

both! {
    async fn the_last_known_name_is_the_label(database) {
        let live = database.live().await;
        let c = context();
        let before = group(&c, "Staff");
        commit(&live, &c, company(&[], &[&before])).await.unwrap();
        let mut after = before.clone();
        after.name = portcullis_model::Name::parse("Crew").unwrap();
        let rename = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(before.clone(), after.clone()));
        commit(&live, &c, rename).await.unwrap();
        let end = ChangeSet::new(OperationName::GroupDelete).with(Edit::end(after));
        commit(&live, &c, end).await.unwrap();
        let labels = live.store().labels(&live.world(), &[before.id.uuid()]).await.unwrap();
        assert_eq!(labels[&before.id.uuid()], "Crew");
    }
}

both! {
    async fn inclusions_have_their_history_too(database) {
        let live = database.live().await;
        let c = context();
        let (mut role, staff) = (group(&c, "Role-Dev"), group(&c, "Staff"));
        role.kind = GroupKind::Role;
        commit(&live, &c, company(&[], &[&role, &staff])).await.unwrap();
        let inclusion = Inclusion {
            id: c.id(),
            child: role.id,
            target: staff.id,
            kind: MembershipKind::Member,
            validity: Validity::new(at(10), Expiry::NEVER),
            reason: Reason::default(),
            granted_by: c.actor,
        };
        let attach = ChangeSet::new(OperationName::GroupEdit).with(Edit::create(inclusion.clone()));
        commit(&live, &later(&c, 10), attach).await.unwrap();
        let detach = ChangeSet::new(OperationName::GroupEdit).with(Edit::end(inclusion.clone()));
        commit(&live, &later(&c, 40), detach).await.unwrap();
        for group in [role.id, staff.id] {
            let page = live.store().inclusion_history(group, 0, None, &live.world()).await.unwrap();
            let [row] = &page.items[..] else { panic!("{page:?}") };
            assert_eq!((&*row.child, &*row.target), ("Role-Dev", "Staff"));
            assert_eq!(row.held, Some(Validity::new(at(10), Expiry::at(at(40)))));
            assert_eq!(row.inclusion, inclusion);
        }
    }
}

both! {
    async fn requests_are_listed_in_all_states(database) {
        let live = database.live().await;
        let c = context();
        let (ann, bob) = (user(&c, "ann"), user(&c, "bob"));
        let (staff, sales) = (group(&c, "Staff"), group(&c, "100% Sales"));
        commit(&live, &c, company(&[&ann, &bob], &[&staff, &sales])).await.unwrap();
        let mut filed = Vec::new();
        for (n, (user, group)) in [(&ann, &staff), (&bob, &staff), (&bob, &sales)].iter().enumerate() {
            let request = Request {
                id: c.id(),
                requester: user.id,
                wants: Wants::Membership { group: group.id, kind: MembershipKind::Member },
                reason: Reason::parse(["to help", "audit_2026", ""][n]).unwrap(),
                until: Expiry::NEVER,
                created_at: at(n as i64),
                state: State::Pending,
            };
            let change = ChangeSet::new(OperationName::RequestCreate).with(Edit::create(request.clone()));
            commit(&live, &c, change).await.unwrap();
            filed.push(request);
        }
        let mut rejected = filed[1].clone();
        let by = c.actor;
        rejected.state = State::Rejected {
            resolution: Resolution { by, at: at(9), reason: Reason::default() },
        };
        let change = ChangeSet::new(OperationName::RequestReject)
            .with(Edit::update(filed[1].clone(), rejected.clone()));
        commit(&live, &c, change).await.unwrap();
        let store = live.store();
        assert_eq!(store.request(rejected.id).await.unwrap(), Some(rejected));
        assert_eq!(store.load().await.unwrap().requests().count(), 2);
        let find = async |filter: RequestFilter| -> Vec<usize> {
            let page = store.requests(&filter).await.unwrap();
            page.items.iter().map(|r| filed.iter().position(|f| f.id == r.id).unwrap()).collect()
        };
        let all = RequestFilter::default;
        let q = |q: &str| RequestFilter { q: Some(q.into()), ..all() };
        let status = |status| RequestFilter { status: Some(status), ..all() };
        assert_eq!(find(all()).await, [2, 1, 0]);
        assert_eq!(find(RequestFilter { requester: Some(bob.id), ..all() }).await, [2, 1]);
        assert_eq!(find(RequestFilter { groups: Some(vec![staff.id]), ..all() }).await, [1, 0]);
        assert_eq!(find(RequestFilter { groups: Some(vec![]), ..all() }).await, [0usize; 0]);
        assert_eq!(find(RequestFilter { decider: Some(by), ..all() }).await, [1]);
        assert_eq!(find(status(RequestStatus::Pending)).await, [2, 0]);
        assert_eq!(find(status(RequestStatus::Resolved)).await, [1]);
        assert_eq!(find(status(RequestStatus::Approved)).await, [0usize; 0]);
        assert_eq!(find(q("HELP")).await, [0]);
        assert_eq!(find(q("ann")).await, [0]);
        assert_eq!(find(q("%")).await, [2]);
        assert_eq!(find(q("t_2")).await, [1]);
        assert_eq!(find(q("tx2")).await, [0usize; 0]);
        let first = store.requests(&RequestFilter { limit: 2, ..all() }).await.unwrap();
        let rest = RequestFilter { before: first.next, ..all() };
        assert_eq!(find(rest).await, [0]);
    }
}
