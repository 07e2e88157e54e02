//! The database: migrations, queries, leases, outbox; SQLite and PostgreSQL behind one
//! conformance suite.
//!
//! [`Store`] is the one door. It is cheap to clone and to share between tasks. No call reads a
//! clock: what depends on time takes it as an argument. A change of state that a person or a
//! policy is responsible for takes a [`By`] and writes the audit log in the same transaction.
//! `docs/store.md` tells schema, guarantees and operation.

mod audit;
mod blob;
mod db;
mod error;
mod image;
mod job;
mod migrate;
mod page;
mod person;
mod registry;
mod store;
mod token;
mod value;

pub use audit::{AuditEntry, AuditFilter, AuditHead, Broken, GENESIS, verify_chain};
pub use blob::BLOB_LIMIT;
pub use error::{Error, Result};
pub use image::{Image, ImageFilter, ImageName, ImageRow, Workload};
pub use job::{
    BATCH_LIMIT, Done, Enqueued, Failed, JobCounts, JobFilter, JobRow, JobState, Lease, Leased,
    NewJob, PAYLOAD_LIMIT, PoolSettings, SWEEP_CAP, Settled, backoff,
};
pub use migrate::schema;
pub use page::{Cursor, PAGE_LIMIT, Page, Paging};
pub use person::{NewPerson, Person, Role};
pub use registry::{NewRegistry, Registry, RegistryKind};
pub use store::{By, Engine, Store, StoreOptions, digest_of, new_id};
pub use token::{NewToken, Session, Token};
