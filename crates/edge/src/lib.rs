//! The edge: the gate before a registry, and the workers that look where the images are.
