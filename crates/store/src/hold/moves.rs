//! How holds change.

use jiff::Timestamp;
use serde_json::json;

use super::list::{COLUMNS, hold};
use super::{Hold, HoldKey, HoldState, Move, Terms, step};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::reach::reach;
use crate::release::close_requests;
use crate::store::{By, Store};
use crate::value::args;

/// Most holds that are moved in one transaction.
pub const MOVES_LIMIT: usize = 500;

/// What a policy asks for of an image under a name.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Which image, under which name.
    pub key: HoldKey,
    /// What is to become of it.
    pub what: Move,
    /// On which terms.
    pub terms: Terms,
    /// Who asks, when and why.
    pub by: By,
}

impl Store {
    /// Holds, quarantines or lifts; the hold after it, whether or not it changed. `by_hand`:
    /// a person does it, not a policy.
    ///
    /// # Errors
    /// [`Error::Conflict`] where [`step`] forbids it; [`Error::Invalid`] for a release (which
    /// takes a request) or a time that is over.
    pub async fn move_hold(
        &self,
        key: &HoldKey,
        what: Move,
        until: Option<Timestamp>,
        by_hand: bool,
        by: &By,
    ) -> Result<Hold> {
        let terms = Terms {
            until,
            even_if_running: false,
        };
        self.move_hold_on(key, what, terms, by_hand, by).await
    }

    /// As [`Store::move_hold`], on terms. A hold that is there already takes over whether what
    /// runs is refused, unless a person placed it and a policy asks. A person who places what is
    /// there already stands behind it from then on, with the later of the two ends.
    ///
    /// # Errors
    /// Those of [`Store::move_hold`].
    pub async fn move_hold_on(
        &self,
        key: &HoldKey,
        what: Move,
        terms: Terms,
        by_hand: bool,
        by: &By,
    ) -> Result<Hold> {
        may_be_asked(what, terms, by)?;
        let mut tx = self.begin().await?;
        let hold = apply(&mut tx, key, what, terms, by_hand, by).await?;
        tx.commit().await?;
        Ok(hold)
    }

    /// What policies ask for, many at once: those that the store refuses ([`step`]) are left as
    /// they are, the others are written together or not at all.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a release, for a time that is over and for more than
    /// [`MOVES_LIMIT`] moves; those of the database.
    pub async fn move_holds(&self, moves: &[Asking]) -> Result<()> {
        if moves.len() > MOVES_LIMIT {
            let many = moves.len();
            return Err(Error::Invalid(format!(
                "{many} moves: at most {MOVES_LIMIT}"
            )));
        }
        for asking in moves {
            may_be_asked(asking.what, asking.terms, &asking.by)?;
        }
        let mut tx = self.begin().await?;
        // All of them in one order, so that two callers never wait for each other.
        let names: Vec<String> = moves.iter().map(|asking| lock_name(&asking.key)).collect();
        tx.lock("hold", &names).await?;
        for asking in moves {
            let Asking {
                key,
                what,
                terms,
                by,
            } = asking;
            let before = before(&mut tx, key, by).await?;
            if let Ok(state) = step(before.state, before.by_hand, *what, false) {
                moved(&mut tx, before, state, *what, *terms, false, by).await?;
            }
        }
        tx.commit().await
    }

    /// Ends what has run out, at most 500 at once: holds become clear, releases become
    /// quarantined again. The answer is what changed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn expire_holds(&self, now: Timestamp) -> Result<Vec<Hold>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM hold h WHERE h.until <= $1 \
             ORDER BY h.registry_id, h.repository, h.digest LIMIT 500"
        );
        let due = self.read().await?.rows(&sql, args![now]).await?;
        let by = By::new("system", now).because("its time is over");
        let mut changed = Vec::new();
        for row in &due {
            let key = hold(row)?.key;
            let mut tx = self.begin().await?;
            tx.lock("hold", &[lock_name(&key)]).await?;
            // Asked again under the lock: somebody may have moved it meanwhile.
            let current = current(&mut tx, &key).await?;
            if current.is_some_and(|hold| hold.until.is_some_and(|until| until <= now)) {
                changed
                    .push(apply(&mut tx, &key, Move::Expire, Terms::default(), false, &by).await?);
                tx.commit().await?;
            }
        }
        Ok(changed)
    }
}

fn may_be_asked(what: Move, terms: Terms, by: &By) -> Result<()> {
    if matches!(what, Move::Release | Move::Expire) {
        return Err(Error::Invalid("a release takes a request".to_owned()));
    }
    if terms.until.is_some_and(|until| until <= by.at) {
        return Err(Error::Invalid("that time is over".to_owned()));
    }
    Ok(())
}

