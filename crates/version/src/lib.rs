//! Version schemes and ranges (types only; the algebra follows).
#![allow(missing_docs)]

/// A version scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    Deb,
    Rpm,
    Apk,
    Semver,
    Npm,
    Cargo,
    Pep440,
    Gem,
    Maven,
    Nuget,
    Composer,
    Go,
    Hex,
    Pub,
    Swift,
    Conan,
    Bitnami,
    Cran,
    Hackage,
    Pacman,
    Portage,
    Jvm,
}
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Bound {
    #[default]
    Unbounded,
    Inclusive(String),
    Exclusive(String),
}
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interval {
    pub lower: Bound,
    pub upper: Bound,
}
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    pub intervals: Vec<Interval>,
    pub exact: Vec<String>,
    pub opaque: Option<String>,
}
