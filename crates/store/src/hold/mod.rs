//! Quarantine: the state of an image under a name, and releases that take two people.

mod asked;
mod list;
mod moves;

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::value::words;

pub use asked::Asked;
pub use moves::{Asking, MOVES_LIMIT};
pub(crate) use moves::{apply, current, lock_name, object};

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
