//! The database: migrations, queries, leases, outbox; SQLite and PostgreSQL behind one
//! conformance suite.
//!
//! [`Store`] is the one door. It is cheap to clone and to share between tasks. No call reads a
//! clock: what depends on time takes it as an argument. A change of state that a person or a
//! policy is responsible for takes a [`By`] and writes the audit log in the same transaction.
//! `docs/store.md` tells schema, guarantees and operation.

mod advisory;
mod audit;
mod blob;
mod collect;
mod content;
mod db;
mod edge;
mod error;
mod hold;
mod image;
mod job;
mod migrate;
mod outbox;
mod page;
mod part;
mod person;
mod policy;
mod posture;
mod reach;
mod registry;
mod release;
mod shell;
mod store;
mod token;
mod value;
mod verdict;
mod vulnerability;
mod wake;
mod within;
mod workload;

pub use advisory::{Match, Snapshot};
pub use audit::{AuditEntry, AuditFilter, AuditHead, Broken, GENESIS, verify_chain};
pub use blob::BLOB_LIMIT;
pub use collect::Collected;
pub use content::{COMPONENT_LIMIT, CONTENT_LIMIT, Component, Content, NewComponent, NewContent};
pub use edge::{Edge, NewEdge};
pub use error::{Error, Result};
pub use hold::{
    Asked, Asking, Hold, HoldFilter, HoldKey, HoldState, MOVES_LIMIT, Move, Terms, step,
};
pub use image::{Image, ImageFilter, ImageName, ImageRow, Judged};
pub use job::{
    BATCH_LIMIT, Done, Enqueued, Failed, JobCounts, JobFilter, JobRow, JobState, Lease, Leased,
    NewJob, PAYLOAD_LIMIT, PoolSettings, SWEEP_CAP, Settled, backoff,
};
pub use migrate::schema;
pub use outbox::{OUTBOX, OUTBOX_ATTEMPTS};
pub use page::{Cursor, PAGE_LIMIT, Page, Paging};
pub use person::{NewPerson, Person, Role};
pub use policy::{DOCUMENT_LIMIT, Exemption, Policy};
pub use posture::{Flow, WAITING_LIMIT, Waiting};
pub use registry::{ListProgress, NewRegistry, Registry, RegistryKind};
pub use release::{ReleaseRequest, RequestState};
pub use shell::Footing;
pub use store::{By, Engine, Store, StoreOptions, digest_of, new_id};
pub use token::{NewToken, Session, Token};
pub use verdict::{
    Counts, Decided, VERDICT_LIMIT, Verdict, VerdictChange, VerdictFilter, VerdictState, Written,
};
pub use vulnerability::{Vulnerability, VulnerabilityFilter};
pub use wake::Bell;
pub use workload::{Running, RunningCounts, Workload};
