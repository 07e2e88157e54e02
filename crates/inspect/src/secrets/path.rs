//! What the name of a file says about the credentials in it.

/// Largest file that is looked through, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// Bytes of the beginning of a file that tell whether it is text.
const HEAD: usize = 8 << 10;

/// What is known of a file before it is looked through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    path: String,
    /// It holds settings, where a name and a value are enough.
    pub(crate) settings: bool,
    /// Why a credential in it may be none that matters.
    pub(crate) doubt: Option<&'static str>,
    /// It belongs to a package that everybody can get, with the examples in it.
    pub(crate) public: bool,
    /// Its text is UTF-16.
    pub(crate) wide: bool,
}

impl Context {
    /// The context of text that is in no file: variables, labels, build steps.
    pub fn settings() -> Self {
        Self {
            settings: true,
            ..Self::default()
        }
    }

    /// The same for a file that begins like this.
    #[must_use]
    pub fn beginning(mut self, head: &[u8]) -> Self {
        self.wide = is_wide(head);
        self
    }

    pub(crate) fn path_ends_with(&self, end: &str) -> bool {
        let path = self.path.as_str();
        path.ends_with(end) || end.strip_prefix('/') == Some(path)
    }
}

/// Endings of files that hold settings.
const SETTINGS: [&str; 34] = [
    ".env",
    ".ini",
    ".cfg",
    ".conf",
    ".config",
    ".cnf",
    ".properties",
    ".yaml",
    ".yml",
    ".json",
    ".toml",
    ".xml",
    ".tf",
    ".tfvars",
    ".tfstate",
    ".hcl",
    ".sh",
    ".bash",
    ".zsh",
    ".ps1",
    ".bat",
    ".envrc",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".plist",
    ".sql",
    ".service",
    ".desktop",
    ".php",
    ".py",
    ".rb",
    ".ovpn",
];

/// Names of files that hold settings.
const SETTING_NAMES: [&str; 16] = [
    "credentials",
    "config",
    "dockerfile",
    "containerfile",
    "makefile",
    "jenkinsfile",
    "secrets",
    "secret",
    "passwords",
    "password",
    "passwd",
    "environment",
    "profile",
    "token",
    "settings",
    ".htpasswd",
];

/// Folders whose content was made by others and is public.
const PUBLIC: [&str; 12] = [
    "node_modules",
    "site-packages",
    "dist-packages",
    "vendor",
    "gems",
    "bower_components",
    "third_party",
    "third-party",
    ".cargo",
    "pkg/mod",
    "go/src",
    "perl5",
];

/// Folders of the distribution and of language runtimes, by their beginning.
const SYSTEM: [&str; 8] = [
    "usr/share/doc/",
    "usr/share/man/",
    "usr/share/perl/",
    "usr/include/",
    "usr/local/go/",
    "usr/share/locale/",
    "usr/lib/go",
    "usr/share/info/",
];

/// What the path of a file says, `/`-separated and without a leading slash.
pub fn context(path: &str) -> Context {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let settings = SETTINGS.iter().any(|end| name.ends_with(end))
        || SETTING_NAMES.contains(&name)
        || name.starts_with(".env")
        || name.starts_with("dockerfile.")
        || name.ends_with("rc") && name.starts_with('.');
    let doubt = doubt(&lower, name);
    Context {
        settings: settings && !is_generated(name),
        public: doubt == Some(PACKAGE),
        doubt,
        path: lower,
        wide: false,
    }
}

/// The doubt about files of packages that everybody can get.
const PACKAGE: &str = "a file of a public package";

fn doubt(lower: &str, name: &str) -> Option<&'static str> {
    let folders = || lower.split('/').rev().skip(1);
    let is_of_tests = |part: &str| {
        matches!(
            part,
            "test"
                | "tests"
                | "testing"
                | "testdata"
                | "test_data"
                | "fixtures"
                | "fixture"
                | "spec"
                | "specs"
                | "__tests__"
                | "__mocks__"
                | "mocks"
                | "e2e"
        )
    };
    let stem = name.split('.').next().unwrap_or_default();
    if folders().any(is_of_tests)
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || name.contains(".test.")
        || name.contains(".spec.")
    {
        return Some("a file of tests");
    }
    if PUBLIC.iter().any(|dir| within(lower, dir)) {
        return Some(PACKAGE);
    }
    if SYSTEM.iter().any(|dir| lower.starts_with(dir)) || is_library(lower) {
        return Some("a file of the system");
    }
    let is_example = |part: &str| {
        part.starts_with("example")
            || matches!(part, "sample" | "samples" | "docs" | "doc" | "demo")
    };
    let words = [
        ".example",
        ".sample",
        ".dist",
        ".template",
        ".tmpl",
        "example.",
    ];
    if folders().any(is_example) || words.iter().any(|word| name.contains(word)) {
        return Some("an example");
    }
    let ends = [".md", ".rst", ".adoc", ".po", ".pot", ".1", ".5", ".8"];
    if ends.iter().any(|end| name.ends_with(end)) {
        return Some("a text for people");
    }
    None
}

/// The libraries that come with an interpreter: `usr/lib/python3.12/…`, `usr/local/lib/ruby/…`.
fn is_library(lower: &str) -> bool {
    let rest = lower
        .strip_prefix("usr/local/lib/")
        .or_else(|| lower.strip_prefix("usr/lib/"));
    let first = rest
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    [
        "python", "ruby", "perl", "node", "jvm", "php", "gcc", "llvm",
    ]
    .iter()
    .any(|language| first.starts_with(language))
}

fn within(path: &str, dir: &str) -> bool {
    path.strip_prefix(dir)
        .is_some_and(|rest| rest.starts_with('/'))
        || memchr::memmem::find_iter(path.as_bytes(), dir).any(|at| {
            at > 0
                && path.as_bytes()[at - 1] == b'/'
                && path.as_bytes().get(at + dir.len()) == Some(&b'/')
        })
}

/// Whether a file was made by a program: names without meaning stand beside random values
/// there.
fn is_generated(name: &str) -> bool {
    [
        ".min.js",
        ".map",
        ".lock",
        "-lock.json",
        "-lock.yaml",
        ".svg",
        ".sum",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// Whether a file of that name and size is looked through at all, its content not known yet.
pub fn wants(path: &str, size: u64) -> bool {
    // The shortest credential has about as many bytes.
    (8..=MAX_BYTES).contains(&size) && !path.is_empty()
}

/// Whether the beginning of a file says that it is no text.
///
/// Programs, archives and pictures are passed by, as by peers. Compiled Python is not:
/// constants of a module stand in it as they are written, and tokens of great worth have
/// leaked that way.
pub fn is_binary(path: &str, head: &[u8]) -> bool {
    if path.ends_with(".pyc") || is_wide(head) {
        return false;
    }
    let head = &head[..head.len().min(HEAD)];
    memchr::memchr(0, head).is_some()
}

/// Whether a text begins with a mark of UTF-16.
fn is_wide(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff])
}
