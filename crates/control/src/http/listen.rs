//! The listener: connections, with TLS or without, counted and ended in good order.
//!
//! Own loop instead of axum's: that one gives a slow header all the time in the world.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Connections at a time; more wait in the system's queue.
const CONNECTIONS: usize = 2_048;

/// How long the header of a request, or a TLS handshake, may take.
const HEADER_PATIENCE: Duration = Duration::from_secs(15);

/// How long running requests may take to end once the centre stops.
const LAST_PATIENCE: Duration = Duration::from_secs(20);

/// Who is at the other end, for handlers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peer {
    /// The certificate that was shown and verified, where one was.
    pub(crate) certificate: Option<CertificateDer<'static>>,
    /// Whether the line is encrypted.
    pub(crate) is_tls: bool,
}

/// A listener with what is served on it.
pub(crate) struct Listener {
    /// The socket.
    pub(crate) socket: TcpListener,
    /// TLS, where it is spoken.
    pub(crate) tls: Option<TlsAcceptor>,
    /// What answers.
    pub(crate) router: Router,
}

impl Listener {
    /// Serves until `stop` says so, and then until what runs has ended.
    pub(crate) async fn serve(self, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let running = TaskTracker::new();
        let mut builder = Builder::new(Counted(running.clone()));
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_PATIENCE);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(64)
            .keep_alive_interval(Some(Duration::from_secs(30)));
        let builder = Arc::new(builder);
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                break;
            };
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(cause) => {
                    // Out of files, most likely: they come back.
                    tracing::warn!(%cause, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let (router, tls) = (self.router.clone(), self.tls.clone());
            let (builder, watcher) = (Arc::clone(&builder), graceful.watcher());
            tokio::spawn(async move {
                let _place = place;
                let mut peer = Peer::default();
                let Some(tls) = tls else {
                    return talk(stream, peer, router, &builder, watcher).await;
                };
                if let Some(stream) = shake_hands(&tls, stream).await {
                    let shown = stream.get_ref().1.peer_certificates();
                    peer.certificate = shown.and_then(|c| c.first().cloned());
                    peer.is_tls = true;
                    talk(stream, peer, router, &builder, watcher).await;
                }
            });
        }
        drop(self.socket);
        running.close();
        let ended = async {
            graceful.shutdown().await;
            running.wait().await;
        };
        if tokio::time::timeout(LAST_PATIENCE, ended).await.is_err() {
            tracing::warn!("requests still ran when the centre stopped");
        }
    }
}

/// Where requests of HTTP/2 run. Each is a task of its own that goes on for a moment when its
/// connection has ended, so connections alone do not tell when nothing uses the database any more.
#[derive(Clone)]
struct Counted(TaskTracker);

impl<F> Executor<F> for Counted
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(task);
    }
}

async fn shake_hands(
    tls: &TlsAcceptor,
    stream: TcpStream,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    match tokio::time::timeout(HEADER_PATIENCE, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(cause)) => {
            tracing::debug!(%cause, "no TLS");
            None
        }
        Err(_) => None,
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: Peer,
    router: Router,
    builder: &Builder<Counted>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = router.map_request(move |request: hyper::Request<hyper::body::Incoming>| {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(peer.clone());
        hyper::Request::from_parts(parts, axum::body::Body::new(body))
    });
    let service = TowerToHyperService::new(service);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    // A client that goes away in the middle is no event.
    let _ = watcher.watch(connection.into_owned()).await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::body::Body;
    use axum::routing::get;
    use hyper_util::rt::TokioExecutor;

    use super::*;

    /// One more that runs, until it is dropped.
    struct Running(Arc<AtomicUsize>);

    impl Drop for Running {
        fn drop(&mut self) {
            // What ends a moment late is what the listener has to wait for.
            std::thread::sleep(Duration::from_millis(20));
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_request_runs_on_when_a_listener_has_ended() {
        let running = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&running);
        let waits = get(async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let _running = Running(counted);
            std::future::pending::<()>().await;
        });
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let address = socket.local_addr().expect("an address");
        let listener = Listener {
            socket,
            tls: None,
            router: Router::new().route("/", waits),
        };
        let (stop, until) = watch::channel(false);
        let serving = tokio::spawn(listener.serve(until));
        let line = std::net::TcpStream::connect(address).expect("connected");
        line.set_nonblocking(true).expect("a socket");
        let stream = line.try_clone().expect("a socket");
        let stream = TokioIo::new(TcpStream::from_std(stream).expect("a socket"));
        let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await;
        let (mut sender, connection) = shaken.expect("a connection");
        tokio::spawn(connection);
        for _ in 0..20 {
            let request = hyper::Request::get(format!("http://{address}/"));
            let request = request.body(Body::empty()).expect("a request");
            tokio::spawn(sender.send_request(request));
        }
        while running.load(Ordering::SeqCst) < 20 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // As a unit that was told to end: it goes in the middle, and the centre ends after it.
        line.shutdown(std::net::Shutdown::Both).expect("cut");
        stop.send(true).expect("it is heard");
        serving.await.expect("it ends");
        assert_eq!(running.load(Ordering::SeqCst), 0);
    }
}
