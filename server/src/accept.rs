//! Accepting connections, each of which must say in time what it wants and take in time what it asked for: axum's
//! own loop waits for ever for the rest of a request. With a certificate of the office's own, over TLS.

pub(crate) mod crowd;
pub(crate) mod origin;
pub(crate) mod tls;

use crate::access::guard::Peer;
use crate::clock::patience;
use axum::Router;
use crowd::{Crowd, Place};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use origin::{Secure, client_of, was_https};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tls::Tls;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// A request's head arrives within this time, also from the edge of a mobile network; so does a TLS handshake.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Whoever takes no byte of an answer for so long is gone or hostile.
const TAKE_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause after the system had no room for another connection, so that the loop does not spin.
const CROWDED_PAUSE: Duration = Duration::from_millis(100);
/// A head is a few hundred bytes and a cookie; whatever is longer is none of ours.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Where connections come in.
pub(crate) struct Entrance {
    pub(crate) listener: TcpListener,
    /// Nothing: not encrypted, for this very machine or behind a proxy that encrypts.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Whose word on where requests come from counts.
    pub(crate) proxy: Option<IpAddr>,
}

/// What is the same for all connections.
struct House {
    router: Router,
    builder: Builder,
    tls: Option<Arc<Tls>>,
    proxy: Option<IpAddr>,
    stopping: watch::Receiver<bool>,
}

/// Serves until told to stop, then lets what has begun end.
pub(crate) async fn serve(entrance: Entrance, router: Router, stopping: watch::Receiver<bool>) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience(HEAD_TIMEOUT)).max_buf_size(HEAD_BYTES_MAX);
    let Entrance { listener, tls, proxy } = entrance;
    let crowd = Arc::new(Crowd::default());
    let mut stop = stopping.clone();
    let house = Arc::new(House { router, builder, tls, proxy, stopping });
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        while open.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(CROWDED_PAUSE).await;
                continue;
            }
        };
        let peer = peer.ip().to_canonical();
        let Some(place) = crowd.admit(Some(peer).filter(|peer| Some(*peer) != proxy)) else {
            tracing::debug!("a connection was turned away: no place is left");
            continue;
        };
        open.spawn(connection(Arc::clone(&house), stream, peer, place));
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn connection(house: Arc<House>, stream: TcpStream, peer: IpAddr, place: Place) {
    let _ = stream.set_nodelay(true);
    // Below TLS: what counts is whether bytes leave.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience(TAKE_TIMEOUT)));
    let stream = Box::pin(stream);
    let Some(tls) = &house.tls else { return talk(&house, stream, (peer, false), place).await };
    let accepting = timeout(patience(HEAD_TIMEOUT), tls.acceptor().accept(stream)).await;
    match accepting {
        Ok(Ok(stream)) => talk(&house, stream, (peer, true), place).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection did not come to speak TLS"),
        Err(_) => tracing::debug!("a connection was too slow to come to speak TLS"),
    }
}

async fn talk<S>(house: &Arc<House>, stream: S, (peer, encrypted): (IpAddr, bool), place: Place)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let proxied = house.proxy == Some(peer);
    let router = house.router.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        // Throttling must know whose tries to count.
        let seen = proxied.then(|| client_of(request.headers())).flatten();
        let secure = encrypted || proxied && was_https(request.headers());
        request.extensions_mut().insert(Peer(Some(seen.unwrap_or(peer))));
        request.extensions_mut().insert(Secure(secure));
        request.extensions_mut().insert(place.clone());
        router.clone().oneshot(request)
    });
    let connection = house.builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut stop = house.stopping.clone();
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The guard that `wait_for` returns must not live across an await.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
