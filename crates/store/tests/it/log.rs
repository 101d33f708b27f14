//! The log as audit trail.

use std::time::Duration;

use portcullis_model::{
    Actor, ChangeSet, Context, Edit, Login, MembershipKind, OperationName, Position, SystemActor,
};
use portcullis_store::{Cursor, Engine, LogEntry, LogFilter, SubjectKind};

use crate::support::{at, both, commit, company, context, facts, group, later, membership, user};

both! {
    async fn entries_are_found_by_everything_people_ask_for(database) {
        let live = database.live().await;
        let c = context();
        let (ann, staff) = (user(&c, "ann"), group(&c, "Staff_2"));
        commit(&live, &c, company(&[&ann], &[&staff])).await.unwrap();
        let fact = membership(&c, ann.id, staff.id, MembershipKind::Member);
        let add = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(fact.clone()));
        let added = commit(&live, &later(&c, 60), add.clone()).await.unwrap();
        let time = c.acting_as(Actor::System(SystemActor::Time));
        let undo = add.clone().inverse(added.position);
        commit(&live, &later(&time, 120), undo).await.unwrap();
        let store = live.store();
        let find = async |filter: LogFilter| -> Vec<u64> {
            let page = store.log(&filter).await.unwrap();
            page.items.iter().map(|entry| entry.position.0).collect()
        };
        let all = LogFilter::default;
        let q = |q: &str| LogFilter { q: Some(q.into()), ..all() };
        let operation = |o: &str| LogFilter { operation: Some(o.into()), ..all() };
        let subject = |kind, id| LogFilter { subject: Some((kind, id)), ..all() };
        assert_eq!(find(all()).await, [3, 2, 1]);
        assert_eq!(find(LogFilter { actor: Some(time.actor), ..all() }).await, [3]);
        assert_eq!(find(operation("group.")).await, [2]);
        assert_eq!(find(operation("g%")).await, [0u64; 0]);
        assert_eq!(find(q("STAFF_")).await, [3, 2, 1]);
        assert_eq!(find(q("f_3")).await, [0u64; 0]);
        assert_eq!(find(q("time")).await, [3]);
        assert_eq!(find(q("add_peo")).await, [2]);
        assert_eq!(find(subject(SubjectKind::User, ann.id.uuid())).await, [3, 2, 1]);
        assert_eq!(find(subject(SubjectKind::Group, ann.id.uuid())).await, [0u64; 0]);
        assert_eq!(find(LogFilter { from: Some(at(60)), to: Some(at(120)), ..all() }).await, [2]);
        assert_eq!(find(LogFilter { before: Some(Position(3).into()), ..all() }).await, [2, 1]);
        let page = store.log(&LogFilter { limit: 2, ..all() }).await.unwrap();
        let next: Cursor = page.next.unwrap().to_string().parse().unwrap();
        assert_eq!(find(LogFilter { before: Some(next), ..all() }).await, [1]);
        let entry = store.entry(added.position).await.unwrap().unwrap();
        assert_eq!(*entry.change.unwrap(), add);
        assert_eq!((entry.at, entry.undone_by, entry.undoes), (at(60), Some(Position(3)), None));
        let labels: Vec<_> = entry.subjects.iter().map(|s| (s.kind, &*s.label)).collect();
        assert_eq!(labels, [(SubjectKind::User, "ann"), (SubjectKind::Group, "Staff_2")]);
        assert_eq!(store.entry(Position(9)).await.unwrap(), None);

        // A part has what it is asked for, and tells how much there is.
        let whole = store.entry(Position(1)).await.unwrap().unwrap();
        let edits = whole.change.clone().unwrap().changes.clone();
        assert!(edits.len() > 1);
        for from in 0..=edits.len() {
            let part = store.entry_part(Position(1), from, 1).await.unwrap().unwrap();
            assert_eq!(part.edits, edits.len());
            let shown: Vec<_> = edits.iter().skip(from).take(1).cloned().collect();
            assert_eq!(part.entry.change.unwrap().changes, shown);
            assert!(part.entry.subjects.iter().all(|s| whole.subjects.contains(s)));
        }
        let all = store.entry_part(Position(1), 0, 99).await.unwrap().unwrap().entry;
        assert_eq!(all, whole);
        assert_eq!(store.entry_part(Position(9), 0, 1).await.unwrap(), None);
    }
}

