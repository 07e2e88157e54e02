//! Verdicts from an edge unit or from the centre: signed bundles, fetched in the
//! background and kept on disk, and one question for each image that somebody waits for.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lazaret_wire::edge::{BUNDLE_SCHEMA, Bundle, GateVerdict, VerdictAnswer};
use lazaret_wire::sign::{Signed, VerifyingKey};
use lazaret_wire::{Client, ClientError};
use tokio::sync::{mpsc, watch};

use super::{Book, Source, SourceError, Wanted, of_bundle};

/// Most questions that wait to be asked; who is dropped sees the bundle instead.
const MAX_QUESTIONS: usize = 1024;

/// Most answers that are kept beside the bundle.
const MAX_ANSWERS: usize = 10_000;

/// How long until the same question is asked again, while somebody waits.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Longest time that a question is asked again and again.
const ASK_FOR: Duration = Duration::from_secs(300);

/// How bundles are fetched.
#[derive(Debug, Clone)]
pub struct RemoteSettings {
    /// What bundles must be signed with.
    pub key: VerifyingKey,
    /// How often they are asked for.
    pub every: Duration,
    /// Where the newest is kept; none: in memory alone.
    pub directory: Option<PathBuf>,
    /// The registry, as the centre calls it.
    pub registry: Option<String>,
}

/// Verdicts of an edge unit or of the centre.
pub struct RemoteSource {
    books: watch::Sender<Arc<Book>>,
    trouble: Arc<Mutex<Option<String>>>,
    questions: mpsc::Sender<Wanted>,
}

impl RemoteSource {
    /// Begins with what is kept on disk, where something is, and asks for newer in the
    /// runtime that this is called in.
    pub fn open(client: Client, settings: RemoteSettings) -> Self {
        let shelf = Shelf::open(&settings);
        let books = watch::Sender::new(Arc::new(shelf.book(&HashMap::new())));
        let (questions, asked) = mpsc::channel(MAX_QUESTIONS);
        let source = Self {
            books: books.clone(),
            trouble: Arc::default(),
            questions,
        };
        let follower = Follower {
            client,
            shelf,
            books,
            trouble: Arc::clone(&source.trouble),
            answers: HashMap::new(),
            open: VecDeque::new(),
            every: settings.every,
            registry: settings.registry,
        };
        tokio::spawn(follower.run(asked));
        source
    }
}

impl Source for RemoteSource {
    fn books(&self) -> watch::Receiver<Arc<Book>> {
        self.books.subscribe()
    }

    fn want(&self, wanted: Wanted) {
        // Full: a thousand others wait, and the next bundle answers as well.
        let _ = self.questions.try_send(wanted);
    }

    fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A bundle that changes are laid on, as it lies on disk.
pub(crate) struct Shelf {
    key: VerifyingKey,
    directory: Option<PathBuf>,
    held: Option<Bundle>,
}

impl Shelf {
    fn open(settings: &RemoteSettings) -> Self {
        let mut shelf = Self {
            key: settings.key.clone(),
            directory: settings.directory.clone(),
            held: None,
        };
        for file in shelf.files() {
            let read = std::fs::read(&file).ok();
            let signed = read.and_then(|bytes| serde_json::from_slice::<Signed>(&bytes).ok());
            // What cannot be laid on any more is fetched again.
            let Some(Ok(())) = signed.map(|signed| shelf.lay(&signed)) else {
                break;
            };
        }
        shelf
    }

    /// The generation that is held; 0 where none is.
    pub(crate) fn generation(&self) -> i64 {
        self.held.as_ref().map_or(0, |bundle| bundle.generation)
    }

