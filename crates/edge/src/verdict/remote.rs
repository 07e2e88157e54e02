//! Verdicts from an edge unit or from the centre: signed bundles, fetched in the
//! background and kept on disk, and one question for each image that somebody waits for.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::{GateVerdict, VerdictAnswer, VerdictQuery};
use lazaret_wire::sign::{Signed, VerifyingKey};
use lazaret_wire::{Client, ClientError};
use tokio::sync::{mpsc, watch};

use super::{Book, Shelf, Source, SourceError, Wanted, write_whole};

/// Most questions that wait to be asked; who is dropped sees the bundle instead.
const MAX_QUESTIONS: usize = 1024;

/// Most answers that are kept beside the bundle.
const MAX_ANSWERS: usize = 10_000;

/// How long until the same question is asked again, while somebody waits.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Largest signed bundle, in bytes: what base64 makes of the largest payload.
const MAX_BUNDLE: usize = lazaret_wire::sign::MAX_PAYLOAD / 3 * 4 + 1024;

/// Most answers that are asked for again in one round.
const REVIEWED: usize = 100;

/// The file with the answers, beside the bundles.
const ANSWERS: &str = "answers";

/// Most changes that are laid on one after the other in one round.
const MAX_STEPS: usize = 64;

/// Longest time that a question is asked again and again.
const ASK_FOR: Duration = Duration::from_secs(300);

/// Gives another client when whoever asks has become somebody else: a newer certificate, a
/// newer token. Called before bundles are asked for.
pub type Renewed = Arc<dyn Fn() -> Option<Client> + Send + Sync>;

/// How bundles are fetched.
#[derive(Clone)]
pub struct RemoteSettings {
    /// What bundles must be signed with.
    pub key: VerifyingKey,
    /// How often they are asked for.
    pub every: Duration,
    /// Where the newest is kept; none: in memory alone.
    pub directory: Option<PathBuf>,
    /// The registry, as the centre calls it.
    pub registry: Option<String>,
    /// Where another client comes from; none: it stays the same.
    pub renewed: Option<Renewed>,
}

