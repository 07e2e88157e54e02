//! Every check of Kubernetes manifests, one file each.

use super::rule::Rule;

mod kc001;
mod kc002;
mod kc003;
mod kc004;
mod kc005;
mod kc006;
mod kc007;
mod kc008;
mod kc009;
mod kc010;
mod kc011;
mod kc012;
mod kc013;
mod kc014;
mod kc015;
mod kc016;
mod kc017;
mod kc018;
mod kc019;
mod kc020;
mod kc021;
mod kc022;
mod kc023;
mod kc024;
mod kc025;
mod kc026;
mod kc027;
mod kc028;
mod kc029;
mod kc030;
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
mod kw033;
mod kw034;
mod kw035;
mod kw036;
mod kw037;
mod kw038;
mod kw039;
mod kw040;
mod kw041;
mod kw042;
mod kw043;
mod kw044;
mod kw045;
mod kw046;
mod kw047;
mod kw048;
mod kw049;
mod kw050;
mod kw051;
mod kw052;
mod kw053;
mod kw054;
mod kw055;
mod kw056;
mod kw057;
mod kw058;
mod kw059;
mod kw060;
mod kw061;
mod kw062;
mod kw063;
mod kw064;
mod kw065;
mod np001;
mod np002;
mod np003;
mod np004;
mod np005;
mod np006;
mod np007;
mod np008;
mod np009;
mod np010;
mod np011;
mod np012;
mod np013;
mod np014;
mod np015;
mod np016;
mod np017;
mod np018;
mod np021;
mod np022;
mod np023;
mod np025;
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
mod rb019;
mod rb020;
mod se001;
mod se002;
mod se003;
mod se004;
mod se005;
mod se007;

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
    &kw033::RULE,
    &kw034::RULE,
    &kw035::RULE,
    &kw036::RULE,
    &kw037::RULE,
    &kw038::RULE,
    &kw039::RULE,
    &kw040::RULE,
    &kw041::RULE,
    &kw042::RULE,
    &kw043::RULE,
    &kw044::RULE,
    &kw045::RULE,
    &kw046::RULE,
    &kw047::RULE,
    &kw048::RULE,
    &kw049::RULE,
    &kw050::RULE,
    &kw051::RULE,
    &kw052::RULE,
    &kw053::RULE,
    &kw054::RULE,
    &kw055::RULE,
    &kw056::RULE,
    &kw057::RULE,
    &kw058::RULE,
    &kw059::RULE,
    &kw060::RULE,
    &kw061::RULE,
    &kw062::RULE,
    &kw063::RULE,
    &kw064::RULE,
    &kw065::RULE,
    &se001::RULE,
    &se002::RULE,
    &se003::RULE,
    &se004::RULE,
    &se005::RULE,
    &se007::RULE,
    &np001::RULE,
    &np002::RULE,
    &np003::RULE,
    &np004::RULE,
    &np005::RULE,
    &np006::RULE,
    &np007::RULE,
    &np008::RULE,
    &np009::RULE,
    &np010::RULE,
    &np011::RULE,
    &np012::RULE,
    &np013::RULE,
    &np014::RULE,
    &np015::RULE,
    &np016::RULE,
    &np017::RULE,
    &np018::RULE,
    &np021::RULE,
    &np022::RULE,
    &np023::RULE,
    &np025::RULE,
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
    &rb019::RULE,
    &rb020::RULE,
    &kc001::RULE,
    &kc002::RULE,
    &kc003::RULE,
    &kc004::RULE,
    &kc005::RULE,
    &kc006::RULE,
    &kc007::RULE,
    &kc008::RULE,
    &kc009::RULE,
    &kc010::RULE,
    &kc011::RULE,
    &kc012::RULE,
    &kc013::RULE,
    &kc014::RULE,
    &kc015::RULE,
    &kc016::RULE,
    &kc017::RULE,
    &kc018::RULE,
    &kc019::RULE,
    &kc020::RULE,
    &kc021::RULE,
    &kc022::RULE,
    &kc023::RULE,
    &kc024::RULE,
    &kc025::RULE,
    &kc026::RULE,
    &kc027::RULE,
    &kc028::RULE,
    &kc029::RULE,
    &kc030::RULE,
];
