//! Requests to let pass what is held: one person asks, another one answers.

use jiff::Timestamp;
use serde_json::json;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::hold::{Hold, HoldKey, HoldState, Move, Terms, apply, current, lock_name, object};
use crate::page::{Page, Paging};
use crate::store::{By, Store, new_id};
use crate::value::{Row, args, words};

words! {
    /// Where a request stands.
    RequestState("a state of a request: open, approved, rejected, void") {
        /// It waits.
        Open = "open",
        /// Another person said yes.
        Approved = "approved",
        /// Another person said no.
        Rejected = "rejected",
        /// What it asks for is no longer the question.
        Void = "void",
    }
}

/// A request to let an image pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// UUID.
    pub id: String,
    /// Which image under which name.
    pub key: HoldKey,
    /// Who asks.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Until when the release is to hold.
    pub until: Option<Timestamp>,
    /// Where it stands.
    pub state: RequestState,
    /// Who answered.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// With which words.
    pub decision: Option<String>,
}

const COLUMNS: &str = "id, registry_id, repository, digest, requested_by, requested_at, reason, \
                       until, state, decided_by, decided_at, decision";

impl Store {
    /// Asks for a release.
    ///
    /// # Errors
    /// [`Error::Conflict`] where nothing is held or a request is open; [`Error::Invalid`]
    /// without a reason or with a time that is over.
    pub async fn request_release(
        &self,
        key: &HoldKey,
        until: Option<Timestamp>,
        by: &By,
    ) -> Result<ReleaseRequest> {
        if by.reason.trim().is_empty() || until.is_some_and(|until| until <= by.at) {
            return Err(Error::Invalid(
                "a request has a reason, and a time to come".to_owned(),
            ));
        }
        let mut tx = self.begin().await?;
        tx.lock("hold", &[lock_name(key)]).await?;
        let state = current(&mut tx, key)
            .await?
            .map_or(HoldState::Clear, |hold| hold.state);
        if !matches!(state, HoldState::Held | HoldState::Quarantined) {
            return Err(Error::Conflict(format!(
                "it is {state}: there is nothing to release"
            )));
        }
        let id = new_id(by.at);
        let sql = format!(
            "INSERT INTO release_request ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
             'open', NULL, NULL, NULL) ON CONFLICT DO NOTHING RETURNING {COLUMNS}"
        );
        let args = args![
            &id,
            &key.registry_id,
            &key.repository,
            &key.digest,
            &by.actor,
            by.at,
            &by.reason,
            until
        ];
        let Some(row) = tx.row(&sql, args).await? else {
            return Err(Error::Conflict("somebody has asked already".to_owned()));
        };
        let request = request(&row)?;
        let payload = json!({"request": id, "by": by.actor, "reason": by.reason, "until": until});
        tx.event("release.requested", &object(key), &payload, by.at)
            .await?;
        tx.audit(
            by,
            "release.request",
            &object(key),
            &json!({"request": id, "until": until}),
        )
        .await?;
        tx.commit().await?;
        Ok(request)
    }

    /// Answers a request; the hold after it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for whoever asked, for a request that is no
    /// longer open, and where its time is over.
    pub async fn decide_release(&self, id: &str, approve: bool, by: &By) -> Result<Option<Hold>> {
        self.decide_release_of(id, approve, &[], by).await
    }

    /// As [`Store::decide_release`], for an index and the manifests that it leads to: those of
    /// them that are held under the same name are released with it.
    ///
    /// # Errors
    /// Those of [`Store::decide_release`].
    pub async fn decide_release_of(
        &self,
        id: &str,
        approve: bool,
        platforms: &[String],
        by: &By,
    ) -> Result<Option<Hold>> {
        let mut tx = self.begin().await?;
        // Whose request it is never changes; how it stands is read under the hold's lock.
        let key = find(&mut tx, id).await?.key;
        let named = |digest: &String| HoldKey {
            digest: digest.clone(),
            ..key.clone()
        };
        let with: Vec<HoldKey> = platforms.iter().map(named).collect();
        let names: Vec<String> = with.iter().chain([&key]).map(lock_name).collect();
        tx.lock("hold", &names).await?;
        let request = find(&mut tx, id).await?;
        if request.state != RequestState::Open {
            return Err(Error::Conflict(format!("the request is {}", request.state)));
        }
        // Names are compared as they sign in; whoever may write names may not be two people.
        if request.requested_by == by.actor {
            return Err(Error::Conflict("whoever asks does not answer".to_owned()));
        }
        if approve && request.until.is_some_and(|until| until <= by.at) {
            return Err(Error::Conflict(
                "the time that was asked for is over".to_owned(),
            ));
        }
        let state = if approve {
            RequestState::Approved
        } else {
            RequestState::Rejected
        };
        let sql = "UPDATE release_request SET state = $2, decided_by = $3, decided_at = $4, \
                   decision = $5 WHERE id = $1";
        tx.exec(sql, args![id, state, &by.actor, by.at, &by.reason])
            .await?;
        let hold = if approve {
            Some(release(&mut tx, &request, &with, by).await?)
        } else {
            let payload = json!({"request": id, "by": by.actor, "reason": by.reason});
            tx.event("release.rejected", &object(&request.key), &payload, by.at)
                .await?;
            None
        };
        let details = json!({"request": id, "requested_by": request.requested_by});
        tx.audit(
            by,
            &format!("release.{state}"),
            &object(&request.key),
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(hold)
    }

    /// Of that id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn release_request(&self, id: &str) -> Result<Option<ReleaseRequest>> {
        let sql = format!("SELECT {COLUMNS} FROM release_request WHERE id = $1");
        let row = self.read().await?.row(&sql, args![id]).await?;
        row.as_ref().map(request).transpose()
    }

    /// Requests in a state, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn release_requests(
        &self,
        state: RequestState,
        paging: &Paging,
    ) -> Result<Page<ReleaseRequest>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_else(|| "~".to_owned());
        let sql = format!(
            "SELECT {COLUMNS} FROM release_request WHERE state = $1 AND id < $2 \
             ORDER BY id DESC LIMIT $3"
        );
        let rows = self
            .read()
            .await?
            .rows(&sql, args![state, after, limit + 1])
            .await?;
        let requests = rows.iter().map(request).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(requests, limit, |request| {
            vec![(&request.id).into()]
        }))
    }
}

