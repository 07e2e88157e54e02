//! Every check of Kubernetes manifests, one file each.

use super::rule::Rule;

mod kw001;
mod kw002;
mod kw003;
mod kw004;
mod kw005;
mod kw006;
mod kw007;
mod kw008;
mod kw009;
mod kw010;
mod kw011;
mod kw012;
mod kw013;
mod kw014;
mod kw015;
mod kw016;
mod kw017;
mod kw018;
mod kw019;
mod kw020;
mod kw021;
mod kw022;
mod kw023;
mod kw024;
mod kw025;
mod kw026;
mod kw027;
mod kw028;
mod kw029;
mod kw030;
mod kw031;
mod kw032;
mod kw034;
mod kw035;
mod kw036;
mod kw037;
mod kw039;
mod kw040;
mod kw041;
mod kw042;
mod kw043;
mod rb001;
mod rb002;
mod rb003;
mod rb004;
mod rb005;
mod rb006;
mod rb007;
mod rb008;
mod rb009;
mod rb010;
mod rb011;
mod rb012;
mod rb013;
mod rb014;
mod rb015;
mod rb016;
mod rb017;
mod se001;
mod se002;
mod se003;

/// The checks, in the order reports of them list.
pub(crate) static ALL: &[&Rule] = &[
    &kw001::RULE,
    &kw002::RULE,
    &kw003::RULE,
    &kw004::RULE,
    &kw005::RULE,
    &kw006::RULE,
    &kw007::RULE,
    &kw008::RULE,
    &kw009::RULE,
    &kw010::RULE,
    &kw011::RULE,
    &kw012::RULE,
    &kw013::RULE,
    &kw014::RULE,
    &kw015::RULE,
    &kw016::RULE,
    &kw017::RULE,
    &kw018::RULE,
    &kw019::RULE,
    &kw020::RULE,
    &kw021::RULE,
    &kw022::RULE,
    &kw023::RULE,
    &kw024::RULE,
    &kw025::RULE,
    &kw026::RULE,
    &kw027::RULE,
    &kw028::RULE,
    &kw029::RULE,
    &kw030::RULE,
    &kw031::RULE,
    &kw032::RULE,
    &kw034::RULE,
    &kw035::RULE,
    &kw036::RULE,
    &kw037::RULE,
    &kw039::RULE,
    &kw040::RULE,
    &kw041::RULE,
    &kw042::RULE,
    &kw043::RULE,
    &se001::RULE,
    &se002::RULE,
    &se003::RULE,
    &rb001::RULE,
    &rb002::RULE,
    &rb003::RULE,
    &rb004::RULE,
    &rb005::RULE,
    &rb006::RULE,
    &rb007::RULE,
    &rb008::RULE,
    &rb009::RULE,
    &rb010::RULE,
    &rb011::RULE,
    &rb012::RULE,
    &rb013::RULE,
    &rb014::RULE,
    &rb015::RULE,
    &rb016::RULE,
    &rb017::RULE,
];
