//! How much of what foreigners wrote is looked at.

/// Largest signature payload, envelope or bundle, in bytes. Bills of materials are attested
/// whole, and large ones have tens of megabytes.
pub const MAX_DOCUMENT: usize = 64 << 20;
/// Largest PEM text, in bytes.
pub const MAX_PEM: usize = 1 << 20;
/// Largest trusted root, in bytes.
pub const MAX_ROOT: usize = 4 << 20;
/// Most signatures of one envelope, certificates of one chain, entries and subjects of one
/// document.
pub const MAX_ITEMS: usize = 64;
/// Most subjects of one statement.
pub const MAX_SUBJECTS: usize = 10_000;
/// Most documents about one image that are looked at.
pub const MAX_FOUND: usize = 200;
