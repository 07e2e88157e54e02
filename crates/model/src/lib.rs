//! The nouns of Lazaret: what an image contains, what is known against it, what
//! follows.
//!
//! Plain data. Nothing here opens a file, asks a network or reads a clock, so a
//! value means the same on a laptop, at an edge and in a stored report. The
//! serialised form of [`Report`] is the JSON contract that other programs read
//! (`docs/report.md`); fields are added, never renamed.
//!
//! Four different things have four types. A [`Finding`] is bad news about the
//! target. A [`Gap`] says that something could not be examined. [`Applies::Undecided`]
//! says that it was examined and the answer cannot be known. An error says that the
//! operation did not happen, and lives in the crate whose operation it is.

mod advisory;
mod applies;
mod base;
mod cpe;
mod difference;
mod digest;
mod distro;
mod finding;
mod gap;
mod inventory;
mod license;
mod misconfiguration;
mod nearest;
mod package;
mod platform;
mod purl;
mod rebase;
mod report;
mod secret;
mod severity;
mod sign;
mod signature;
mod vex;

pub use advisory::{
    Advisory, AdvisoryKind, Affected, CveRecord, EndOfLife, Epss, FeedItem, Kev, KeyKind,
    Qualifiers, Ssvc,
};
pub use applies::{Applies, Evidence, Undecided};
pub use base::{Base, BaseSource};
pub use cpe::Cpe;
pub use difference::{Cause, Changed, DIFFERENCE_SCHEMA, Difference, Side};
pub use digest::{Digest, DigestAlgorithm, InvalidDigest};
pub use distro::Distro;
pub use finding::{Finding, FindingPackage, FixStatus, Risk, Suppression};
pub use gap::{Gap, GapKind};
pub use inventory::{Inventory, Layer, Target, TargetKind};
pub use license::{License, LicenseCategory, LicenseSource};
pub use misconfiguration::{CheckStatus, FixKind, Misconfiguration};
pub use nearest::nearest;
pub use package::{Location, Package, Source};
pub use platform::{InvalidPlatform, Platform};
pub use purl::{InvalidPurl, Purl};
pub use rebase::Rebase;
pub use report::{
    DatabaseInfo, Decision, FeedInfo, Outcome, PolicyInfo, REPORT_SCHEMA, Reason, Report, Scanner,
    VexUse,
};
pub use secret::{Confidence, Secret, SecretPlace};
pub use severity::{Cvss, InvalidSeverity, Rating, Severity};
pub use sign::{Sign, SignKind};
pub use signature::{FoundSignature, SignatureStatus, Signatures};
pub use vex::{VexDocument, VexOrigin};
