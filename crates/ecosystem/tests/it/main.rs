//! The crate's boundary: readers, distributions, purls, the probe.

mod distro;
mod hostile;
mod parsers;
mod properties;
