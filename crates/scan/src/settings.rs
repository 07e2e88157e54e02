//! What a caller can choose about a catalogue.

use lazaret_image::Limits;

use crate::Cache;

/// Settings of a catalogue. `Default` is what a first scan of an image wants.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Limits on what a layer may hold.
    pub limits: Limits,
    /// Layers read at the same time; at least 1.
    pub threads: usize,
    /// Bytes that the bodies of files being read may take together. A file larger than
    /// the whole budget is read alone.
    pub body_budget: u64,
    /// Largest file that any reader is given, in bytes.
    pub max_file_size: u64,
    /// Whether lock files and manifests count: true for directories, false for images.
    pub locked: bool,
    /// Paths (without a leading slash, `*` and `**` allowed) whose trees are left out.
    pub skip_dirs: Vec<String>,
    /// Files that are left out, in the same notation.
    pub skip_files: Vec<String>,
    /// What else is looked for while layers stream by.
    pub look: Look,
    /// Where facts of layers are kept between scans.
    pub cache: Option<Cache>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            body_budget: 48 << 20,
            max_file_size: 512 << 20,
            locked: false,
            skip_dirs: Vec::new(),
            skip_files: Vec::new(),
            look: Look::default(),
            cache: None,
        }
    }
}

/// What is looked for beside packages. By default nothing: bytes that no reader of packages
/// wants are then passed over and cost nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Credentials, in all text and in the image's configuration.
    pub secrets: bool,
    /// Misconfigurations in the image's configuration.
    pub misconfigurations: bool,
    /// Texts of licences.
    pub licenses: bool,
    /// Signs of tampering.
    pub signs: bool,
    /// Documents of exploitability statements (VEX) among the files.
    pub statements: bool,
}

/// Told about the way a catalogue goes. Called from several threads.
pub trait Progress: Sync {
    /// `layers` layers will be read, of `bytes` compressed bytes where known; `cached`
    /// more were found in the cache.
    fn begin(&self, layers: usize, bytes: Option<u64>, cached: usize);
    /// `bytes` more compressed bytes have been read.
    fn advance(&self, bytes: u64);
    /// Everything has been read.
    fn end(&self);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn begin(&self, _layers: usize, _bytes: Option<u64>, _cached: usize) {}
    fn advance(&self, _bytes: u64) {}
    fn end(&self) {}
}
