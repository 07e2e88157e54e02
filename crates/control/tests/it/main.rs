//! What the centre promises at its boundary: a real one, over loopback HTTP.

mod access;
mod centre;
mod edges;
mod fleet;
mod holds;
mod killed;
mod login;
mod manners;
mod notify;
mod outage;
mod peers;
mod push;
mod stage;
mod story;
mod two;
mod watched;
