//! The interface below `/api/v1`.

mod access;
mod audit;
mod blob;
mod image;
mod job;
mod policy;
mod registry;
mod unit;
mod verdict;
mod vulnerability;

pub use access::{
    Login, NewToken, NewUser, PasswordChange, Role, Session, Setup, Token, TokenMade, User,
    UserChange,
};
pub use audit::{AuditEntry, AuditState};
pub use blob::{BlobsCollected, BlobsQuery};
pub use image::{Exposure, Image, ImageDetail, ImageName, ImageQuery, SeverityCounts, Workload};
pub use job::{Job, JobCounts, JobMade, JobQuery, JobState, Pool, PoolChange, ScanRequest};
pub use policy::{NewException, NewPolicy, PolicyDocument, PolicyException, PolicyState};
pub use registry::{
    EventOutcome, NewRegistry, Registry, RegistryChange, RegistryCredential, RegistryKind,
};
pub use unit::{EdgeUnit, JoinToken, NewJoinToken};
pub use verdict::{
    Hold, HoldChange, HoldQuery, HoldState, NewRelease, Outcome, PostureDay, Release,
    ReleaseDecision, ReleaseState, SeenVerdict, Verdict, VerdictChange, VerdictQuery, VerdictSeen,
};
pub use vulnerability::{
    Level, RunningWorkload, Vulnerability, VulnerabilityDetail, VulnerabilityPlace,
    VulnerabilityQuery, VulnerableImage, VulnerablePackage,
};
