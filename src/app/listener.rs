//! Accepting connections: so many at once, and none for longer than its client takes part.
//!
//! axum's own `serve` sets no timer, so a client that sends its headers a byte a minute would hold a connection for ever.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// After an error of the system (no more file descriptors) it is tried again.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(200);

/// How much connections may ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConnectionLimits {
    /// Connections at once; more wait in the system's queue.
    pub(super) connections_max: usize,
    /// For how long a client may take to send the head of a request, from when the connection is free for one.
    pub(super) head: Duration,
    /// For how long a client may take nothing of an answer.
    pub(super) stalled: Duration,
    /// For how long what was begun may go on when the server stops.
    pub(super) farewell: Duration,
}

/// Serves `routes` until `stop` resolves, then finishes what was begun.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let free = Arc::new(Semaphore::new(limits.connections_max));
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &free) => accepted,
            () = &mut stop => break,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(Box::pin(timed(stream, limits.stalled))), answer(&routes, peer));
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // A client that hangs up or is too slow is no news.
            drop(connection.await);
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.farewell, open.shutdown()).await.is_err() {
        tracing::warn!("some connections were still busy and are dropped");
    }
}

/// The next connection, once there is room for one.
async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(free).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Answers are small: each leaves at once.
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

fn timed(stream: TcpStream, stalled: Duration) -> TimeoutStream<TcpStream> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(stalled));
    stream
}

/// Answers the requests of one connection, telling the routes where they come from.
fn answer(
    routes: &Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future: Send + 'static,
> + use<> {
    let routes = routes.clone();
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.clone().oneshot(request.map(Body::new))
    })
}
