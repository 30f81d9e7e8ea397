use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::App;
use crate::platform::http::ClientIp;

/// How long a client may take to send a request's head; a connection that is idle between requests is closed after it too.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// Connections served at a time; more wait in the listener's queue.
const MAX_CONNECTIONS: usize = 10_000;
/// How long accepted requests are given to finish when the server goes down.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `stop` says so, then finishes what was accepted.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(app: &App, listener: TcpListener, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let router = app.router();
    let graceful = GracefulShutdown::new();
    let turns = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let turn = tokio::select! {
            turn = Arc::clone(&turns).acquire_owned() => turn.context("the connections' semaphore was closed")?,
            () = &mut stop => break,
        };
        let (stream, from) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, or a client that left in the queue: the next one may succeed.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let connection = graceful.watch(connection(router.clone(), stream, from));
        #[expect(clippy::disallowed_methods, reason = "a task for each connection")]
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(turn);
        });
    }
    drop(listener);
    app.services.shutdown.begin();
    let open = graceful.count();
    tracing::info!("going down: finishing what was accepted ({open} connections)");
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end within {} s", GRACE.as_secs());
    }
    Ok(())
}

fn connection(
    router: Router,
    stream: TcpStream,
    from: SocketAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY not set");
    }
    let from = client_ip(from);
    let service = service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), request, from));
    http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).serve_connection(TokioIo::new(stream), service)
}

/// An IPv4 client of a dual-stack listener is the same client as on an IPv4 one.
fn client_ip(from: SocketAddr) -> IpAddr {
    from.ip().to_canonical()
}

async fn answer(router: Router, request: hyper::Request<Incoming>, from: IpAddr) -> Result<Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ClientIp(from));
    router.oneshot(request).await
}
