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
    /// What the format `template` writes with.
    pub template: Option<Template>,
    /// Which run of a pipeline the report is made in.
    pub pipeline: Pipeline,
}

/// A template of the user, in the language of Jinja.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// File name; its extension decides how values are escaped.
    pub name: String,
    /// The text.
    pub source: String,
}

/// A run of a pipeline; empty where nobody says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pipeline {
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// The branch or tag, as `refs/heads/main`.
    pub reference: String,
    /// Id of the run.
    pub job: String,
    /// What two runs of the same job have in common.
    pub correlator: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            list_all_packages: false,
            show_suppressed: false,
            timestamp: None,
            template: None,
            pipeline: Pipeline::default(),
        }
    }
}
