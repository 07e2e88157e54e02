//! Limits that keep a hostile image from taking the machine with it.

/// What an image may hold. The defaults are far above what honest images need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest manifest, index or configuration, in bytes.
    pub document_bytes: u64,
    /// Most layers.
    pub layers: usize,
    /// Most entries of one layer.
    pub entries: u64,
    /// Largest uncompressed layer, in bytes.
    pub layer_bytes: u64,
    /// Largest ratio of uncompressed to compressed bytes, once a layer has grown past
    /// 64 MiB. Honest layers stay below 100; DEFLATE itself ends at 1032.
    pub ratio: u64,
    /// Longest path, in bytes.
    pub path_bytes: usize,
    /// Most manifests and indexes of one image that are fetched.
    pub manifests: usize,
    /// Deepest nesting of indexes.
    pub index_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 8 << 20,
            layers: 1_000,
            entries: 20_000_000,
            layer_bytes: 128 << 30,
            ratio: 1_100,
            path_bytes: 64 << 10,
            manifests: 250,
            index_depth: 4,
        }
    }
}
