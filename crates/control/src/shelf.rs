//! The policy that counts, read once for each generation.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lazaret_store::{Store, digest_of};

use crate::http::{ApiError, ApiResult};
use crate::judge::Judge;

/// How long a policy counts before it is looked whether there is another, in seconds:
/// another centre may have set it.
const LOOK: i64 = 2;

/// The policy that counts.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// Documents of files, for as long as the store has no policy.
    pub(crate) files: Vec<(String, String)>,
    held: Mutex<Option<Held>>,
}

#[derive(Debug, Clone)]
struct Held {
    key: String,
    looked: i64,
    judge: Arc<Judge>,
}

impl Shelf {
    pub(crate) fn new(files: Vec<(String, String)>) -> Self {
        Self {
            files,
            held: Mutex::default(),
        }
    }

    /// The policy of now, with its exceptions.
    pub(crate) async fn judge(&self, store: &Store, now: Timestamp) -> ApiResult<Arc<Judge>> {
        let held = self.held.lock().ok().and_then(|held| held.clone());
        if let Some(held) = &held
            && (0..LOOK).contains(&(now.as_second() - held.looked))
        {
            return Ok(Arc::clone(&held.judge));
        }
        let policy = store.policy().await?;
        let exemptions = store.exemptions_at(now).await?;
        let generation = policy.as_ref().map_or(0, |policy| policy.generation);
        let ids: Vec<&str> = exemptions.iter().map(|e| e.id.as_str()).collect();
        let key = format!("{generation} {}", ids.join(" "));
        let judge = match held.filter(|held| held.key == key) {
            Some(held) => held.judge,
            None => {
                let mut documents = match policy {
                    Some(policy) => vec![("policy".to_owned(), policy.document)],
                    None => self.files.clone(),
                };
                if documents.is_empty() && !exemptions.is_empty() {
                    let text = lazaret_policy::DEFAULT_POLICY.to_owned();
                    documents.push(("default".to_owned(), text));
                }
                for exemption in exemptions {
                    documents.push((format!("exception {}", exemption.id), exemption.document));
                }
                // What is stored was read before it was stored.
                let judge = Judge::read(generation, &documents);
                let judge = judge.map_err(|error| ApiError::internal(error.to_string()))?;
                // Files that were changed while the centre stood, exceptions that have ended:
                // neither is another generation of the policy, and edges are to hear of both.
                let written = serde_json::to_vec(&documents).map_err(ApiError::internal)?;
                let digest = digest_of(&written);
                store.note_bundle_input("policy", &digest).await?;
                Arc::new(judge)
            }
        };
        if let Ok(mut held) = self.held.lock() {
            *held = Some(Held {
                key,
                looked: now.as_second(),
                judge: Arc::clone(&judge),
            });
        }
        Ok(judge)
    }

    /// Looks again with the next question.
    pub(crate) fn forget(&self) {
        if let Ok(mut held) = self.held.lock() {
            *held = None;
        }
    }
}
