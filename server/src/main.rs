//! `linli`: the relay, and the office's command line.

mod accept;
mod access;
mod cli;
mod clock;
mod config;
mod events;
mod keys;
mod ledgers;
mod metrics;
mod office;
mod problem;
mod routes;
mod serve;
mod site;
mod state;
mod ws;

use std::process::ExitCode;

/// Merging documents is mostly small allocations; the system's allocator took a fifth of an import's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run().await
}
