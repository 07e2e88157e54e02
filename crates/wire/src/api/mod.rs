//! The interface below `/api/v1`.

mod access;
mod audit;
mod image;
mod job;
mod policy;
mod registry;
mod unit;
mod verdict;

pub use access::{
    Login, NewToken, NewUser, PasswordChange, Role, Session, Setup, Token, TokenMade, User,
    UserChange,
};
pub use audit::{AuditEntry, AuditState};
pub use image::{
    Component, FindingSummary, Image, ImageName, ImageQuery, SeverityCounts, Workload,
};
pub use job::{Job, JobCounts, JobMade, JobQuery, JobState, Pool, PoolChange, ScanRequest};
pub use policy::{NewException, PolicyDocument, PolicyException, PolicyState};
pub use registry::{
    EventOutcome, NewRegistry, Registry, RegistryChange, RegistryCredential, RegistryKind,
};
pub use unit::{EdgeUnit, JoinToken, NewJoinToken};
pub use verdict::{
    Hold, HoldChange, HoldQuery, HoldState, NewRelease, Outcome, Release, ReleaseDecision,
    ReleaseState, Verdict, VerdictChange,
};
