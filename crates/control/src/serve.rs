//! From settings to a running centre, and to its end.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use jiff::Timestamp;
use lazaret_store::{Store, StoreOptions};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tower_http::compression::CompressionLayer;

use crate::app::{App, Centre, Settings};
use crate::auth::{Passwords, SetupError, Throttle, offer};
use crate::http::{ApiError, Listener, etag, rounds};
use crate::keys::{KeyError, Keys, make_folder};
use crate::metrics::Metrics;
use crate::{api, pages};

/// Why the centre did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Keys or folders cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database cannot be used.
    #[error("open the database {database}")]
    Store {
        /// Which, without a password.
        database: String,
        /// Why.
        #[source]
        source: lazaret_store::Error,
    },
    /// The address cannot be listened on.
    #[error("listen on {address}")]
    Listen {
        /// Which address.
        address: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The first administrator cannot be set up.
    #[error("offer the set-up of the first administrator")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl From<SetupError> for ServeError {
    fn from(error: SetupError) -> Self {
        Self::Setup(Box::new(error))
    }
}

/// A centre that answers.
pub struct Served {
    /// Where it answers.
    pub address: SocketAddr,
    /// The file with the one-time token, where nobody is known yet.
    pub setup: Option<PathBuf>,
    app: App,
    listener: Listener,
    stop: watch::Sender<bool>,
}

/// Opens everything and begins to listen; nothing is answered before [`Served::run`].
///
/// # Errors
/// When a file, the database or the address cannot be used.
pub async fn serve(settings: Settings) -> Result<Served, ServeError> {
    make_folder(&settings.data)?;
    let keys = Keys::open(&settings.data.join("keys"))?;
    let database = settings.database.clone().unwrap_or_else(|| {
        let file = settings.data.join("lazaret.db");
        format!("sqlite:{}", file.display())
    });
    let blobs = settings.data.join("blobs");
    let blobs = blobs.display().to_string();
    let options = StoreOptions::new(database.clone(), blobs, Timestamp::now());
    let store = Store::open(&options).await;
    let store = store.map_err(|source| ServeError::Store {
        database: without_password(&database),
        source,
    })?;
    let setup = offer(&store, &settings.data).await?;
    let fail = |source| ServeError::Listen {
        address: settings.listen.clone(),
        source,
    };
    let socket = TcpListener::bind(&settings.listen).await.map_err(fail)?;
    let address = socket.local_addr().map_err(fail)?;
    let (stop, stopping) = watch::channel(false);
    let app = App::new(Centre {
        store,
        keys,
        metrics: Metrics::new(),
        passwords: Passwords::new().map_err(ServeError::Other)?,
        throttle: Throttle::default(),
        wake: Notify::new(),
        settings,
        stop: stopping,
    });
    let listener = Listener {
        socket,
        tls: None,
        router: router(&app),
    };
    Ok(Served {
        address,
        setup,
        app,
        listener,
        stop,
    })
}

impl Served {
    /// Answers until `until` is done, and then lets what runs come to its end.
    pub async fn run(self, until: impl Future<Output = ()>) {
        let listening = tokio::spawn(self.listener.serve(self.stop.subscribe()));
        until.await;
        let _ = self.stop.send(true);
        let _ = listening.await;
        self.app.store.close().await;
    }
}

/// Everything that is answered.
fn router(app: &App) -> Router {
    let api = api::router().layer(from_fn(etag));
    Router::new()
        .merge(api)
        .merge(api::events::router())
        .merge(pages::router())
        .fallback(async || ApiError::not_found("there is nothing at this path"))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), rounds))
        .with_state(app.clone())
}

/// The address of a database without the password in it, for people.
fn without_password(database: &str) -> String {
    match (database.find("://"), database.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}…{}", &database[..scheme + 3], &database[at..])
        }
        _ => database.to_owned(),
    }
}
