//! Objects that are applied together.

use std::sync::OnceLock;

use super::object::Object;
use crate::exposure::Exposure;

/// What one `kubectl apply` would send: a directory, a rendered overlay.
#[derive(Debug, Default)]
pub struct Scope {
    /// The directory or the kustomization; empty for everything that was read.
    pub root: String,
    /// Its objects.
    pub objects: Vec<Object>,
    /// The exposure of its workloads, by the number of the object, once somebody asked.
    pub(crate) exposures: OnceLock<Vec<(usize, Exposure)>>,
}

impl Scope {
    /// Objects that are applied together.
    #[must_use]
    pub fn new(root: String, objects: Vec<Object>) -> Self {
        Self {
            root,
            objects,
            exposures: OnceLock::new(),
        }
    }
}