both! {
    async fn the_chain_shows_an_edited_row(database) {
        let live = database.live().await;
        let c = context();
        for name in ["One", "Two", "Three", "Four"] {
            commit(&live, &c, company(&[], &[&group(&c, name)])).await.unwrap();
        }
        let mut seen = Vec::new();
        let whole = live.store().verify_log(|at, of| seen.push((at.0, of.0))).await.unwrap();
        assert_eq!((whole.entries, whole.broken), (4, None));
        assert_eq!(seen.last(), Some(&(4, 4)));
        let edits = [
            ("UPDATE log SET body = replace(body, 'Three', 'Tree') WHERE position = 3", 3),
            ("UPDATE log_subjects SET label = 'Deux' WHERE position = 2", 2),
            ("DELETE FROM log WHERE position = 1", 1),
        ];
        for (sql, position) in edits {
            database.sql(sql).await;
            let broken = live.store().verify_log(|_, _| {}).await.unwrap();
            assert_eq!(broken.entries, position - 1);
            assert_eq!(broken.broken.unwrap().0, Position(position));
        }
    }
}

both! {
    async fn the_chain_shows_a_cut_off_end(database) {
        let live = database.live().await;
        let c = context();
        for name in ["One", "Two"] {
            commit(&live, &c, company(&[], &[&group(&c, name)])).await.unwrap();
        }
        for wrong in ["position = 1", "at = at + 1"] {
            database.sql(&format!("UPDATE log_head SET {wrong}")).await;
            let broken = live.store().verify_log(|_, _| {}).await.unwrap();
            assert!(broken.broken.is_some(), "the head has {wrong}");
            database.sql("UPDATE log_head SET position = 2, at = (SELECT MAX(at) FROM log)").await;
        }
        let sound = live.store().verify_log(|_, _| {}).await.unwrap();
        assert_eq!(sound.broken, None);
        database.sql("DELETE FROM log WHERE position = 2").await;
        let broken = live.store().verify_log(|_, _| {}).await.unwrap();
        assert_eq!(broken.broken.unwrap().0, Position(2));
        database.sql("UPDATE log_head SET position = 1").await;
        let broken = live.store().verify_log(|_, _| {}).await.unwrap();
        assert!(broken.broken.is_some(), "the head's hash is of the entry that is gone");
    }
}

/// Twelve people whose attributes weigh 20 kB each, and one that looks like the end of a list.
fn weighty(context: &Context) -> ChangeSet {
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    for n in 0..12 {
        let mut one = user(context, &format!("weighty{n}"));
        let cv = format!("{n}é\"").repeat(4_000);
        one.attributes.insert("cv".into(), cv.into());
        one.attributes
            .insert("its".into(), serde_json::json!({ "changes": [] }));
        change.push(Edit::create(one));
    }
    change
}

