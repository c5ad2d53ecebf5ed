//! `cargo xtask bench`: what a community's work costs, with a real relay process and real phones.
//!
//! Everything is measured in one run on one machine, over loopback, with every commit synced. Prints a
//! table with the goals, and the same as JSON. A missed goal is shown, not hidden.
#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot go on must stop")]

mod community;
mod idle;
mod measure;
mod meter;
mod phones;
mod reads;

use measure::Report;

#[tokio::main]
async fn main() {
    let scale = community::Scale::from_args();
    let mut report = Report::default();
    // Only what the console reads, for whoever works on that.
    if std::env::args().any(|arg| arg == "--reads") {
        let community = community::prepare(&scale, &mut report).await;
        reads::console_reads(&community, &mut report).await;
        return report.print();
    }
    community::import_a_district(&scale, &mut report);
    let mut community = community::prepare(&scale, &mut report).await;
    phones::fresh_phone(&community, &mut report).await;
    let phone = phones::working_phone(&community).await;
    phones::save_one_visit(&phone, &mut report).await;
    phones::search(&phone, &mut report).await;
    phones::push_a_day(&phone, &community, &mut report).await;
    phones::catch_up(&phone, &community, &mut report).await;
    reads::console_reads(&community, &mut report).await;
    idle::thousand_idle_phones(&mut community, &mut report).await;
    report.print();
}
