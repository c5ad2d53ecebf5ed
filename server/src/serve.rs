//! Starting, running and draining the relay.

use crate::accept::Entrance;
use crate::accept::tls::Tls;
use crate::access::Door;
use crate::at_rest::key_file;
use crate::clock::now_ms;
use crate::config::Config;
use crate::office::import::keeper;
use crate::state::{App, Secrets, Stores};
use crate::{accept, at_rest, clock, events, keys, ledgers, office, routes, wanted, ws};
use anyhow::Context as _;
use linli_core::time::date_of;
use linli_storage::DataFolder;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Connections that do not end by themselves within this time are cut when the relay stops.
const DRAIN: Duration = Duration::from_secs(10);

/// A new day is noticed this much late at most; nobody works at midnight.
const LOOK_AT_CALENDAR: Duration = Duration::from_secs(60);

/// Runs until SIGTERM or SIGINT.
pub(crate) async fn run(config: Config, json: bool) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("cannot create {}", config.data.display()))?;
    clock::set_off(config.clock_offset_ms);
    clock::hurry(config.haste);
    raise_file_limit();
    let tls = config.tls.as_ref().map(|(certificate, key)| Tls::read(certificate, key)).transpose()?;
    let tls = tls.map(Arc::new);
    let key = config.key_file.as_deref().map(|path| key_file::read(path, &config.data)).transpose()?;
    let _only_one = lock(&config.data)?;
    let folder = DataFolder::new(&config.data, key);
    at_rest::lock(&folder).await?;
    let stores = Stores::open(folder).await?;
    // However it ends, the databases are closed before the program does.
    let open = stores.clone();
    let ended = serve(&config, stores, tls, json).await;
    open.close().await;
    ended
}

async fn serve(config: &Config, stores: Stores, tls: Option<Arc<Tls>>, json: bool) -> anyhow::Result<()> {
    let listener = TcpListener::bind(&config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another relay running?", config.listen))?;
    let address = listener.local_addr()?;
    let url = config.public_url.clone().unwrap_or_else(|| {
        let scheme = if tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    });
    let (stop, stopping) = watch::channel(false);
    let secrets = Secrets {
        token: keys::admin_token(&config.data)?,
        national_id_key: keys::national_id_key(&stores.data)?,
        lineage: keys::lineage(&config.data)?,
        door: Door::new(stores.accounts.has_users().await?),
    };
    let app = App::new(stores, secrets, stopping.clone(), url.clone());
    let setup_url = app.door.setup_code().map(|code| format!("{url}/#/setup?code={code}"));

    let mut tasks = JoinSet::new();
    tasks.spawn(announce_growth(app.clone()));
    tasks.spawn(apply(app.clone()));
    tasks.spawn(wanted::run(app.clone()));
    tasks.spawn(follow(app.clone()));
    tasks.spawn(days(app.clone()));
    tasks.spawn(snapshots(app.clone()));
    tasks.spawn(events::run(app.clone()));
    tasks.spawn(ledgers::daily::run(app.clone()));
    tasks.spawn(keeper::run(app.clone()));
    // Before anybody is served: a restored backup may hold what was destroyed since.
    let again = office::forget::replay(&app).await;
    again.map_err(|problem| {
        anyhow::anyhow!("what was destroyed could not be destroyed again: {}", problem.en)
    })?;
    tasks.spawn(office::forget::run(app.clone()));
    let mut metrics = None;
    if let Some(wanted) = &config.metrics_listen {
        let listener =
            TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}"))?;
        metrics = Some(listener.local_addr()?.to_string());
        tasks.spawn(serve_metrics(app.clone(), listener));
    }
    // Whoever reads that it listens may send a signal at once.
    let stopped = signal()?;
    if let Some(tls) = &tls {
        let hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
        tasks.spawn(renew(Arc::clone(tls), hangup));
    }
    let hello = Hello { listening: address.to_string(), metrics, url, setup_url };
    announce(config, &hello, json);
    let entrance = Entrance { listener, tls, proxy: config.behind_proxy };
    let server = tokio::spawn(accept::serve(entrance, routes::router(app.clone()), stopping));
    stopped.await;
    tracing::info!("draining");
    stop.send_replace(true);
    let _ = tokio::time::timeout(DRAIN, server).await;
    // Batches already accepted are committed and answered before the file closes.
    app.log.close().await;
    tasks.shutdown().await;
    Ok(())
}

/// What is said at start.
struct Hello {
    listening: String,
    metrics: Option<String>,
    url: String,
    /// Makes the first account; whoever reads the relay's terminal or log may.
    setup_url: Option<String>,
}

