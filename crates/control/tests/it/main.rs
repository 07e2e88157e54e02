//! What the centre promises at its boundary: a real one, over loopback HTTP.

mod access;
mod centre;
mod chromium;
mod console;
mod console_acts;
mod console_browser;
mod console_images;
mod edges;
mod holds;
mod login;
mod manners;
mod notify;
mod peers;
mod push;
mod rematch;
mod visitor;
mod watched;
mod workloads;
