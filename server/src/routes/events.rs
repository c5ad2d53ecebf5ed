//! `/v1/events`: what happens, as server-sent events. A page that loses the connection resumes after the last
//! id it saw, also across a restart of the relay.

use super::Params;
use crate::events::{self, NEWS_MAX, News, Told};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;

/// A comment at this interval keeps proxies from closing a quiet connection, and finds readers that are gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A connection ends after this time and the browser comes back by itself: whoever may no longer read is
/// found out then.
const LIFE: Duration = Duration::from_secs(300);
/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(1);
/// News that wait for one reader's connection to take them.
const WAITING_MAX: usize = 64;
/// A reader that takes nothing for so long is dropped; when it comes back it resumes or reloads.
const SLOW: Duration = Duration::from_secs(30);

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsParams {
    /// Resume after this id; the header `Last-Event-ID`, which browsers send by themselves, comes first.
    after: Option<i64>,
}

/// News as they happen: JSON objects with a `kind`. Begins with `hello`; `reload` asks to read everything anew.
#[utoipa::path(get, path = "/v1/events", params(EventsParams), responses((status = 200, content_type = "text/event-stream", body = News), (status = 503, body = ProblemBody)))]
pub(crate) async fn events(
    State(app): State<App>,
    headers: HeaderMap,
    Params(params): Params<EventsParams>,
) -> Result<Response, Problem> {
    let readers = Arc::clone(&app.events.readers);
    let permit = readers.try_acquire_owned().map_err(|_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "events.too_many",
            "同时打开的页面太多,请关闭一些;页面仍可手动刷新",
            "too many pages are open at once; close some, or reload by hand",
        )
    })?;
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let after: Option<i64> = header.or(params.after);
    // Before reading what was missed: what happens from here on is heard, and heard twice at worst.
    let live = app.events.subscribe();
    let upto = *app.model.applied().borrow();
    let first = first_news(&app, after, upto).await?;
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    tokio::spawn(async move {
        let _permit = permit;
        // An error is a reader that is gone.
        let _ = tell(&app, first, live, upto, &sender).await;
    });
    let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
        let event: Event = receiver.recv().await?;
        Some((Ok::<_, Infallible>(event), receiver))
    });
    let sse = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([("x-accel-buffering", "no")], sse).into_response())
}

/// Hello, and what a reader that comes back has missed.
async fn first_news(app: &App, after: Option<i64>, upto: i64) -> Result<Vec<Told>, Problem> {
    // Lists that are being made again are behind what the reader saw.
    let Some(after) = after.filter(|after| (0..=upto).contains(after)) else {
        let news = News::Hello { applied: upto, resumed: false };
        return Ok(vec![Told { resume: Some(upto), news }]);
    };
    let hello = Told { resume: None, news: News::Hello { applied: upto, resumed: true } };
    let mut told = vec![hello];
    told.extend(events::since(app, after, upto, NEWS_MAX).await?);
    Ok(told)
}

/// A reader that is gone or too slow.
struct Gone;

async fn tell(
    app: &App,
    first: Vec<Told>,
    mut live: broadcast::Receiver<Arc<[Told]>>,
    upto: i64,
    reader: &mpsc::Sender<Event>,
) -> Result<(), Gone> {
    let mut stopping = app.stopping.clone();
    let end = Instant::now() + LIFE;
    send(reader, Event::default().retry(RETRY)).await?;
    for told in &first {
        send(reader, event_of(told)).await?;
    }
    loop {
        let group = tokio::select! {
            group = live.recv() => group,
            () = reader.closed() => return Err(Gone),
            () = sleep_until(end) => return Ok(()),
            () = stopped(&mut stopping) => return Ok(()),
        };
        match group {
            Ok(group) => {
                for told in group.iter().filter(|told| told.is_after(upto)) {
                    send(reader, event_of(told)).await?;
                }
            }
            Err(RecvError::Lagged(_)) => {
                let applied = *app.model.applied().borrow();
                let news = News::Reload { applied };
                return send(reader, event_of(&Told { resume: Some(applied), news })).await;
            }
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

/// The guard that `wait_for` returns must not live across an await.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn send(reader: &mpsc::Sender<Event>, event: Event) -> Result<(), Gone> {
    reader.send_timeout(event, SLOW).await.map_err(|_| Gone)
}

fn event_of(told: &Told) -> Event {
    // Plain data with text keys always serialises, and never has a line break.
    let event = Event::default().data(serde_json::to_string(&told.news).unwrap_or_default());
    match told.resume {
        Some(id) => event.id(id.to_string()),
        None => event,
    }
}
