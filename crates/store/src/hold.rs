//! Quarantine: the state of an image under a name, and releases that take two people.

use jiff::Timestamp;
use serde_json::json;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::reach::reach;
use crate::release::close_requests;
use crate::store::{By, Store};
use crate::value::{Row, args, words};
use crate::verdict::VerdictState;

words! {
    /// What a gate does with an image under a name.
    HoldState("a state of quarantine: clear, held, quarantined, released") {
        /// Nothing.
        Clear = "clear",
        /// It waits for somebody to look.
        Held = "held",
        /// It is refused.
        Quarantined = "quarantined",
        /// Two people let it pass.
        Released = "released",
    }
}

/// An image under a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldKey {
    /// The registry.
    pub registry_id: String,
    /// The repository.
    pub repository: String,
    /// The image.
    pub digest: String,
}

/// How it stands with an image under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which.
    pub key: HoldKey,
    /// How it stands.
    pub state: HoldState,
    /// Whether a person put it there; what a person did, a policy does not undo. Of a release:
    /// whether a person had put there what it releases.
    pub by_hand: bool,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Whether what runs already is refused, too.
    pub even_if_running: bool,
    /// Grows with every change of any hold.
    pub seq: i64,
}

/// How long and how far a hold reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Until when; `None`: until somebody changes it.
    pub until: Option<Timestamp>,
    /// Whether what runs already is refused, too.
    pub even_if_running: bool,
}

/// What may happen to a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// To [`HoldState::Held`].
    Hold,
    /// To [`HoldState::Quarantined`].
    Quarantine,
    /// Back to [`HoldState::Clear`].
    Lift,
    /// To [`HoldState::Released`]; only an approved request makes it.
    Release,
    /// The end of its time.
    Expire,
}

/// Where a move leads; `None`: it changes nothing.
///
/// What a person placed, only people take away, and out of quarantine leads nothing but an
/// approved request, or time where a time was set. A policy neither undoes a release nor
/// softens a quarantine into a hold.
///
/// # Errors
/// [`Error::Conflict`] where the move is not allowed.
pub fn step(
    state: HoldState,
    placed_by_hand: bool,
    what: Move,
    by_hand: bool,
) -> Result<Option<HoldState>> {
    use HoldState::{Clear, Held, Quarantined, Released};
    let refuse = |why: &str| Err(Error::Conflict(why.to_owned()));
    match (what, state) {
        (Move::Hold, Clear) => Ok(Some(Held)),
        (Move::Quarantine, Clear | Held) => Ok(Some(Quarantined)),
        (Move::Hold, Released) if by_hand => Ok(Some(Held)),
        (Move::Quarantine, Released) if by_hand => Ok(Some(Quarantined)),
        (Move::Hold, Quarantined) if by_hand => refuse("a quarantine is not softened into a hold"),
        (Move::Hold | Move::Quarantine, _) | (Move::Lift, Clear) => Ok(None),
        (Move::Lift, Held | Quarantined) if !by_hand && placed_by_hand => Ok(None),
        (Move::Lift, Quarantined) if by_hand => {
            refuse("a quarantine ends by a release that another person approves")
        }
        (Move::Lift, Released) if !by_hand => Ok(None),
        (Move::Lift, Released) => refuse("a release is taken back by holding or quarantining"),
        (Move::Lift, Held | Quarantined) | (Move::Expire, Held | Quarantined) => Ok(Some(Clear)),
        (Move::Release, Held | Quarantined) => Ok(Some(Released)),
        (Move::Release, _) => refuse("only what is held or quarantined can be released"),
        // What was let pass for a while is refused again.
        (Move::Expire, Released) => Ok(Some(Quarantined)),
        (Move::Expire, Clear) => Ok(None),
    }
}

/// Which holds are asked for.
#[derive(Clone, Debug, Default)]
pub struct HoldFilter {
    /// Only in this state.
    pub state: Option<HoldState>,
    /// Only of this registry.
    pub registry_id: Option<String>,
    /// Only of this image.
    pub digest: Option<String>,
}

