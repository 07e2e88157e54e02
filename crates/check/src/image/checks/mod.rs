//! The checks of image configurations, a file each.

mod im001_root;
mod im002_secret;
mod im004_history_secret;
mod im005_setuid;
mod im009_health;
mod im011_admin_port;
mod im012_add;
mod im013_lone_update;
mod im018_leftovers;
mod im019_writable;
mod im020_volume;
mod im021_source;
mod im025_authorities;

use super::Rule;

/// Every check, in the order of the ids.
pub(super) static ALL: &[Rule] = &[
    im001_root::RULE,
    im002_secret::RULE,
    im004_history_secret::RULE,
    im005_setuid::RULE,
    im009_health::RULE,
    im011_admin_port::RULE,
    im012_add::RULE,
    im013_lone_update::RULE,
    im018_leftovers::RULE,
    im019_writable::RULE,
    im020_volume::RULE,
    im021_source::RULE,
    im025_authorities::RULE,
];
