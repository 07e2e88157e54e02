//! What the centre promises at its boundary: a real one, over loopback HTTP.

mod access;
mod centre;
mod console;
mod edges;
mod fleet;
mod holds;
mod login;
mod manners;
mod notify;
mod peers;
mod push;
mod rematch;
mod visitor;
mod watched;