    /// Lays a whole bundle, or changes, on what is held.
    pub(crate) fn lay(&mut self, signed: &Signed) -> Result<(), SourceError> {
        let bundle: Bundle = self.key.open(signed)?;
        if bundle.schema != BUNDLE_SCHEMA {
            let schema: String = bundle.schema.chars().take(80).collect();
            return Err(SourceError::Bundle(format!("the schema is `{schema}`")));
        }
        let held = self.generation();
        if bundle.generation < held {
            let of = |g: i64| g.max(0).cast_unsigned();
            return Err(SourceError::Older {
                offered: of(bundle.generation),
                held: of(held),
            });
        }
        let whole = match (bundle.base, self.held.take()) {
            (None, _) => bundle,
            (Some(base), Some(held)) if base == held.generation => merged(held, bundle),
            (Some(base), before) => {
                self.held = before;
                let why =
                    format!("it holds the changes since generation {base}, which is not held");
                return Err(SourceError::Bundle(why));
            }
        };
        self.held = Some(whole);
        Ok(())
    }

    /// Keeps what was laid on, so that it is there after a restart.
    fn keep(&self, signed: &Signed, is_whole: bool) -> std::io::Result<()> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        std::fs::create_dir_all(directory)?;
        let before = self.files();
        let kind = if is_whole { "whole" } else { "change" };
        let name = format!("{:020}-{kind}.json", self.generation());
        let file = directory.join(&name);
        let bytes = serde_json::to_vec(signed).map_err(std::io::Error::other)?;
        write_whole(&file, &bytes)?;
        if is_whole {
            for old in before.into_iter().filter(|old| *old != file) {
                let _ = std::fs::remove_file(old);
            }
        }
        Ok(())
    }

    /// The newest whole bundle and the changes after it, in their order.
    fn files(&self) -> Vec<PathBuf> {
        let Some(directory) = &self.directory else {
            return Vec::new();
        };
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        files.sort();
        let is_whole = |path: &PathBuf| path.to_string_lossy().ends_with("-whole.json");
        let from = files.iter().rposition(is_whole).unwrap_or(0);
        files.split_off(from)
    }

    fn book(&self, answers: &HashMap<String, GateVerdict>) -> Book {
        let Some(held) = &self.held else {
            return Book::default();
        };
        let mut bundle = held.clone();
        bundle.verdicts.extend(answers.values().cloned());
        Book::new(of_bundle(&bundle).0, true)
    }
}

/// Written beside and renamed: whoever is killed while writing leaves what was there.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let beside = file.with_extension("part");
    let mut out = std::fs::File::create(&beside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(&beside, file)
}

fn merged(mut held: Bundle, change: Bundle) -> Bundle {
    type Key = (String, String, String);
    let key = |v: &GateVerdict| -> Key { (v.host.clone(), v.repository.clone(), v.digest.clone()) };
    let mut verdicts: HashMap<Key, GateVerdict> =
        held.verdicts.drain(..).map(|v| (key(&v), v)).collect();
    for gone in &change.gone {
        verdicts.remove(gone);
    }
    verdicts.extend(change.verdicts.into_iter().map(|v| (key(&v), v)));
    Bundle {
        base: None,
        gone: Vec::new(),
        verdicts: verdicts.into_values().collect(),
        ..change
    }
}

/// What asks in the background.
struct Follower {
    client: Client,
    shelf: Shelf,
    books: watch::Sender<Arc<Book>>,
    trouble: Arc<Mutex<Option<String>>>,
    /// Answers to questions, by digest, until a bundle says the same.
    answers: HashMap<String, GateVerdict>,
    /// Questions without an answer yet, and until when they are asked.
    open: VecDeque<(Wanted, tokio::time::Instant)>,
    every: Duration,
    registry: Option<String>,
}