/// Releases what was asked for, and what of the rest is held.
async fn release(tx: &mut Tx, request: &ReleaseRequest, with: &[HoldKey], by: &By) -> Result<Hold> {
    let terms = Terms {
        until: request.until,
        even_if_running: false,
    };
    for key in with {
        let held = current(tx, key).await?.map(|hold| hold.state);
        if matches!(held, Some(HoldState::Held | HoldState::Quarantined)) {
            apply(tx, key, Move::Release, terms, true, by).await?;
            close_requests(tx, key, by).await?;
        }
    }
    apply(tx, &request.key, Move::Release, terms, true, by).await
}

async fn find(tx: &mut Tx, id: &str) -> Result<ReleaseRequest> {
    let sql = format!("SELECT {COLUMNS} FROM release_request WHERE id = $1");
    let row = tx.row(&sql, args![id]).await?;
    row.as_ref()
        .map(request)
        .transpose()?
        .ok_or_else(|| Error::missing("request", id))
}

/// The hold has moved: what was asked about it is void.
pub(crate) async fn close_requests(tx: &mut Tx, key: &HoldKey, by: &By) -> Result<()> {
    let sql = "UPDATE release_request SET state = 'void', decided_by = $4, decided_at = $5 \
               WHERE registry_id = $1 AND repository = $2 AND digest = $3 AND state = 'open'";
    let args = args![
        &key.registry_id,
        &key.repository,
        &key.digest,
        &by.actor,
        by.at
    ];
    tx.exec(sql, args).await?;
    Ok(())
}

fn request(row: &Row) -> Result<ReleaseRequest> {
    Ok(ReleaseRequest {
        id: row.text(0)?,
        key: HoldKey {
            registry_id: row.text(1)?,
            repository: row.text(2)?,
            digest: row.text(3)?,
        },
        requested_by: row.text(4)?,
        requested_at: row.time(5)?,
        reason: row.text(6)?,
        until: row.opt_time(7)?,
        state: row.word(8)?,
        decided_by: row.opt_text(9)?,
        decided_at: row.opt_time(10)?,
        decision: row.opt_text(11)?,
    })
}
