//! Objects that are applied together.

use super::object::Object;

/// What one `kubectl apply` would send: a directory, a rendered overlay.
#[derive(Debug, Default)]
pub struct Scope {
    /// The directory or the kustomization; empty for everything that was read.
    pub root: String,
    /// Its objects.
    pub objects: Vec<Object>,
}
