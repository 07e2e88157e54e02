//! One suite, two engines.

mod audit;
mod blob;
mod collect;
mod content;
mod faults;
mod filter;
mod govern;
mod hold;
mod image;
mod job;
mod open;
mod paging;
mod people;
mod posture;
mod s3;
mod shell;
mod support;
mod upgrade;
mod verdict;
mod within;
