//! What a caller may choose about a document.

/// Settings that the writers share. A writer ignores what has no meaning for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Columns of the terminal, for text; at least 20 are used.
    pub width: usize,
    /// Whether text may carry colours. Colour never says what a word does not.
    pub color: bool,
    /// Whether packages without findings are listed too.
    pub list_all_packages: bool,
    /// Whether suppressed findings are shown. They are counted in any case, and the
    /// JSON report always has them.
    pub show_suppressed: bool,
    /// RFC 3339 time that documents which must state one are dated with. `None`: the
    /// time of the advisory database, or the epoch.
    pub timestamp: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            list_all_packages: false,
            show_suppressed: false,
            timestamp: None,
        }
    }
}
