//! Verdicts in a file: a document that a person keeps, or a signed bundle.
//!
//! The file is looked at once a second. One that cannot be read, is older or is signed
//! wrongly leaves what was read before in force, and is told.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use lazaret_wire::edge::{BUNDLE_SCHEMA, Bundle};
use lazaret_wire::sign::{SignError, Signed, VerifyingKey};
use tokio::sync::watch;

use super::document::{MAX_DOCUMENT, Verdicts, VerdictsError};
use super::{Book, Source, Wanted, of_bundle};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Why verdicts are not taken.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        #[source]
        source: std::io::Error,
    },
    /// More than is reasonable.
    #[error("more than {MAX_DOCUMENT} bytes")]
    Large,
    /// A document that makes no sense.
    #[error(transparent)]
    Document(#[from] VerdictsError),
    /// A signature that does not hold.
    #[error(transparent)]
    Signature(#[from] SignError),
    /// There is a key and no signature, or the other way round.
    #[error("{0}")]
    Key(&'static str),
    /// A bundle of another schema, or one that is only a part.
    #[error("{0}")]
    Bundle(String),
    /// A generation that was left behind.
    #[error("it has generation {offered}, and generation {held} is held already")]
    Older {
        /// That of the file.
        offered: u64,
        /// That which is held.
        held: u64,
    },
}

/// The book that bytes hold. With a key, only what it has signed is taken.
///
/// # Errors
/// When the bytes are no document and no bundle, or the signature does not hold.
pub fn read(bytes: &[u8], key: Option<&VerifyingKey>) -> Result<Book, SourceError> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(SourceError::Large);
    }
    let signed = serde_json::from_slice::<Signed>(bytes);
    let (signed, key) = match (signed, key) {
        (Ok(signed), Some(key)) => (signed, key),
        (Ok(_), None) => {
            return Err(SourceError::Key(
                "it is a signed bundle, and no key was given with --key",
            ));
        }
        (Err(_), None) => return Ok(Book::new(Verdicts::parse_strict(bytes)?, false)),
        (Err(_), Some(_)) => {
            return Err(SourceError::Key(
                "it is no signed bundle, and --key asks for one",
            ));
        }
    };
    let bundle: Bundle = key.open(&signed)?;
    if bundle.schema != BUNDLE_SCHEMA {
        let schema: String = bundle.schema.chars().take(80).collect();
        return Err(SourceError::Bundle(format!(
            "the schema is `{schema}`, not `{BUNDLE_SCHEMA}`"
        )));
    }
    if bundle.base.is_some() {
        return Err(SourceError::Bundle(
            "it holds changes alone, not everything".to_owned(),
        ));
    }
    Ok(Book::new(of_bundle(&bundle).0, true))
}

/// A file that is read again when it changes.
pub struct FileSource {
    books: watch::Sender<Arc<Book>>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl FileSource {
    /// Reads the file and goes on looking at it, in the runtime that this is called in.
    ///
    /// # Errors
    /// When the file cannot be read now: a gate that begins with nothing would let
    /// everything through.
    pub fn open(path: &Path, key: Option<VerifyingKey>) -> Result<Self, SourceError> {
        let stamp = stamp(path);
        let book = load(path, key.as_ref())?;
        let source = Self {
            books: watch::Sender::new(Arc::new(book)),
            trouble: Arc::default(),
        };
        let (books, trouble) = (source.books.clone(), source.trouble.clone());
        tokio::spawn(follow(path.to_owned(), key, stamp, books, trouble));
        Ok(source)
    }
}

impl Source for FileSource {
    fn books(&self) -> watch::Receiver<Arc<Book>> {
        self.books.subscribe()
    }

    fn want(&self, _: Wanted) {}

    fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let about = std::fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}

fn load(path: &Path, key: Option<&VerifyingKey>) -> Result<Book, SourceError> {
    use std::io::Read as _;
    let failed = |source| SourceError::Read {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_DOCUMENT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    read(&bytes, key)
}

async fn follow(
    path: PathBuf,
    key: Option<VerifyingKey>,
    mut last: Stamp,
    books: watch::Sender<Arc<Book>>,
    trouble: Arc<Mutex<Option<String>>>,
) {
    loop {
        tokio::time::sleep(LOOK).await;
        if books.is_closed() && books.sender_count() <= 1 {
            return;
        }
        let now = stamp(&path);
        if now == last {
            continue;
        }
        last = now;
        let (from, with) = (path.clone(), key.clone());
        let read = tokio::task::spawn_blocking(move || load(&from, with.as_ref())).await;
        let held = books.borrow().generation;
        let read = match read {
            Ok(Ok(book)) if book.generation < held => Err(SourceError::Older {
                offered: book.generation,
                held,
            }
            .to_string()),
            Ok(Ok(book)) => Ok(book),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let mut told = trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(book) => {
                *told = None;
                tracing::info!(
                    generation = book.generation,
                    verdicts = book.len(),
                    "verdicts read"
                );
                books.send_replace(Arc::new(book));
            }
            Err(why) => {
                let why = format!("{}: {why}", path.display());
                tracing::warn!(why, "verdicts not taken; the ones before stay in force");
                *told = Some(why);
            }
        }
    }
}
