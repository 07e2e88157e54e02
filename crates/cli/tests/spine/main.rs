//! The spine as it is run: `serve`, `edge` and `gate` as processes, Debian's registry, skopeo.
//!
//! What takes minutes is ignored (`cargo test -p lazaret-cli --test spine -- --ignored`); what
//! needs a program that is not installed, or a right that is not given, says so and skips.

mod bundles;
mod cache;
mod centre;
mod clocks;
mod collector;
mod cut_off;
mod events;
mod full_disk;
mod identity;
mod killed;
mod process;
mod pulls;
mod registry;
mod rotation;
mod tls;
mod traces;
mod world;
