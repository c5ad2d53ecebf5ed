//! A phone under load, to be killed: saves and synchronises as told on standard input, and says on standard
//! output what is done, only after it is.
//!
//! `save N` records N visits, `sync` exchanges everything once; both go on at the same time.

use linli_core::kinds::Outcome;
use linli_engine::{Engine, EngineError, HouseholdFilter, NewVisit, Options, SyncEvent, SystemEnv};
use serde_json::json;
use std::path::Path;
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

#[tokio::main]
async fn main() -> Result<(), EngineError> {
    let store = std::env::args_os().nth(1).unwrap_or_default();
    let engine = Engine::open(Path::new(&store), Box::new(SystemEnv::default()), Options::default()).await?;
    println!("{}", json!({"event": "open"}));
    let (save, to_save) = unbounded_channel();
    let (sync, to_sync) = unbounded_channel();
    let commands = async move {
        let mut lines = BufReader::new(stdin()).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let _ = match line.strip_prefix("save ") {
                Some(count) => save.send(count.parse().unwrap_or(0)).is_ok(),
                None => sync.send(()).is_ok(),
            };
        }
    };
    let ((), saved, ()) = tokio::join!(commands, record(&engine, to_save), exchange(&engine, to_sync));
    saved
}

async fn record(engine: &Engine, mut wanted: UnboundedReceiver<u32>) -> Result<(), EngineError> {
    let mut next = 0;
    while let Some(count) = wanted.recv().await {
        let homes = engine.households(&HouseholdFilter::default()).await?;
        for _ in 0..count {
            let Some(home) = homes.get(next % homes.len().max(1)) else { break };
            next += 1;
            let saved = engine.visit(home.id, NewVisit::new(Outcome::Done)).await?;
            println!("{}", json!({"event": "saved", "id": saved.id}));
        }
        println!("{}", json!({"event": "all_saved"}));
    }
    Ok(())
}

async fn exchange(engine: &Engine, mut wanted: UnboundedReceiver<()>) {
    while wanted.recv().await.is_some() {
        let mut tell = |event| {
            if let SyncEvent::Sent { records } = event {
                println!("{}", json!({"event": "sent", "records": records}));
            }
        };
        let ended = engine.sync_once_telling(&mut tell).await;
        let line = match ended {
            Ok(_) => json!({"event": "synced"}),
            Err(error) => json!({"event": "offline", "code": error.shown_code()}),
        };
        println!("{line}");
    }
}
