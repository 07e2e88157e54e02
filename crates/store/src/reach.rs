//! Holds that stay in their state: who stands behind them, and how far they reach.

use serde_json::json;

use crate::db::Tx;
use crate::error::Result;
use crate::hold::{Hold, HoldState, Move, Terms, object};
use crate::release::close_requests;
use crate::store::By;
use crate::value::args;

/// A hold stays in its state; who stands behind it, until when, and whether what runs is
/// refused, too, may still be said anew.
pub(crate) async fn reach(
    tx: &mut Tx,
    before: Hold,
    what: Move,
    terms: Terms,
    by_hand: bool,
    by: &By,
) -> Result<Hold> {
    let is_same = matches!(
        (what, before.state),
        (Move::Hold, HoldState::Held) | (Move::Quarantine, HoldState::Quarantined)
    );
    let may = by_hand || !before.by_hand;
    let mut after = match by_hand {
        true => taken_over(&before, terms, by),
        false => Hold {
            even_if_running: terms.even_if_running,
            ..before.clone()
        },
    };
    if !is_same || !may || before == after {
        return Ok(before);
    }
    after.seq = tx.next("hold").await?;
    let sql = "UPDATE hold SET even_if_running = $4, seq = $5, by_hand = $6, actor = $7, \
               reason = $8, until = $9 \
               WHERE registry_id = $1 AND repository = $2 AND digest = $3";
    let key = &after.key;
    let args = args![
        &key.registry_id,
        &key.repository,
        &key.digest,
        after.even_if_running,
        after.seq,
        after.by_hand,
        &after.actor,
        &after.reason,
        after.until
    ];
    tx.exec(sql, args).await?;
    if by_hand {
        // What was asked for was asked of another hold.
        close_requests(tx, key, by).await?;
    }
    let details = json!({
        "by_hand": after.by_hand,
        "until": after.until,
        "even_if_running": after.even_if_running,
    });
    tx.audit(by, "hold.reach", &object(key), &details).await?;
    Ok(after)
}

/// The same hold with a person behind it. One person alone makes it neither shorter nor, where
/// a policy had placed it, milder towards what runs.
fn taken_over(before: &Hold, terms: Terms, by: &By) -> Hold {
    let policy_said = !before.by_hand && before.even_if_running;
    Hold {
        by_hand: true,
        actor: by.actor.clone(),
        reason: by.reason.clone(),
        until: before.until.zip(terms.until).map(|(a, b)| a.max(b)),
        even_if_running: terms.even_if_running || policy_said,
        ..before.clone()
    }
}
