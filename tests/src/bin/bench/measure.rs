//! Figures, their goals, and how they are shown.

use serde_json::json;
use std::time::Duration;

/// One figure.
struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
    goal: Option<f64>,
}

/// All figures of a run.
#[derive(Default)]
pub(crate) struct Report(Vec<Figure>);

impl Report {
    /// A figure with the goal it should stay under.
    pub(crate) fn goal(&mut self, what: impl Into<String>, value: f64, unit: &'static str, goal: f64) {
        self.add(what.into(), value, unit, Some(goal));
    }

    /// A figure to know, without a goal.
    pub(crate) fn note(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.add(what.into(), value, unit, None);
    }

    fn add(&mut self, what: String, value: f64, unit: &'static str, goal: Option<f64>) {
        eprintln!("{what}: {value:.3} {unit}");
        self.0.push(Figure { what, value, unit, goal });
    }

    pub(crate) fn print(&self) {
        println!("{:<62} {:>12} {:>12}", "", "measured", "goal");
        for figure in &self.0 {
            let goal = figure.goal.map(|goal| format!("<= {goal} {}", figure.unit)).unwrap_or_default();
            let met = figure.goal.is_none_or(|goal| figure.value <= goal);
            let value = format!("{:.3} {}", figure.value, figure.unit);
            println!("{:<62} {value:>12} {goal:>12} {}", figure.what, if met { "" } else { "MISSED" });
        }
        let figures: Vec<_> = self
            .0
            .iter()
            .map(|figure| json!({"what": figure.what, "value": figure.value, "unit": figure.unit, "goal": figure.goal}))
            .collect();
        println!("{}", json!({"figures": figures}));
    }
}

/// Seconds.
pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// Milliseconds.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Decimal megabytes.
#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Decimal kilobytes.
pub(crate) fn kilobytes(bytes: u64) -> f64 {
    megabytes(bytes) * 1000.0
}

/// The value that this share of the sorted values stays under.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index below the number of values"
    )]
    let index = ((values.len() as f64) * share) as usize;
    values.get(index.min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

/// A line such as `VmHWM` of a process's status, in bytes.
pub(crate) fn memory(process: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    found.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