pub(crate) fn lock_name(key: &HoldKey) -> String {
    format!("{}/{}@{}", key.registry_id, key.repository, key.digest)
}

pub(crate) fn object(key: &HoldKey) -> String {
    format!(
        "image:{}/{}@{}",
        key.registry_id, key.repository, key.digest
    )
}

pub(crate) async fn current(tx: &mut Tx, key: &HoldKey) -> Result<Option<Hold>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hold h WHERE h.registry_id = $1 AND h.repository = $2 AND h.digest = $3"
    );
    let args = args![&key.registry_id, &key.repository, &key.digest];
    let row = tx.row(&sql, args).await?;
    row.as_ref().map(hold).transpose()
}

/// The one place where a hold changes: with its entry in the log and its event.
pub(crate) async fn apply(
    tx: &mut Tx,
    key: &HoldKey,
    what: Move,
    terms: Terms,
    by_hand: bool,
    by: &By,
) -> Result<Hold> {
    tx.lock("hold", &[lock_name(key)]).await?;
    let before = before(tx, key, by).await?;
    let state = step(before.state, before.by_hand, what, by_hand)?;
    moved(tx, before, state, what, terms, by_hand, by).await
}

/// The hold as it is, under its lock; what was never held is clear.
async fn before(tx: &mut Tx, key: &HoldKey, by: &By) -> Result<Hold> {
    Ok(current(tx, key).await?.unwrap_or_else(|| Hold {
        key: key.clone(),
        state: HoldState::Clear,
        by_hand: false,
        actor: String::new(),
        reason: String::new(),
        at: by.at,
        until: None,
        even_if_running: false,
        seq: 0,
    }))
}

/// `state` is what [`step`] says.
async fn moved(
    tx: &mut Tx,
    before: Hold,
    state: Option<HoldState>,
    what: Move,
    terms: Terms,
    by_hand: bool,
    by: &By,
) -> Result<Hold> {
    let Some(state) = state else {
        return reach(tx, before, what, terms, by_hand, by).await;
    };
    let key = &before.key;
    let until = terms.until;
    // Who had placed it still counts when a release has ended: it is that quarantine again.
    let returns =
        matches!(what, Move::Release) || state == HoldState::Quarantined && what == Move::Expire;
    let after = Hold {
        key: key.clone(),
        state,
        by_hand: if returns { before.by_hand } else { by_hand },
        actor: by.actor.clone(),
        reason: by.reason.clone(),
        at: by.at,
        until,
        even_if_running: match returns {
            true => before.even_if_running,
            false => terms.even_if_running,
        },
        seq: tx.next("hold").await?,
    };
    let sql = "INSERT INTO hold (registry_id, repository, digest, state, by_hand, actor, reason, at, \
               until, even_if_running, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               ON CONFLICT (registry_id, repository, digest) DO UPDATE SET state = $4, \
               by_hand = $5, actor = $6, reason = $7, at = $8, until = $9, \
               even_if_running = $10, seq = $11";
    let args = args![
        &key.registry_id,
        &key.repository,
        &key.digest,
        after.state,
        after.by_hand,
        &after.actor,
        &after.reason,
        after.at,
        after.until,
        after.even_if_running,
        after.seq
    ];
    tx.exec(sql, args).await?;
    if what != Move::Release {
        close_requests(tx, key, by).await?;
    }
    let details = json!({
        "before": before.state,
        "after": after.state,
        "by_hand": after.by_hand,
        "until": until,
        "even_if_running": after.even_if_running,
    });
    let payload = json!({
        "registry_id": key.registry_id,
        "repository": key.repository,
        "digest": key.digest,
        "before": before.state,
        "after": after.state,
        "actor": by.actor,
        "reason": by.reason,
        "until": until,
        "seq": after.seq,
        "at": by.at,
    });
    tx.event("hold.changed", &object(key), &payload, by.at)
        .await?;
    tx.audit(by, &format!("hold.{}", after.state), &object(key), &details)
        .await?;
    Ok(after)
}

impl Tx {
    /// The next number of a counter, held to the commit.
    pub(crate) async fn next(&mut self, counter: &str) -> Result<i64> {
        let sql = "INSERT INTO counter (name, value) VALUES ($1, 1) \
                   ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
        self.one(sql, args![counter]).await?.int(0)
    }
}
