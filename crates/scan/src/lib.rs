//! From an opened target to an inventory, and from there to a report.
#![allow(dead_code)]

mod budget;
mod paths;
