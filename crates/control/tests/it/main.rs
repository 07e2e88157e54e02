//! What the centre promises at its boundary: a real one, over loopback HTTP.

mod access;
mod centre;
mod chromium;
mod console;
mod console_acts;
mod console_browser;
mod console_images;
mod edges;
mod fleet;
mod holds;
mod killed;
mod login;
mod mail;
mod manners;
mod notify;
mod oidc;
mod outage;
mod peers;
mod push;
mod rematch;
mod stage;
mod story;
mod two;
mod visitor;
mod watched;
mod workloads;
