//! Every check of Compose files, one file each.

use super::rule::Rule;

mod cp001;
mod cp002;
mod cp003;
mod cp004;
mod cp005;
mod cp006;
mod cp007;
mod cp008;
mod cp009;
mod cp010;
mod cp011;
mod cp012;
mod cp013;
mod cp014;
mod cp015;
mod cp016;
mod cp017;
mod cp018;
mod cp019;
mod cp020;
mod cp021;

/// The checks, in the order reports of them list.
pub(super) static ALL: &[&Rule] = &[
    &cp001::RULE,
    &cp002::RULE,
    &cp003::RULE,
    &cp004::RULE,
    &cp005::RULE,
    &cp006::RULE,
    &cp007::RULE,
    &cp008::RULE,
    &cp009::RULE,
    &cp010::RULE,
    &cp011::RULE,
    &cp012::RULE,
    &cp013::RULE,
    &cp014::RULE,
    &cp015::RULE,
    &cp016::RULE,
    &cp017::RULE,
    &cp018::RULE,
    &cp019::RULE,
    &cp020::RULE,
    &cp021::RULE,
];
