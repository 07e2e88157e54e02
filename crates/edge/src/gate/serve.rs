//! Listening: connections, TLS, limits, the gate's own pages, and a quiet end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::decide::Judge;
use super::proxy::Proxy;
use super::stall::Steady;
use super::upstream::{Upstream, UpstreamError};
use super::{Body, GateSettings};
use crate::spans;
use crate::tls::{Acceptor, Tls, TlsError};
use crate::verdict::Source;

/// How long a client may take to agree on TLS, or to send a head.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Largest head of a request, in bytes: tokens of some registries have ten thousand.
const MAX_HEAD: usize = 64 << 10;

/// Why a gate does not stand.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The registry's address or its authorities.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The gate's own certificate.
    #[error("certificate or key")]
    Tls(#[from] TlsError),
    /// Listening.
    #[error("listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What was wrong.
        #[source]
        source: std::io::Error,
    },
}

/// A gate that listens.
pub struct Gate {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<Acceptor>>,
    proxy: Arc<Proxy>,
    source: Arc<dyn Source>,
    stopping: Arc<AtomicBool>,
    settings: GateSettings,
}

impl Gate {
    /// Listens; nobody is answered before [`Gate::run`].
    ///
    /// # Errors
    /// When the address is taken, or a certificate or the registry's address makes no
    /// sense. The registry need not answer yet.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<&Tls>,
        settings: GateSettings,
        source: Arc<dyn Source>,
    ) -> Result<Self, GateError> {
        let upstream = Upstream::new(&settings.upstream, settings.upstream_ca.as_deref())?;
        let tls = tls.map(Acceptor::open).transpose()?;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| GateError::Listen { address, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| GateError::Listen { address, source })?;
        let judge = Judge::new(
            Arc::clone(&source),
            settings.rules.clone(),
            settings.registry.clone(),
            upstream.home.authority.to_string(),
            settings.clock,
        );
        let public = settings.public.clone();
        let proxy = Proxy::new(upstream, judge, public, tls.is_some(), settings.patience);
        Ok(Self {
            listener,
            address,
            tls,
            proxy: Arc::new(proxy),
            source,
            stopping: Arc::default(),
            settings,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is done; then what is under way may go on for the grace time.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let connections = Arc::new(Semaphore::new(self.settings.max_connections));
        let graceful = GracefulShutdown::new();
        // Finds the token service; whether the registry answers is told by /readyz.
        let proxy = Arc::clone(&self.proxy);
        tokio::spawn(async move {
            let _ = proxy.probe().await;
        });
        if let Some(tls) = &self.tls {
            tokio::spawn(Arc::clone(tls).watch());
        }
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = async {
                let permit = Arc::clone(&connections).acquire_owned().await;
                (self.listener.accept().await, permit)
            };
            let (accepted, permit) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut stop => break,
            };
            let (stream, client) = match accepted {
                Ok(accepted) => accepted,
                Err(why) => {
                    // Out of file descriptors, most likely: others will be given back.
                    tracing::warn!(%why, "no connection accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let served = self.serve(stream, client, graceful.watcher());
            tokio::spawn(async move {
                let _permit = permit;
                served.await;
            });
        }
        self.stopping.store(true, Ordering::Relaxed);
        drop(self.listener);
        tracing::info!("stopping");
        let _ = tokio::time::timeout(self.settings.grace, graceful.shutdown()).await;
    }

    /// Answers what comes over one connection, with the certificate that is shown now.
    fn serve(
        &self,
        stream: TcpStream,
        client: SocketAddr,
        watcher: Watcher,
    ) -> impl Future<Output = ()> + Send + use<> {
        let _ = stream.set_nodelay(true);
        let stream = Steady::new(stream, self.settings.patience);
        let tls = self.tls.as_ref().map(|tls| tls.current());
        let answers = Answers {
            proxy: Arc::clone(&self.proxy),
            source: Arc::clone(&self.source),
            stopping: Arc::clone(&self.stopping),
            client,
            head_time: HANDSHAKE.min(self.settings.patience),
        };
        async move {
            let metrics = Arc::clone(&answers.proxy.metrics);
            metrics.connections.inc();
            match tls {
                None => connection(stream, answers, watcher, false).await,
                Some(tls) => {
                    let agreed = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await;
                    if let Ok(Ok(stream)) = agreed {
                        let agreed = stream.get_ref().1.alpn_protocol();
                        let is_http2 = agreed == Some(b"h2");
                        connection(stream, answers, watcher, is_http2).await;
                    }
                }
            }
            metrics.connections.dec();
        }
    }
}

/// What answers the requests of one connection.
#[derive(Clone)]
struct Answers {
    proxy: Arc<Proxy>,
    source: Arc<dyn Source>,
    stopping: Arc<AtomicBool>,
    client: SocketAddr,
    head_time: Duration,
}

async fn connection<S>(stream: S, answers: Answers, watcher: Watcher, is_http2: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = Builder::new(TokioExecutor::new());
    // Not found out from the first bytes: whoever sends none would be waited for for ever.
    let mut builder = match is_http2 {
        true => builder.http2_only(),
        false => builder.http1_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(answers.head_time)
        .max_buf_size(MAX_HEAD)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(HANDSHAKE)
        .max_concurrent_streams(128)
        .max_header_list_size(64 << 10);
    let service = service_fn(move |request| {
        let answers = answers.clone();
        async move { Ok::<_, std::convert::Infallible>(answers.answer(request).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(why) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%why, "connection ended");
    }
}

impl Answers {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        match request.uri().path() {
            "/healthz" => page(StatusCode::OK, "text/plain", "alive\n".to_owned()),
            "/readyz" => self.ready().await,
            "/metrics" => {
                let in_trouble = self.source.trouble().is_some();
                let text = self.proxy.metrics.text(&self.proxy.judge, in_trouble);
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                page(StatusCode::OK, kind, text)
            }
            _ => {
                let span = spans::pull(request.method(), request.headers());
                let answer = self.proxy.answer(request, Some(self.client.ip()));
                answer.instrument(span).await
            }
        }
    }

    /// Whether pulls can be answered. Old verdicts are no reason against it: the gate goes
    /// on deciding with what it has.
    async fn ready(&self) -> Response<Body> {
        let book = self.proxy.judge.book();
        let age = book.age(self.proxy.judge.now()).map(|age| age.as_secs());
        let registry = match self.stopping.load(Ordering::Relaxed) {
            true => Err("the gate is stopping".to_owned()),
            false => {
                let probe = tokio::time::timeout(Duration::from_secs(5), self.proxy.probe()).await;
                match probe {
                    Ok(answer) => answer.map_err(|why| why.to_string()),
                    Err(_) => Err("the registry takes longer than 5 s".to_owned()),
                }
            }
        };
        let status = match registry {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let told = serde_json::json!({
            "ready": registry.is_ok(),
            "registry": registry.err().unwrap_or_else(|| "answers".to_owned()),
            "verdicts": book.len(),
            "generation": book.generation,
            "signed": book.signed,
            "age_seconds": age,
            "unknown": self.proxy.judge.unknown(),
            "trouble": self.source.trouble(),
        });
        page(status, "application/json", format!("{told}\n"))
    }
}

fn page(status: StatusCode, kind: &'static str, text: String) -> Response<Body> {
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