pub(crate) const COLUMNS: &str = "h.registry_id, h.repository, h.digest, h.state, h.by_hand, h.actor, h.reason, h.at, h.until, h.even_if_running, h.seq";

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
        let until = terms.until;
        if matches!(what, Move::Release | Move::Expire) {
            return Err(Error::Invalid("a release takes a request".to_owned()));
        }
        if until.is_some_and(|until| until <= by.at) {
            return Err(Error::Invalid("that time is over".to_owned()));
        }
        let mut tx = self.begin().await?;
        let hold = apply(&mut tx, key, what, terms, by_hand, by).await?;
        tx.commit().await?;
        Ok(hold)
    }

    /// How it stands with an image under a name; what nobody ever held is clear and `None`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hold(&self, key: &HoldKey) -> Result<Option<Hold>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM hold h WHERE h.registry_id = $1 AND h.repository = $2 \
             AND h.digest = $3"
        );
        let args = args![&key.registry_id, &key.repository, &key.digest];
        let row = self.read().await?.row(&sql, args).await?;
        row.as_ref().map(hold).transpose()
    }

    /// Holds, the latest change first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn holds(&self, filter: &HoldFilter, paging: &Paging) -> Result<Page<Hold>> {
        let limit = paging.limit()?;
        let mut args = args![paging.after_int()?.unwrap_or(i64::MAX)];
        let mut only = String::new();
        let state = filter.state.map(|state| state.as_str().to_owned());
        for (column, value) in [
            ("state", &state),
            ("registry_id", &filter.registry_id),
            ("digest", &filter.digest),
        ] {
            if let Some(value) = value {
                args.push(value.into());
                only += &format!(" AND h.{column} = ${}", args.len());
            }
        }
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM hold h WHERE h.seq < $1{only} ORDER BY h.seq DESC LIMIT ${}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let holds = rows.iter().map(hold).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(holds, limit, |hold| vec![hold.seq.into()]))
    }

    /// What changed after `seq` in the registries of a region, in order, at most 500: what an
    /// edge's bundle is made of. Clear ones are in it, so that an edge forgets them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn holds_after(&self, region: &str, seq: i64) -> Result<Vec<Hold>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM hold h JOIN registry r ON r.id = h.registry_id \
             WHERE r.region = $1 AND h.seq > $2 ORDER BY h.seq LIMIT 500"
        );
        let rows = self.read().await?.rows(&sql, args![region, seq]).await?;
        rows.iter().map(hold).collect()
    }

    /// The same for every region.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_holds_after(&self, seq: i64) -> Result<Vec<Hold>> {
        let sql = format!("SELECT {COLUMNS} FROM hold h WHERE h.seq > $1 ORDER BY h.seq LIMIT 500");
        let rows = self.read().await?.rows(&sql, args![seq]).await?;
        rows.iter().map(hold).collect()
    }

    /// The `seq` of the latest change.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hold_seq(&self) -> Result<i64> {
        let sql = "SELECT COALESCE(MAX(seq), 0) FROM hold";
        self.read().await?.one(sql, vec![]).await?.int(0)
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

/// What a verdict asks for an image under a name, and how it stands with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub key: HoldKey,
    /// The environment of its registry.
    pub environment: String,
    /// What was decided for that.
    pub verdict: VerdictState,
    /// Why, as JSON.
    pub reasons: String,
    /// By which policy.
    pub policy_generation: i64,
    /// How it stands; `None`: nobody ever held it.
    pub hold: Option<Hold>,
}

impl Store {
    /// What the verdicts of images ask for their names, and how it stands with those.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn asked_of(&self, digests: &[String]) -> Result<Vec<Asked>> {
        let any = self.db.dialect().any("digest", 1);
        let sql = format!(
            "SELECT {COLUMNS}, n.registry_id, n.repository, n.digest, r.environment, v.state, \
             v.reasons, v.policy_generation \
             FROM (SELECT DISTINCT registry_id, repository, digest FROM image_name WHERE {any}) n \
             JOIN registry r ON r.id = n.registry_id \
             JOIN verdict v ON v.digest = n.digest AND v.environment = r.environment \
             LEFT JOIN hold h ON h.registry_id = n.registry_id \
             AND h.repository = n.repository AND h.digest = n.digest \
             ORDER BY n.digest, n.registry_id, n.repository"
        );
        let args = args![digests.to_vec()];
        let rows = self.read().await?.rows(&sql, args).await?;
        rows.iter()
            .map(|row| {
                Ok(Asked {
                    key: HoldKey {
                        registry_id: row.text(11)?,
                        repository: row.text(12)?,
                        digest: row.text(13)?,
                    },
                    environment: row.text(14)?,
                    verdict: row.word(15)?,
                    reasons: row.text(16)?,
                    policy_generation: row.int(17)?,
                    hold: match row.opt_text(0)? {
                        Some(_) => Some(hold(row)?),
                        None => None,
                    },
                })
            })
            .collect()
    }
}

impl Hold {
    /// Whether a policy's move would leave everything as it is.
    #[must_use]
    pub fn stays(&self, what: Move, even_if_running: bool) -> bool {
        matches!(step(self.state, self.by_hand, what, false), Ok(None))
            && (what == Move::Lift || self.even_if_running == even_if_running)
    }
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
    let before = current(tx, key).await?.unwrap_or_else(|| Hold {
        key: key.clone(),
        state: HoldState::Clear,
        by_hand: false,
        actor: String::new(),
        reason: String::new(),
        at: by.at,
        until: None,
        even_if_running: false,
        seq: 0,
    });
    let Some(state) = step(before.state, before.by_hand, what, by_hand)? else {
        return reach(tx, before, what, terms, by_hand, by).await;
    };
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

pub(crate) fn hold(row: &Row) -> Result<Hold> {
    Ok(Hold {
        key: HoldKey {
            registry_id: row.text(0)?,
            repository: row.text(1)?,
            digest: row.text(2)?,
        },
        state: row.word(3)?,
        by_hand: row.bool(4)?,
        actor: row.text(5)?,
        reason: row.text(6)?,
        at: row.time(7)?,
        until: row.opt_time(8)?,
        even_if_running: row.bool(9)?,
        seq: row.int(10)?,
    })
}

impl Tx {
    /// The next number of a counter, held to the commit.
    pub(crate) async fn next(&mut self, counter: &str) -> Result<i64> {
        let sql = "INSERT INTO counter (name, value) VALUES ($1, 1) \
                   ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
        self.one(sql, args![counter]).await?.int(0)
    }
}