both! {
    async fn a_long_entry_is_kept_and_read_in_parts(database) {
        let live = database.live().await;
        let other = database.live().await;
        let c = context();
        commit(&live, &c, company(&[], &[&group(&c, "Before")])).await.unwrap();
        let change = weighty(&c);
        let position = commit(&live, &c, change.clone()).await.unwrap().position;
        commit(&live, &c, company(&[], &[&group(&c, "After")])).await.unwrap();
        let whole = serde_json::to_string(&change).unwrap().len() as i64;
        let longest = database.number("SELECT CAST(MAX(LENGTH(edits)) AS BIGINT) FROM log_edits").await
            + database.number("SELECT CAST(MAX(LENGTH(body)) AS BIGINT) FROM log").await;
        assert!(longest < whole / 2, "a row has {longest} of {whole}");

        let store = live.store();
        let read = store.entry(position).await.unwrap().unwrap();
        assert_eq!(*read.change.unwrap(), change);
        for from in 0..=change.changes.len() + 1 {
            for most in [0, 1, 5, 99] {
                let part = store.entry_part(position, from, most).await.unwrap().unwrap();
                let wanted: Vec<_> = change.changes.iter().skip(from).take(most).cloned().collect();
                assert_eq!(part.edits, change.changes.len());
                assert_eq!(part.entry.change.unwrap().changes, wanted, "{most} from {from}");
                let about: Vec<_> = part.entry.subjects.iter().map(|s| s.id).collect();
                let wanted: Vec<_> = wanted.iter().filter_map(|edit| edit.outline().id).collect();
                assert_eq!(about, wanted, "{most} from {from}");
            }
        }
        other.at_least(live.world().position(), Duration::from_secs(60)).await.unwrap();
        assert_eq!(facts(&other.world()), facts(&live.world()));
        assert_eq!(store.compare_with_log(|_, _| {}).await.unwrap().differences, [""; 0]);
        assert_eq!(store.verify_log(|_, _| {}).await.unwrap().broken, None);
        for sql in [
            "UPDATE log_edits SET edits = replace(edits, 'weighty7', 'weighty8')",
            "UPDATE log_edits SET first_edit = first_edit + 1 WHERE first_edit > 0",
            "DELETE FROM log_edits WHERE first_edit = 0",
        ] {
            database.sql("CREATE TABLE kept AS SELECT * FROM log_edits").await;
            database.sql(sql).await;
            let broken = store.verify_log(|_, _| {}).await.unwrap().broken;
            assert_eq!(broken.map(|(at, _)| at), Some(position), "{sql}");
            database.sql("DELETE FROM log_edits; INSERT INTO log_edits SELECT * FROM kept; DROP TABLE kept").await;
        }
        assert_eq!(store.verify_log(|_, _| {}).await.unwrap().broken, None);
    }
}

both! {
    async fn long_entries_of_earlier_versions_are_put_into_parts_as_they_were(database) {
        let live = database.live().await;
        let c = context();
        let change = weighty(&c);
        let position = commit(&live, &c, change.clone()).await.unwrap().position;
        let hash = live.store().verify_log(|_, _| {}).await.unwrap().hash;
        drop(live);
        let parts = database.number("SELECT COUNT(*) FROM log_edits").await;
        assert!(parts > 1);
        // As the version before wrote it: the whole in one row.
        let all = match database.engine {
            Engine::Sqlite => "SELECT group_concat(inner, ',') FROM (SELECT substr(edits, 2, length(edits) - 2) AS inner \
                               FROM log_edits ORDER BY first_edit)",
            Engine::Postgres => "SELECT string_agg(substr(edits, 2, length(edits) - 2), ',' ORDER BY first_edit) FROM log_edits",
        };
        database.sql(&format!(
            "UPDATE log SET body = replace(body, '\"changes\":[]', '\"changes\":[' || ({all}) || ']')"
        )).await;
        database.sql("DROP TABLE log_edits; DROP TABLE looked_until; DROP TABLE turns; DROP INDEX outbox_trouble; DROP INDEX outbox_of_sink; DROP INDEX outbox_undone; DROP INDEX outbox_in_state; DROP INDEX touches_of_kind; DROP TABLE preferences; DROP TABLE providers; DROP TABLE credentials; \
             DROP TABLE credential_uses; DROP TABLE used_tokens; DROP INDEX identities_ever; \
             DELETE FROM schema_version WHERE version >= 10").await;
        let whole = serde_json::to_string(&change).unwrap().chars().count() as i64;
        assert_eq!(database.number("SELECT CAST(MAX(LENGTH(body)) AS BIGINT) FROM log").await, whole);

        let store = database.store().await;
        assert_eq!(database.number("SELECT COUNT(*) FROM log_edits").await, parts);
        let verified = store.verify_log(|_, _| {}).await.unwrap();
        assert_eq!((verified.broken, verified.hash), (None, hash));
        assert_eq!(*store.entry(position).await.unwrap().unwrap().change.unwrap(), change);
    }
}

