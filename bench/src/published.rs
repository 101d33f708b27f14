//! Upstream's three implementations, which cannot be linked here: figures measured on the same kind of
//! machine at commit d1962cc, with Go 1.19.8, Node 20.20.2 and PHP 8.2.36 (medians of three runs).

use std::fmt::Write as _;

use crate::table::duration;
use crate::workload::WORKLOADS;

/// Nanoseconds for each workload, with 1, 10, 100 and 1,000 rules.
const MEASURED: [(&str, [[f64; 4]; 7]); 3] = [
    (
        "authr 3.0.1, Go",
        [
            [82.0, 82.0, 83.0, 82.0],
            [80.0, 135.0, 586.0, 5_740.0],
            [40.0, 89.0, 542.0, 5_560.0],
            [82.0, 532.0, 5_010.0, 53_400.0],
            [79.0, 511.0, 5_080.0, 52_500.0],
            [199.0, 27_400.0, 277_600.0, 3_170_000.0],
            [157.0, 26_200.0, 272_000.0, 3_050_000.0],
        ],
    ),
    (
        "authr 3.0.1, TypeScript",
        [
            [156.0, 167.0, 167.0, 165.0],
            [166.0, 249.0, 1_220.0, 14_500.0],
            [75.0, 154.0, 1_180.0, 13_800.0],
            [164.0, 964.0, 9_420.0, 100_800.0],
            [158.0, 937.0, 9_440.0, 100_000.0],
            [349.0, 2_650.0, 27_100.0, 355_000.0],
            [329.0, 2_550.0, 26_500.0, 378_800.0],
        ],
    ),
    (
        "authr 3.0.1, PHP",
        [
            [1_680.0, 1_730.0, 1_950.0, 4_390.0],
            [1_700.0, 4_110.0, 27_300.0, 271_100.0],
            [802.0, 3_090.0, 25_700.0, 265_500.0],
            [1_720.0, 11_800.0, 110_600.0, 1_150_000.0],
            [1_760.0, 11_500.0, 113_000.0, 1_140_000.0],
            [1_860.0, 13_700.0, 130_800.0, 1_380_000.0],
            [1_930.0, 13_600.0, 130_000.0, 1_340_000.0],
        ],
    ),
];

pub(crate) fn markdown() -> String {
    let mut text = String::new();
    for (name, rows) in MEASURED {
        let _ = write!(
            text,
            "\n**{name}** (not run here, earlier figures)\n\n| workload | 1 | 10 | 100 | 1000 |\n|---|---|---|---|---|\n"
        );
        for (workload, row) in WORKLOADS.iter().zip(rows) {
            let _ = writeln!(text, "| {workload} | {} |", row.map(duration).join(" | "));
        }
    }
    text
}
