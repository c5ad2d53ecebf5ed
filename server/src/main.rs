//! `linli`: the relay, and the office's command line.

mod accept;
mod access;
mod allocator;
mod at_rest;
mod backup;
mod cli;
mod clock;
mod config;
mod events;
mod greet;
mod keys;
mod ledgers;
mod metrics;
mod office;
mod packing;
mod problem;
mod routes;
mod serve;
mod site;
mod state;
mod wanted;
mod ws;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run().await
}
