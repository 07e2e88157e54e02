//! Every check of Terraform configurations, one file each.

use super::rule::Rule;

mod tf001;
mod tf002;
mod tf003;
mod tf004;
mod tf005;
mod tf006;
mod tf007;
mod tf008;
mod tf009;
mod tf010;
mod tf011;
mod tf012;
mod tf013;
mod tf014;
mod tf015;
mod tf016;
mod tf017;
mod tf018;
mod tf019;
mod tf020;
mod tf021;
mod tf022;
mod tf023;
mod tf024;
mod tf025;
mod tf026;
mod tf027;
mod tf028;
mod tf029;
mod tf030;
mod tf031;
mod tf032;
mod tf033;
mod tf034;
mod tf035;
mod tf036;
mod tf037;
mod tf038;
mod tf039;
mod tf040;
mod tf041;
mod tf042;
mod tf043;
mod tf044;
mod tf045;
mod tf046;
mod tf048;
mod tf049;
mod tf050;

/// The checks, in the order reports of them list.
pub(super) static ALL: &[&Rule] = &[
    &tf001::RULE,
    &tf002::RULE,
    &tf003::RULE,
    &tf004::RULE,
    &tf005::RULE,
    &tf006::RULE,
    &tf007::RULE,
    &tf008::RULE,
    &tf009::RULE,
    &tf010::RULE,
    &tf011::RULE,
    &tf012::RULE,
    &tf013::RULE,
    &tf014::RULE,
    &tf015::RULE,
    &tf016::RULE,
    &tf017::RULE,
    &tf018::RULE,
    &tf019::RULE,
    &tf020::RULE,
    &tf021::RULE,
    &tf022::RULE,
    &tf023::RULE,
    &tf024::RULE,
    &tf025::RULE,
    &tf026::RULE,
    &tf027::RULE,
    &tf028::RULE,
    &tf029::RULE,
    &tf030::RULE,
    &tf031::RULE,
    &tf032::RULE,
    &tf033::RULE,
    &tf034::RULE,
    &tf035::RULE,
    &tf036::RULE,
    &tf037::RULE,
    &tf038::RULE,
    &tf039::RULE,
    &tf040::RULE,
    &tf041::RULE,
    &tf042::RULE,
    &tf043::RULE,
    &tf044::RULE,
    &tf045::RULE,
    &tf046::RULE,
    &tf048::RULE,
    &tf049::RULE,
    &tf050::RULE,
];
