//! The fuse of a source: how much it may end at once.

use portcullis_app::sync::{Count, FactKind, Limits, Plan, fuse};
use portcullis_model::Refusal;

fn counted(kind: FactKind, held: usize, ended: usize, said: usize) -> (FactKind, Count) {
    let cut = 0;
    (
        kind,
        Count {
            held,
            ended,
            cut,
            said,
        },
    )
}

#[test]
fn the_fuse_counts_by_number_and_by_share_and_silence_always_trips() {
    use FactKind::{Entitlement as E, Identity as I, Membership as M};
    for (counts, allowed, trips) in [
        (vec![counted(M, 20, 20, 1)], 0, false),
        (vec![counted(M, 63, 21, 42)], 0, false),
        (vec![counted(M, 62, 21, 41)], 0, true),
        (vec![counted(M, 62, 21, 41)], 20, true),
        (vec![counted(M, 62, 21, 41)], 21, false),
        // One kind that goes is not made up for by another that stays.
        (
            vec![counted(M, 30, 30, 1), counted(E, 900, 0, 900)],
            0,
            true,
        ),
        (vec![counted(M, 15, 15, 1), counted(E, 15, 15, 1)], 0, true),
        (vec![counted(M, 1, 1, 0)], 0, true),
        (vec![counted(M, 1, 1, 0), counted(I, 1, 0, 1)], 0, true),
        (vec![counted(M, 1, 1, 0), counted(E, 1, 0, 1)], 0, false),
        (vec![counted(M, 0, 0, 0)], 0, false),
    ] {
        let plan = Plan {
            counts: counts.iter().copied().collect(),
            ..Plan::default()
        };
        let limits = Limits {
            allowed,
            ..Limits::default()
        };
        let ran = fuse(&plan, &limits);
        assert_eq!(ran.is_err(), trips, "{counts:?} {ran:?}");
    }
    let plan = Plan {
        counts: [
            counted(M, 30, 25, 5),
            counted(E, 3, 2, 1),
            counted(I, 4, 0, 4),
        ]
        .into(),
        ..Plan::default()
    };
    let refusal: Refusal = fuse(&plan, &Limits::default()).unwrap_err().into();
    assert_eq!(refusal.code(), "too_many_removals");
    let text = refusal.to_string();
    assert!(
        text.contains("would end 25 of its 30 memberships, 2 of its 3 entitlements"),
        "{text}"
    );
    assert!(text.contains("--allow-removals 27"), "{text}");
}