fn announce(config: &Config, hello: &Hello, json: bool) {
    let token_file = keys::token_path(&config.data);
    if json {
        let line = serde_json::json!({
            "listening": hello.listening,
            "url": hello.url,
            "metrics": hello.metrics,
            "admin_token_file": token_file,
            "setup_url": hello.setup_url,
        });
        println!("{line}");
        return;
    }
    println!(
        "服务已启动 / relay listening on {}\n令牌文件 / token file: {}",
        hello.url,
        token_file.display()
    );
    if let Some(url) = &hello.setup_url {
        println!("首次使用请打开 / first run: {url}");
    }
}

/// Two relays on one folder would give the same numbers twice.
fn lock(data: &std::path::Path) -> anyhow::Result<std::fs::File> {
    let path = data.join("lock");
    let file = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(&path)?;
    file.try_lock().ok().context("another relay is using this data folder; stop it first")?;
    Ok(file)
}

/// Takes the signals that stop a program from now on, and waits for one.
fn signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A new certificate takes the old one's place when somebody says so.
async fn renew(tls: Arc<Tls>, mut hangup: tokio::signal::unix::Signal) {
    while hangup.recv().await.is_some() {
        match tls.read_again() {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => tracing::error!(error = format!("{error:#}"), "the certificate stays as it was"),
        }
    }
}

/// Every connection is a file to the system, and the usual limit is for a desktop's programs.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files could not be raised");
    }
}

/// Tells connections of new batches as soon as they are durable; nobody waits for read models.
async fn announce_growth(app: App) {
    let mut durable = app.log.durable();
    let mut told = *durable.borrow_and_update();
    while durable.changed().await.is_ok() {
        let newest = *durable.borrow_and_update();
        app.metrics.durable.set(newest);
        match app.log.advances(told).await {
            Ok(spaces) => {
                told = newest;
                for advance in spaces {
                    // Nobody connected is no error.
                    let _ = app.advanced.send(advance);
                }
            }
            Err(error) => tracing::error!(%error, "connections could not be told of new batches yet"),
        }
    }
}

/// Makes read models of new batches.
async fn apply(app: App) {
    let mut durable = app.log.durable();
    loop {
        durable.mark_unchanged();
        if let Err(error) = app.model.catch_up(&app.log).await {
            tracing::error!(%error, "batches could not be applied; trying again with the next");
        }
        app.metrics.applied.set(*app.model.applied().borrow());
        if durable.changed().await.is_err() {
            return;
        }
    }
}

/// Lets late edits follow merges and moves. Apart from [`apply`], which must never wait for an office action:
/// those wait for it.
async fn follow(app: App) {
    // A relay of before told its phones nothing of it.
    if let Err(problem) = office::operator::tell_phones(&app).await {
        tracing::error!(code = problem.code, "phones could not be told who runs this");
    }
    let mut applied = app.model.applied();
    loop {
        applied.mark_unchanged();
        if let Err(problem) = office::follow::run(&app, now_ms()).await {
            tracing::error!(code = problem.code, "an edit could not follow its merge yet");
        }
        if let Err(problem) = office::moves::run(&app, now_ms()).await {
            tracing::error!(code = problem.code, "an edit could not follow its household yet");
        }
        if applied.changed().await.is_err() {
            return;
        }
    }
}

/// Appointments begin and end with the day.
async fn days(app: App) {
    let mut look = tokio::time::interval(LOOK_AT_CALENDAR);
    let mut day = date_of(now_ms());
    loop {
        look.tick().await;
        let today = date_of(now_ms());
        if today != day {
            day = today;
            app.regrant();
        }
    }
}

/// Takes snapshots ahead of need, when the read models have caught up.
async fn snapshots(app: App) {
    let mut applied = app.model.applied();
    loop {
        if let Ok(spaces) = app.model.spaces().await {
            for space in spaces {
                if let Err(error) = ws::refresh_snapshot(&app, space).await {
                    tracing::error!(%error, "a snapshot could not be taken");
                }
            }
        }
        if applied.changed().await.is_err() {
            return;
        }
        applied.mark_unchanged();
    }
}

async fn serve_metrics(app: App, listener: TcpListener) {
    let router = axum::Router::new().route(
        "/metrics",
        axum::routing::get(async move || {
            (
                [(axum::http::header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0")],
                app.metrics.text(),
            )
        }),
    );
    let _ = axum::serve(listener, router).await;
}
