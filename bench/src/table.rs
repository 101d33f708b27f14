//! Collects the times and prints them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::Engine;
use crate::workload::WORKLOADS;

/// For each engine, workload and size the times of all runs; absent times were wrong answers.
#[derive(Default)]
pub(crate) struct Results(BTreeMap<(String, String, usize), Vec<Option<f64>>>);

impl Results {
    pub(crate) fn add(&mut self, engine: &str, workload: &str, size: usize, time: Option<f64>) {
        let key = (engine.to_owned(), workload.to_owned(), size);
        self.0.entry(key).or_default().push(time);
    }

    pub(crate) fn any_wrong(&self) -> bool {
        self.0.values().flatten().any(Option::is_none)
    }

    pub(crate) fn markdown(&self, engines: &[Engine]) -> String {
        let mut text = String::new();
        for engine in engines {
            let of_engine = |key: &&(String, String, usize)| key.0 == engine.name;
            let mut sizes: Vec<usize> = self.0.keys().filter(of_engine).map(|key| key.2).collect();
            sizes.sort_unstable();
            sizes.dedup();
            if sizes.is_empty() {
                continue;
            }
            let headings: String = sizes.iter().map(|n| format!(" {n} |")).collect();
            let rule = "---|".repeat(sizes.len());
            let _ = write!(
                text,
                "\n**{}**\n\n| workload |{headings}\n|---|{rule}\n",
                engine.name
            );
            for workload in WORKLOADS {
                let cells: Vec<String> = sizes
                    .iter()
                    .map(|&n| self.cell(engine.name, workload, n))
                    .collect();
                if cells.iter().any(|cell| cell != "–") {
                    let _ = writeln!(text, "| {workload} | {} |", cells.join(" | "));
                }
            }
        }
        text
    }

    fn cell(&self, engine: &str, workload: &str, size: usize) -> String {
        let key = (engine.to_owned(), workload.to_owned(), size);
        let Some(times) = self.0.get(&key) else {
            return "–".to_owned();
        };
        let Some(mut times) = times.iter().copied().collect::<Option<Vec<f64>>>() else {
            return "wrong".to_owned();
        };
        times.sort_by(f64::total_cmp);
        duration(times[times.len() / 2])
    }
}

pub(crate) fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 100.0 => format!("{n:.1} ns"),
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}
