//! The unit's listener: with TLS or without, with limits for whoever is slow.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::tls::Acceptor;

/// Connections at a time: gates, probes, metrics.
const CONNECTIONS: usize = 1024;

/// How long the head of a request, or a TLS handshake, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers for ever.
pub(super) async fn serve(listener: TcpListener, tls: Option<Arc<Acceptor>>, app: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    if let Some(tls) = &tls {
        tokio::spawn(Arc::clone(tls).watch());
    }
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(why) => {
                // Out of file descriptors, most likely: others will be given back.
                tracing::warn!(%why, "no connection accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (app, tls) = (app.clone(), tls.as_ref().map(|tls| tls.current()));
        tokio::spawn(async move {
            let _place = place;
            let Some(tls) = tls else {
                return talk(stream, app).await;
            };
            match tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                Ok(Ok(stream)) => talk(stream, app).await,
                Ok(Err(why)) => tracing::debug!(%why, "no TLS"),
                Err(_) => {}
            }
        });
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, app: Router) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .keep_alive_interval(Some(Duration::from_secs(30)));
    let service = TowerToHyperService::new(app);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    // A client that goes away in the middle is no event.
    let _ = connection.await;
}
