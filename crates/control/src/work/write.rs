//! Verdicts into the store, and what they ask for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lazaret_store::{
    Asked, Asking, By, Decided, MOVES_LIMIT, Move, Terms, VERDICT_LIMIT, Verdict, VerdictChange,
    VerdictState,
};
use serde_json::json;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::App;
use crate::http::{ApiError, ApiResult};

/// Images whose holds are looked at at once.
const HELD: usize = 1000;

/// What is looked after beside verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// Everything: a name may have come, a hold may have ended, and whoever decided before may
    /// have died before it did what the verdict asks for.
    All,
    /// What follows from a verdict that says something else: nothing happened but other
    /// advisories. If it comes to no end, everything is decided on with all care.
    Different,
}

/// Writes verdicts down and does what they ask for; those that became others. `firm` are the
/// images and environments where what runs already is refused, too.
pub(super) async fn write(
    app: &App,
    verdicts: Vec<Decided>,
    firm: &BTreeSet<(String, String)>,
    cause: &str,
    care: Care,
    now: Timestamp,
) -> ApiResult<Vec<VerdictChange>> {
    let why = json!({ "by": cause });
    let mut changes = Vec::new();
    for verdicts in verdicts.chunks(VERDICT_LIMIT) {
        let written = match care {
            Care::All => app.store.set_decided(verdicts, &why).await?,
            Care::Different => app.store.set_decided_again(verdicts, &why).await?,
        };
        let set = written.changes.len() as u64;
        app.metrics.verdict_changes.inc_by(set);
        // What is different, and let through as before, asks for nothing else.
        let changed: BTreeSet<&String> = written.changes.iter().map(|c| &c.digest).collect();
        let is_asked = |v: &&Verdict| {
            let is_different = || {
                let key = (v.digest.clone(), v.environment.clone());
                written.different.contains(&key)
            };
            care == Care::All
                || changed.contains(&v.digest)
                || (v.state >= VerdictState::Hold && is_different())
        };
        let to_hold = verdicts.iter().map(|decided| &decided.verdict);
        let to_hold: BTreeSet<&String> = to_hold.filter(is_asked).map(|v| &v.digest).collect();
        let to_hold: Vec<String> = to_hold.into_iter().cloned().collect();
        for digests in to_hold.chunks(HELD) {
            // The stored verdicts count: a worker that was overtaken holds nothing.
            let asked = app.store.asked_of(digests).await?;
            let moves: Vec<Asking> = asked
                .into_iter()
                .filter_map(|asked| asking(asked, firm, now))
                .collect();
            for moves in moves.chunks(MOVES_LIMIT) {
                app.store.move_holds(moves).await?;
            }
        }
        changes.extend(written.changes);
    }
    Ok(changes)
}

/// Writes what was decided because of other advisories while more is decided.
pub(super) struct Writer {
    app: App,
    cause: &'static str,
    now: Timestamp,
    running: Option<JoinHandle<ApiResult<Vec<VerdictChange>>>>,
    changes: Vec<VerdictChange>,
}

impl Writer {
    pub(super) fn new(app: &App, cause: &'static str, now: Timestamp) -> Self {
        Self {
            app: app.clone(),
            cause,
            now,
            running: None,
            changes: Vec::new(),
        }
    }

    /// Writes these, after what was given before.
    ///
    /// # Errors
    /// Those of the store, of what was given before.
    pub(super) async fn add(
        &mut self,
        verdicts: Vec<Decided>,
        firm: BTreeSet<(String, String)>,
    ) -> ApiResult<()> {
        self.wait().await?;
        let (app, cause, now) = (self.app.clone(), self.cause, self.now);
        let writing =
            async move { write(&app, verdicts, &firm, cause, Care::Different, now).await };
        self.running = Some(tokio::spawn(writing.in_current_span()));
        Ok(())
    }

    async fn wait(&mut self) -> ApiResult<()> {
        if let Some(running) = self.running.take() {
            let changes = running.await.map_err(ApiError::internal)??;
            self.changes.extend(changes);
        }
        Ok(())
    }

    /// All of it is written: the verdicts that became others.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn end(mut self) -> ApiResult<Vec<VerdictChange>> {
        self.wait().await?;
        Ok(self.changes)
    }
}

/// What the verdict of its registry's environment asks for, for a name; `None`: that it stays
/// as it is. What a person did, and a release, stay so in any case: that is the store's rule.
fn asking(asked: Asked, firm: &BTreeSet<(String, String)>, now: Timestamp) -> Option<Asking> {
    let what = match asked.verdict {
        VerdictState::Allow | VerdictState::Warn => Move::Lift,
        VerdictState::Hold => Move::Hold,
        VerdictState::Quarantine | VerdictState::Block => Move::Quarantine,
    };
    let even_if_running = firm.contains(&(asked.key.digest.clone(), asked.environment));
    // Nothing is written for what stays as it is: most images were never held.
    let stays = match &asked.hold {
        None => what == Move::Lift,
        Some(hold) => hold.stays(what, even_if_running),
    };
    if stays {
        return None;
    }
    let reasons: Vec<String> = serde_json::from_str(&asked.reasons).unwrap_or_default();
    let actor = format!("policy:{}", asked.policy_generation);
    let terms = Terms {
        until: None,
        even_if_running,
    };
    Some(Asking {
        key: asked.key,
        what,
        terms,
        by: By::new(actor, now).because(reasons.into_iter().next().unwrap_or_default()),
    })
}
