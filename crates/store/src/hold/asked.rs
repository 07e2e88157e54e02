//! What verdicts ask for names, many at a time.

use super::list::{COLUMNS, hold};
use super::{Hold, HoldKey, Move, step};
use crate::error::Result;
use crate::store::Store;
use crate::value::args;
use crate::verdict::VerdictState;

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
