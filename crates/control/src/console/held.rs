//! Images under names, as the review queue and the quarantine show them.

use std::collections::HashMap;

use lazaret_store::{Hold, HoldKey, ReleaseRequest};
use lazaret_wire::api::{HoldState, Verdict};

use super::frame::Frame;
use super::images::registries;
use super::parts::{self, Part};
use crate::App;
use crate::http::ApiResult;
use crate::queries::{hold, image, verdict};

/// Reasons of a verdict that are told.
const TOLD: usize = 4;

/// An image under a name, and what is known of it. Forms about it carry the first fields.
pub(super) struct Held {
    pub(super) registry: String,
    pub(super) repository: String,
    pub(super) digest: String,
    pub(super) registry_name: String,
    pub(super) state: HoldState,
    pub(super) chip: Part,
    pub(super) short: Part,
    pub(super) link: String,
    pub(super) tags: String,
    pub(super) verdicts: Vec<(Part, String, Part)>,
    pub(super) reasons: Vec<String>,
    pub(super) running: u64,
    pub(super) actor: String,
    pub(super) by_hand: bool,
    pub(super) even_if_running: bool,
    pub(super) why: String,
    pub(super) since: Part,
    pub(super) until: Option<Part>,
    /// The request about it, where there is one.
    pub(super) request: Option<Asked>,
}

/// Somebody asks for a release, or did.
pub(super) struct Asked {
    pub(super) id: String,
    pub(super) by: String,
    pub(super) is_own: bool,
    pub(super) why: String,
    pub(super) at: Part,
    pub(super) until: Option<Part>,
    pub(super) state: Part,
    pub(super) decided_by: String,
    pub(super) decided_at: Option<Part>,
    pub(super) decision: String,
}

/// What many rows are filled from, asked once.
pub(super) struct Known {
    registries: HashMap<String, String>,
    tags: HashMap<String, Vec<lazaret_store::ImageName>>,
    verdicts: HashMap<String, Vec<Verdict>>,
    running: HashMap<String, u64>,
}

impl Known {
    /// # Errors
    /// Those of the store.
    pub(super) async fn of(app: &App, mut digests: Vec<String>) -> ApiResult<Self> {
        digests.sort();
        digests.dedup();
        let named = registries(app).await?.into_iter();
        let mut verdicts: HashMap<String, Vec<Verdict>> = HashMap::new();
        for row in app.store.verdicts_of(&digests).await? {
            let known = verdicts.entry(row.digest.clone()).or_default();
            known.push(verdict::shown(row));
        }
        Ok(Self {
            registries: named.map(|choice| (choice.id, choice.name)).collect(),
            tags: app.store.newest_names(&digests).await?,
            running: app.store.running(&digests).await?,
            verdicts,
        })
    }

    /// An image under a name of which nothing is known but the name.
    pub(super) fn bare(&self, f: &Frame, key: HoldKey) -> Held {
        let names = self
            .tags
            .get(&key.digest)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let tags: Vec<&str> = names
            .iter()
            .filter(|n| n.registry_id == key.registry_id && n.repository == key.repository)
            .filter(|n| !n.tag.is_empty() && n.replaced_at.is_none())
            .map(|n| n.tag.as_str())
            .collect();
        let mine = self
            .verdicts
            .get(&key.digest)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let worst = mine.iter().max_by_key(|verdict| verdict.outcome);
        let reasons = worst
            .map(|worst| worst.reasons.as_slice())
            .unwrap_or_default();
        Held {
            registry_name: self
                .registries
                .get(&key.registry_id)
                .cloned()
                .unwrap_or_default(),
            state: HoldState::Clear,
            chip: parts::chip("clear"),
            short: parts::digest(&key.digest),
            link: image::page(&key.digest),
            tags: tags.join(", "),
            verdicts: mine.iter().map(shown).collect(),
            reasons: reasons.iter().take(TOLD).cloned().collect(),
            running: self.running.get(&key.digest).copied().unwrap_or(0),
            actor: String::new(),
            by_hand: false,
            even_if_running: false,
            why: String::new(),
            since: f.when(&f.now),
            until: None,
            request: None,
            registry: key.registry_id,
            repository: key.repository,
            digest: key.digest,
        }
    }

    /// A hold.
    pub(super) fn held(&self, f: &Frame, row: Hold) -> Held {
        let state = hold::state(row.state);
        let mut held = self.bare(f, row.key);
        held.state = state;
        held.chip = parts::chip(state.name());
        held.actor = parts::who(&row.actor);
        held.by_hand = row.by_hand;
        held.even_if_running = row.even_if_running;
        held.why = row.reason;
        held.since = f.when(&row.at);
        held.until = row.until.map(|until| f.when(&until));
        held
    }

    /// A request, with the hold that it is about.
    pub(super) fn asked(&self, f: &Frame, row: ReleaseRequest, hold: Option<Hold>) -> Held {
        let key = row.key.clone();
        let mut held = match hold {
            Some(hold) => self.held(f, hold),
            None => self.bare(f, key),
        };
        let own = f.person().map(|actor| format!("user:{}", actor.name));
        held.request = Some(Asked {
            is_own: own.as_deref() == Some(row.requested_by.as_str()),
            id: row.id,
            by: parts::who(&row.requested_by),
            why: row.reason,
            at: f.when(&row.requested_at),
            until: row.until.map(|until| f.when(&until)),
            state: parts::chip(row.state.as_str()),
            decided_by: row
                .decided_by
                .as_deref()
                .map(parts::who)
                .unwrap_or_default(),
            decided_at: row.decided_at.map(|at| f.when(&at)),
            decision: row.decision.unwrap_or_default(),
        });
        held
    }
}

fn shown(verdict: &Verdict) -> (Part, String, Part) {
    let environment = super::images::called(&verdict.environment).to_owned();
    (
        parts::chip(verdict.outcome.name()),
        environment,
        parts::counts(&verdict.findings),
    )
}