/// What an entry is found by: its operation, who did it, and the names of what it is about.
fn said(entry: &LogEntry) -> Vec<String> {
    let by = match entry.actor {
        Actor::System(part) => format!("system:{}", part.as_str()),
        _ => entry.login.clone().unwrap_or_default(),
    };
    let subjects = entry
        .subjects
        .iter()
        .map(|subject| subject.label.to_lowercase());
    subjects
        .chain([by, entry.operation.as_str().to_owned()])
        .collect()
}

both! {
    async fn a_list_has_what_looking_at_every_entry_finds(database) {
        let live = database.live().await;
        let c = context();
        let boss = c.acting_as(Actor::System(SystemActor::Time));
        // More of one name than are followed one by one, and few of another.
        let many: Vec<_> = (0..230).map(|n| user(&c, &format!("many{n}"))).collect();
        let (mut few, staff) = (user(&c, "few"), group(&c, "Staff"));
        let all: Vec<_> = many.iter().chain([&few]).collect();
        commit(&live, &c, company(&all, &[&staff])).await.unwrap();
        for (n, one) in many.iter().take(40).enumerate() {
            let by = if n % 3 == 0 { &boss } else { &c };
            let fact = membership(by, one.id, staff.id, MembershipKind::Member);
            let add = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(fact));
            commit(&live, &later(by, n as i64 * 10), add).await.unwrap();
            if n % 10 == 5 {
                let mut renamed = few.clone();
                renamed.login = Login::parse(&format!("other{n}")).unwrap();
                renamed.email = None;
                let edit = Edit::update(few, renamed.clone());
                let edit = ChangeSet::new(OperationName::UserEdit).with(edit);
                commit(&live, &later(&c, n as i64 * 10), edit).await.unwrap();
                few = renamed;
            }
        }
        let store = live.store();
        let mut entries = Vec::new();
        for position in (1..=live.world().position().0).rev() {
            entries.push(store.entry(Position(position)).await.unwrap().unwrap());
        }
        let texts = [None, Some("few"), Some("OTHER1"), Some("many"), Some("many7"), Some("people"), Some("system:t"), Some("nowhere")];
        let operations = [None, Some("user."), Some("group.add"), Some("zzz")];
        let actors = [None, Some(c.actor), Some(boss.actor), Some(Actor::User(few.id))];
        let subjects = [None, Some((SubjectKind::User, few.id.uuid())), Some((SubjectKind::Group, staff.id.uuid()))];
        let spans = [None, Some((at(95), at(305)))];
        for q in texts { for operation in operations { for actor in actors { for subject in subjects { for span in spans {
            let filter = LogFilter {
                q: q.map(str::to_owned),
                operation: operation.map(str::to_owned),
                actor,
                subject,
                from: span.map(|(from, _)| from),
                to: span.map(|(_, to)| to),
                limit: 7,
                before: None,
            };
            let wanted = entries.iter().filter(|entry| {
                q.is_none_or(|q| said(entry).iter().any(|text| text.contains(&q.to_lowercase())))
                    && operation.is_none_or(|o| entry.operation.as_str().starts_with(o))
                    && actor.is_none_or(|actor| entry.actor == actor)
                    && subject.is_none_or(|(kind, id)| entry.subjects.iter().any(|s| (s.kind, s.id) == (kind, id)))
                    && span.is_none_or(|(from, to)| from <= entry.at && entry.at < to)
            });
            let wanted: Vec<_> = wanted.map(|entry| entry.position.0).collect();
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let page = store.log(&LogFilter { before, ..filter.clone() }).await.unwrap();
                found.extend(page.items.iter().map(|entry| entry.position.0));
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(found, wanted, "{filter:?}");
        }}}}}
    }
}
