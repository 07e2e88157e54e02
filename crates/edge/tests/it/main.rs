//! The edge, seen from outside.

mod clients;
mod flow;
mod hostile;
mod pull;
mod rule;
mod source;
mod support;
