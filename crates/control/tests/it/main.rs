//! What the centre promises at its boundary: a real one, over loopback HTTP.

mod access;
mod centre;
mod login;
mod manners;
mod watched;
