//! The checks of Dockerfiles: one file each, or one for a group that shares its code.
//!
//! A new check is a new file with its facts, its code, its good and its bad example, and a
//! line in [`ALL`].

mod df005_base_tag;
mod df006_rolling_tag;
mod df008_root_user;
mod df015_add;

use super::Rule;

/// Every check, in the order of the ids.
pub(super) static ALL: &[Rule] = &[
    df005_base_tag::RULE,
    df006_rolling_tag::RULE,
    df008_root_user::RULE,
    df015_add::RULE,
];
