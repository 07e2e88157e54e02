//! The edge, seen from outside.

mod clients;
mod flow;
mod followed;
mod hostile;
mod killed;
mod outward;
mod peer;
mod pull;
mod rule;
mod source;
mod support;
mod tls;
mod together;
mod unit;
