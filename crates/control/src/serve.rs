//! From settings to a running centre, and to its end.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use jiff::Timestamp;
use lazaret_store::{Store, StoreOptions};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};
use tower_http::compression::CompressionLayer;

use crate::advisories::Advisories;
use crate::app::{App, Centre, Settings};
use crate::auth::oidc::Provider;
use crate::auth::{Passwords, SetupError, Throttle, offer};
use crate::edges::{Asked, Authority, AuthorityError, Received};
use crate::file::FileError;
use crate::http::{ApiError, Listener, etag, rounds};
use crate::judge::Judge;
use crate::keys::{KeyError, Keys, make_folder};
use crate::metrics::Metrics;
use crate::owner::Owner;
use crate::shelf::Shelf;
use crate::{api, console, edges, harbor, notify, pages, work};

/// Images matched at a time: each may take some hundred MiB and a core.
const JUDGED_AT_ONCE: usize = 2;

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
    /// The place of blobs cannot be used.
    #[error("keep blobs in {place}")]
    Blobs {
        /// Which.
        place: String,
        /// Why, and what is to be set.
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
    /// The advisory database cannot be used.
    #[error("use {path} as the advisory database")]
    Advisories {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: lazaret_advisory::DbError,
    },
    /// The policy cannot be used.
    #[error("the policy: {0}")]
    Policy(String),
    /// The file of receivers cannot be used.
    #[error("who is told")]
    Notify(#[source] FileError),
    /// The file of the identity provider cannot be used.
    #[error("log-in with a provider")]
    Provider(#[source] FileError),
    /// The first administrator cannot be set up.
    #[error("offer the set-up of the first administrator")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl From<AuthorityError> for ServeError {
    fn from(error: AuthorityError) -> Self {
        Self::Other(error.to_string())
    }
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
    /// Where edges are answered.
    pub edges: Option<SocketAddr>,
    /// The file with the one-time token, where nobody is known yet.
    pub setup: Option<PathBuf>,
    app: App,
    listener: Listener,
    edge_listener: Option<Listener>,
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
    let options = StoreOptions::new(database.clone(), blobs(&settings), Timestamp::now());
    let store = Store::open(&options).await;
    let store = store.map_err(|source| ServeError::Store {
        database: without_password(&database),
        source,
    })?;
    store
        .reach_blobs()
        .await
        .map_err(|source| ServeError::Blobs {
            place: blobs(&settings),
            source,
        })?;
    let setup = offer(&store, &settings.data).await?;
    let (socket, address) = listen(&settings.listen).await?;
    let (authority, edge_socket) = match &settings.edge_listen {
        None => (None, None),
        Some(place) => {
            let authority = Authority::open(keys.folder(), Timestamp::now())?;
            let (socket, address) = listen(place).await?;
            let tls = authority.acceptor(&settings.edge_names, Timestamp::now())?;
            (Some(authority), Some((socket, address, tls)))
        }
    };
    let (stop, stopping) = watch::channel(false);
    let app = App::new(Centre {
        store,
        keys,
        advisories: advisories(&settings)?,
        shelf: shelf(&settings)?,
        judging: Semaphore::new(JUDGED_AT_ONCE),
        receivers: match &settings.notify {
            Some(path) => notify::read(path).map_err(ServeError::Notify)?,
            None => Vec::new(),
        },
        asked: Asked::default(),
        given: tokio::sync::Mutex::default(),
        received: Received::default(),
        beside: work::Remembered::default(),
        console: console::Memory::default(),
        authority,
        metrics: Metrics::new(),
        provider: provider(&settings).map_err(ServeError::Provider)?,
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
    let edges = edge_socket.as_ref().map(|(_, address, _)| *address);
    let edge_listener = edge_socket.map(|(socket, _, tls)| Listener {
        socket,
        tls: Some(tls),
        router: edge_router(&app),
    });
    Ok(Served {
        address,
        edges,
        setup,
        app,
        listener,
        edge_listener,
        stop,
    })
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), ServeError> {
    let fail = |source| ServeError::Listen {
        address: address.to_owned(),
        source,
    };
    let socket = TcpListener::bind(address).await.map_err(fail)?;
    let address = socket.local_addr().map_err(fail)?;
    Ok((socket, address))
}

/// Where blobs are: beside the embedded database, where nothing else is said.
fn blobs(settings: &Settings) -> String {
    let beside = || settings.data.join("blobs").display().to_string();
    settings.blobs.clone().unwrap_or_else(beside)
}

fn advisories(settings: &Settings) -> Result<Advisories, ServeError> {
    let path = settings.advisories.clone();
    Advisories::open(path.clone()).map_err(|source| ServeError::Advisories {
        path: path.unwrap_or_default(),
        source,
    })
}

fn provider(settings: &Settings) -> Result<Option<Provider>, FileError> {
    let file = settings.oidc.as_deref();
    let public_url = settings.public_url.as_deref();
    file.map(|file| Provider::open(file, public_url))
        .transpose()
}

fn shelf(settings: &Settings) -> Result<Shelf, ServeError> {
    let mut documents = Vec::new();
    for path in &settings.policy {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ServeError::Policy(format!("{}: {error}", path.display())))?;
        documents.push((path.display().to_string(), text));
    }
    // What is wrong with it is told now, not when the first image comes.
    Judge::read(0, &documents).map_err(|error| ServeError::Policy(error.to_string()))?;
    Ok(Shelf::new(documents))
}

impl Served {
    /// What the owner of the process may do without signing in.
    pub fn owner(&self) -> Owner {
        Owner::new(self.app.clone())
    }

    /// Answers until `until` is done, and then lets what runs come to its end.
    pub async fn run(self, until: impl Future<Output = ()>) {
        let mut tasks = vec![
            tokio::spawn(self.listener.serve(self.stop.subscribe())),
            tokio::spawn(work::run(self.app.clone())),
            tokio::spawn(work::keep_time(self.app.clone())),
            tokio::spawn(work::follow(self.app.clone())),
            tokio::spawn(notify::run(self.app.clone())),
        ];
        if let Some(listener) = self.edge_listener {
            tasks.push(tokio::spawn(listener.serve(self.stop.subscribe())));
        }
        until.await;
        let _ = self.stop.send(true);
        for task in tasks {
            let _ = task.await;
        }
        self.app.store.close().await;
    }
}

/// Everything that is answered.
fn router(app: &App) -> Router {
    let api = api::router().layer(from_fn(etag));
    Router::new()
        .merge(api)
        .merge(api::events::router())
        .merge(harbor::router())
        .merge(edges::enforcers())
        .merge(pages::router())
        .merge(console::router(app))
        .fallback(console::nothing_here)
        .layer(from_fn_with_state(app.clone(), rounds))
        // Outermost: a problem gets its body after everything else.
        .layer(CompressionLayer::new())
        .with_state(app.clone())
}

/// Everything that edges are answered.
fn edge_router(app: &App) -> Router {
    Router::new()
        .merge(edges::router())
        .fallback(async || ApiError::not_found("edges have no business at this path"))
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