impl std::fmt::Debug for RemoteSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RemoteSettings of {:?}", self.registry)
    }
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
        let answers_file = settings.directory.as_ref().map(|dir| dir.join(ANSWERS));
        let answers = read_answers(answers_file.as_deref());
        let shelf = Shelf::open(settings.key, settings.directory);
        let base = shelf.book();
        let first = base.with(answers.values().filter_map(|answer| shelf.read(answer)));
        let books = watch::Sender::new(Arc::new(first));
        let (questions, asked) = mpsc::channel(MAX_QUESTIONS);
        let source = Self {
            books: books.clone(),
            trouble: Arc::default(),
            questions,
        };
        let follower = Follower {
            client,
            generation: shelf.generation(),
            shelf: Arc::new(Mutex::new(shelf)),
            base,
            books,
            trouble: Arc::clone(&source.trouble),
            review: answers.keys().cloned().collect(),
            answers,
            answers_file,
            unsaved: false,
            open: VecDeque::new(),
            every: settings.every,
            registry: settings.registry,
            renewed: settings.renewed,
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

    fn answers(&self) -> bool {
        true
    }

    fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The answer to the question for a newer bundle.
pub(crate) struct Newer {
    /// The bundle; none where what is held is the newest that the other side knows.
    pub(crate) signed: Option<Signed>,
    /// For how long the centre has been silent towards the other side: no time for the centre
    /// itself.
    pub(crate) age: Duration,
}

/// The questions of the protocol that gates and edge units ask alike.
pub(crate) struct Follow;

impl Follow {
    /// The bundle after a generation with a digest; none where that is the newest.
    pub(crate) async fn newer(
        client: &Client,
        than: i64,
        digest: &str,
    ) -> Result<Newer, ClientError> {
        let path = format!("/edge/v1/bundle?generation={than}&digest={digest}");
        let request = client.request(reqwest::Method::GET, &path);
        let response = client.send(request, &path).await?;
        let age = response.headers().get(reqwest::header::AGE);
        let age = age.and_then(|age| age.to_str().ok()?.parse::<u32>().ok());
        let signed = match response.status() {
            reqwest::StatusCode::NOT_MODIFIED => None,
            _ => {
                let bytes = client.bytes(response, &path, MAX_BUNDLE).await?;
                let read = serde_json::from_slice(&bytes);
                Some(read.map_err(|e| ClientError::Protocol {
                    url: path.clone(),
                    why: e.to_string(),
                })?)
            }
        };
        Ok(Newer {
            signed,
            age: Duration::from_secs(age.unwrap_or(0).into()),
        })
    }

    /// What is known of one digest.
    pub(crate) async fn ask(
        client: &Client,
        query: &VerdictQuery,
        within: Duration,
    ) -> Result<VerdictAnswer, ClientError> {
        let path = "/edge/v1/verdict";
        let request = client
            .request(reqwest::Method::GET, path)
            .query(query)
            .timeout(within);
        let response = client.send(request, path).await?;
        let bytes = client.bytes(response, path, 64 << 10).await?;
        serde_json::from_slice(&bytes).map_err(|e| ClientError::Protocol {
            url: path.to_owned(),
            why: e.to_string(),
        })
    }
}

/// Repository and digest of a question.
type Asked = (String, String);

/// What asks in the background.
struct Follower {
    client: Client,
    shelf: Arc<Mutex<Shelf>>,
    generation: i64,
    /// The book of the shelf, without answers.
    base: Book,
    books: watch::Sender<Arc<Book>>,
    trouble: Arc<Mutex<Option<String>>>,
    /// Answers to questions, until a bundle says something or the answer is another.
    answers: HashMap<Asked, GateVerdict>,
    answers_file: Option<PathBuf>,
    unsaved: bool,
    /// Answers that were given before the newest bundle: they count until somebody can be
    /// asked again.
    review: VecDeque<Asked>,
    /// Questions without an answer yet, and until when they are asked.
    open: VecDeque<(Wanted, tokio::time::Instant)>,
    every: Duration,
    registry: Option<String>,
    renewed: Option<Renewed>,
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
                _ = again.tick() => {
                    self.ask().await;
                    self.review().await;
                    self.save();
                }
                _ = bundles.tick() => self.fetch().await,
            }
        }
    }

    /// Asks for newer bundles until the newest is held.
    async fn fetch(&mut self) {
        if let Some(client) = self.renewed.as_ref().and_then(|renewed| renewed()) {
            self.client = client;
        }
        let mut told = None;
        for _ in 0..MAX_STEPS {
            let held = self.generation;
            let digest = {
                let shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
                shelf.digest()
            };
            match Follow::newer(&self.client, held, &digest).await {
                Ok(Newer { signed: None, age }) => {
                    self.base.confirm(Timestamp::now() - age);
                    break;
                }
                Ok(Newer {
                    signed: Some(signed),
                    age,
                }) => match self.take(signed).await {
                    Ok(()) => {
                        self.base.confirm(Timestamp::now() - age);
                        if self.generation == held {
                            break;
                        }
                    }
                    // Changes to something else than what is held: everything, then.
                    Err(SourceError::Bundle(why)) => {
                        told = self.whole().await.err().map(|all| format!("{why}; {all}"));
                        break;
                    }
                    Err(error) => {
                        told = Some(error.to_string());
                        break;
                    }
                },
                Err(error) => {
                    told = Some(chain(&error));
                    break;
                }
            }
        }
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (&told, &*trouble) {
            (Some(why), None) => {
                tracing::warn!(why, "no newer verdicts; the ones before stay in force");
            }
            (None, Some(_)) => {
                let generation = self.generation;
                tracing::info!(generation, "verdicts are followed again");
            }
            _ => {}
        }
        *trouble = told;
    }

    async fn whole(&mut self) -> Result<(), String> {
        match Follow::newer(&self.client, 0, "").await {
            Ok(newer) => match newer.signed {
                Some(signed) => self.take(signed).await.map_err(|e| e.to_string()),
                None => Err("no whole bundle is given out".to_owned()),
            },
            Err(error) => Err(chain(&error)),
        }
    }

    /// Takes a bundle, on a thread that may be busy for as long as that lasts: whoever
    /// pulls meanwhile is answered by the others.
    async fn take(&mut self, signed: Signed) -> Result<(), SourceError> {
        let shelf = Arc::clone(&self.shelf);
        let taken = tokio::task::spawn_blocking(move || {
            let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.take(&signed)?;
            Ok::<_, SourceError>((shelf.generation(), shelf.book()))
        });
        let taken = taken
            .await
            .unwrap_or_else(|e| Err(SourceError::Bundle(e.to_string())));
        let (generation, book) = taken?;
        if generation != self.generation {
            // What the bundle speaks of is told by the bundle.
            self.answers.retain(|(_, digest), _| match digest.parse() {
                Ok(digest) => !book.has(&digest),
                Err(_) => false,
            });
            self.review = self.answers.keys().cloned().collect();
            self.unsaved = true;
            tracing::info!(generation, verdicts = book.len(), "verdicts taken");
        }
        (self.generation, self.base) = (generation, book);
        self.publish();
        Ok(())
    }

    fn publish(&self) {
        let book = {
            let shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
            let answers = self.answers.values();
            self.base
                .with(answers.filter_map(|answer| shelf.read(answer)))
        };
        let before = self.books.send_replace(Arc::new(book));
        // A hundred thousand verdicts take a while to go.
        tokio::task::spawn_blocking(move || drop(before));
    }

    /// Asks every open question once.
    async fn ask(&mut self) {
        let now = tokio::time::Instant::now();
        let mut answered = false;
        for _ in 0..self.open.len() {
            let Some((wanted, until)) = self.open.pop_front() else {
                break;
            };
            let asked = (wanted.repository.clone(), wanted.digest.to_string());
            let answer = self.question(&asked, wanted.registry.as_deref()).await;
            let Ok(answer) = answer else {
                if until > now {
                    self.open.push_back((wanted, until));
                }
                // The others would wait for the same nobody.
                break;
            };
            match answer.filter(|_| self.answers.len() < MAX_ANSWERS) {
                Some(verdict) => {
                    self.answers.insert(asked, verdict);
                    answered = true;
                }
                None if until > now => self.open.push_back((wanted, until)),
                None => {}
            }
        }
        if answered {
            self.unsaved = true;
            self.publish();
        }
    }

    /// Asks again for answers that are older than the bundle.
    async fn review(&mut self) {
        let mut changed = false;
        for _ in 0..REVIEWED {
            let Some(asked) = self.review.pop_front() else {
                break;
            };
            match self.question(&asked, None).await {
                Ok(Some(verdict)) => {
                    changed |= self.answers.insert(asked, verdict.clone()) != Some(verdict)
                }
                Ok(None) => changed |= self.answers.remove(&asked).is_some(),
                Err(_) => {
                    // Nobody can be asked: what was said counts on.
                    self.review.push_front(asked);
                    break;
                }
            }
        }
        if changed {
            self.unsaved = true;
            self.publish();
        }
    }

    /// What is known of a digest now; none where that is nothing.
    async fn question(
        &self,
        asked: &Asked,
        registry: Option<&str>,
    ) -> Result<Option<GateVerdict>, ClientError> {
        let registry = registry.or(self.registry.as_deref());
        let query = VerdictQuery {
            registry: registry.unwrap_or_default().to_owned(),
            repository: asked.0.clone(),
            digest: asked.1.clone(),
            context: "new".to_owned(),
        };
        let answer = Follow::ask(&self.client, &query, ANSWER).await?;
        let is_known = answer.verdict.state != HoldState::Unknown;
        Ok(is_known.then_some(answer.verdict))
    }

    /// Keeps the answers, so that they are there after a restart.
    fn save(&mut self) {
        let Some(file) = self.answers_file.clone().filter(|_| self.unsaved) else {
            return;
        };
        self.unsaved = false;
        let answers: Vec<(Asked, GateVerdict)> = self
            .answers
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        tokio::task::spawn_blocking(move || {
            let bytes = serde_json::to_vec(&answers).map_err(std::io::Error::other);
            if let Some(directory) = file.parent() {
                let _ = std::fs::create_dir_all(directory);
            }
            if let Err(why) = bytes.and_then(|bytes| write_whole(&file, &bytes)) {
                tracing::warn!(%why, "answers not kept on disk");
            }
        });
    }
}

fn read_answers(file: Option<&Path>) -> HashMap<Asked, GateVerdict> {
    let bytes = file.and_then(|file| std::fs::read(file).ok());
    let read = bytes.and_then(|b| serde_json::from_slice::<Vec<(Asked, GateVerdict)>>(&b).ok());
    read.unwrap_or_default()
        .into_iter()
        .take(MAX_ANSWERS)
        .collect()
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