impl Follower {
    async fn run(mut self, mut asked: mpsc::Receiver<Wanted>) {
        let mut bundles = tokio::time::interval(self.every);
        bundles.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut again = tokio::time::interval(ASK_AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                wanted = asked.recv() => {
                    let Some(wanted) = wanted else { return };
                    if !self.open.iter().any(|(open, _)| *open == wanted) {
                        let until = tokio::time::Instant::now() + ASK_FOR;
                        self.open.push_back((wanted, until));
                        self.ask().await;
                    }
                }
                _ = again.tick(), if !self.open.is_empty() => self.ask().await,
                _ = bundles.tick() => self.fetch().await,
            }
        }
    }

    /// Asks for a newer bundle.
    async fn fetch(&mut self) {
        let mut told = None;
        match self.newer(self.shelf.generation()).await {
            Ok(None) => {}
            Ok(Some(signed)) => match self.take(&signed) {
                Ok(()) => {}
                // Changes to something else than what is held: everything, then.
                Err(SourceError::Bundle(_)) => match self.newer(0).await {
                    Ok(Some(signed)) => told = self.take(&signed).err().map(|e| e.to_string()),
                    Ok(None) => told = Some("no bundle is given out".to_owned()),
                    Err(error) => told = Some(chain(&error)),
                },
                Err(error) => told = Some(error.to_string()),
            },
            Err(error) => told = Some(chain(&error)),
        }
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (&told, &*trouble) {
            (Some(why), None) => {
                tracing::warn!(why, "no newer verdicts; the ones before stay in force")
            }
            (None, Some(_)) => tracing::info!(
                generation = self.shelf.generation(),
                "verdicts are followed again"
            ),
            _ => {}
        }
        *trouble = told;
    }

    async fn newer(&self, than: i64) -> Result<Option<Signed>, ClientError> {
        self.client
            .get_if_changed(&format!("/edge/v1/bundle?generation={than}"))
            .await
    }

    fn take(&mut self, signed: &Signed) -> Result<(), SourceError> {
        let before = self.shelf.generation();
        self.shelf.lay(signed)?;
        let is_whole = self.key_base(signed);
        if let Err(why) = self.shelf.keep(signed, is_whole) {
            tracing::warn!(%why, "bundle not kept on disk");
        }
        if self.shelf.generation() != before {
            self.answers.clear();
        }
        self.publish();
        tracing::info!(generation = self.shelf.generation(), "verdicts taken");
        Ok(())
    }

    fn key_base(&self, signed: &Signed) -> bool {
        let bundle = self.shelf.key.open::<Bundle>(signed);
        bundle.is_ok_and(|bundle| bundle.base.is_none())
    }

    fn publish(&self) {
        self.books
            .send_replace(Arc::new(self.shelf.book(&self.answers)));
    }

    /// Asks every open question once.
    async fn ask(&mut self) {
        let now = tokio::time::Instant::now();
        let mut answered = false;
        for _ in 0..self.open.len() {
            let Some((wanted, until)) = self.open.pop_front() else {
                break;
            };
            let digest = wanted.digest.to_string();
            let Ok(answer) = self.question(&wanted).await else {
                if until > now {
                    self.open.push_back((wanted, until));
                }
                continue;
            };
            if answer.verdict.state == lazaret_wire::api::HoldState::Unknown {
                if until > now {
                    self.open.push_back((wanted, until));
                }
                continue;
            }
            if self.answers.len() < MAX_ANSWERS {
                self.answers.insert(digest, answer.verdict);
                answered = true;
            }
        }
        if answered {
            self.publish();
        }
    }

    async fn question(&self, wanted: &Wanted) -> Result<VerdictAnswer, ClientError> {
        let registry = wanted.registry.as_ref().or(self.registry.as_ref());
        let query = [
            ("registry", registry.map_or("", String::as_str)),
            ("repository", &wanted.repository),
            ("digest", &wanted.digest.to_string()),
            ("context", "new"),
        ];
        let path = "/edge/v1/verdict";
        let request = self
            .client
            .request(reqwest::Method::GET, path)
            .query(&query);
        let request = request.timeout(Duration::from_secs(10));
        let response = self.client.send(request, path).await?;
        let bytes = self.client.bytes(response, path, 64 << 10).await?;
        serde_json::from_slice(&bytes).map_err(|e| ClientError::Protocol {
            url: path.to_owned(),
            why: e.to_string(),
        })
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(cause) = inner {
        text += &format!(": {cause}");
        inner = cause.source();
    }
    text
}
