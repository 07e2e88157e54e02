//! What a command line names: a scheme and its operand, a path, or an image.
//!
//! An explicit scheme decides. A bare text is a path when it looks like one or when such
//! a file is there, else an image that daemons are asked for first and the registry after.

use std::path::{Path, PathBuf};

use crate::ImageRef;
use crate::reference::InvalidReference;

/// A daemon that keeps images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DaemonKind {
    /// Docker Engine.
    Docker,
    /// Podman's Docker-compatible service.
    Podman,
    /// containerd itself.
    Containerd,
}

impl DaemonKind {
    /// Every kind, in the order in which bare names are looked for.
    pub const ALL: [DaemonKind; 3] = [Self::Docker, Self::Podman, Self::Containerd];

    /// The scheme, without the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Containerd => "containerd",
        }
    }
}

/// A target of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetRef {
    /// A bare name: local daemons, then the registry.
    Image(ImageRef),
    /// `registry:NAME`.
    Registry(ImageRef),
    /// `docker:NAME`, `podman:NAME`, `containerd:NAME`; a name or an id.
    Daemon {
        /// Which daemon.
        kind: DaemonKind,
        /// The name as it was written.
        name: String,
    },
    /// `docker-archive:FILE[:tag|@digest]` and `oci-archive:FILE[:tag|@digest]`: the content
    /// tells which of the two it is.
    Archive {
        /// The file.
        file: PathBuf,
        /// A tag or a name, or a digest.
        selector: Option<String>,
    },
    /// `oci-layout:DIR[:tag|@digest]`.
    OciLayout {
        /// The directory.
        dir: PathBuf,
        /// A tag, or a digest.
        selector: Option<String>,
    },
    /// `dir:PATH`: a source tree.
    Dir(PathBuf),
    /// `rootfs:PATH`: the root of an unpacked system.
    RootFs(PathBuf),
    /// `sbom:FILE`.
    Sbom(PathBuf),
    /// `purl:pkg:…`.
    Purl(String),
    /// `purl:FILE`, one purl in each line.
    PurlFile(PathBuf),
    /// `-`.
    Stdin,
    /// A file whose content has to tell what it is.
    Path(PathBuf),
}

/// Why a text is not a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// The scheme's operand is missing.
    #[error("`{scheme}:` needs {operand} after the colon")]
    Empty {
        /// The scheme.
        scheme: String,
        /// What has to follow.
        operand: &'static str,
    },
    /// It looks like a path, and there is nothing.
    #[error("there is no file or directory `{0}`")]
    NoSuchPath(String),
    /// A daemon is asked for a name that no image can have.
    #[error("`{0}` cannot be the name or id of an image")]
    DaemonName(String),
    /// It is no image reference.
    #[error(transparent)]
    Reference(#[from] InvalidReference),
}

/// Schemes and what has to follow them.
const SCHEMES: [(&str, &str); 12] = [
    ("registry", "an image reference"),
    ("docker", "an image reference or id"),
    ("podman", "an image reference or id"),
    ("containerd", "an image reference"),
    ("docker-archive", "a file"),
    ("oci-archive", "a file"),
    ("oci-layout", "a directory"),
    ("dir", "a directory"),
    ("rootfs", "a directory"),
    ("sbom", "a file"),
    ("purl", "a package URL or a file"),
    ("pkg", "the rest of a package URL"),
];

impl TargetRef {
    /// Understands a target. A bare text is looked up in the file system.
    ///
    /// # Errors
    /// When the operand is missing, a path does not exist, or a name is malformed.
    pub fn parse(text: &str) -> Result<Self, InvalidTarget> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if let Some((scheme, rest)) = text.split_once(':')
            && let Some((_, operand)) = SCHEMES.iter().find(|(s, _)| *s == scheme)
        {
            if rest.is_empty() {
                return Err(InvalidTarget::Empty {
                    scheme: scheme.to_owned(),
                    operand,
                });
            }
            return Self::of_scheme(scheme, rest, text);
        }
        let path = Path::new(text);
        if path.is_dir() {
            let path = path.to_owned();
            return Ok(match path.join("oci-layout").is_file() {
                true => Self::OciLayout {
                    dir: path,
                    selector: None,
                },
                false => Self::Dir(path),
            });
        }
        if path.exists() {
            return Ok(Self::Path(path.to_owned()));
        }
        let looks_like_path = [".", "..", "~"].contains(&text)
            || ["/", "./", "../", "~/"].iter().any(|p| text.starts_with(p));
        if looks_like_path {
            // `./images:latest`, as the error of a layout with several images has it.
            let (path, selector) = selected(text);
            return match () {
                () if path.join("oci-layout").is_file() => Ok(Self::OciLayout {
                    dir: path,
                    selector,
                }),
                () if path.is_file() => Ok(Self::Archive {
                    file: path,
                    selector,
                }),
                () => Err(InvalidTarget::NoSuchPath(text.to_owned())),
            };
        }
        Ok(Self::Image(text.parse()?))
    }

    fn of_scheme(scheme: &str, rest: &str, text: &str) -> Result<Self, InvalidTarget> {
        let path = || PathBuf::from(rest);
        let kind = DaemonKind::ALL.into_iter().find(|k| k.name() == scheme);
        if let Some(kind) = kind {
            if !is_daemon_name(rest) {
                return Err(InvalidTarget::DaemonName(rest.escape_debug().to_string()));
            }
            let name = rest.to_owned();
            return Ok(Self::Daemon { kind, name });
        }
        Ok(match scheme {
            "registry" => Self::Registry(rest.parse()?),
            "docker-archive" | "oci-archive" => {
                let (file, selector) = selected(rest);
                Self::Archive { file, selector }
            }
            "oci-layout" => {
                let (dir, selector) = selected(rest);
                Self::OciLayout { dir, selector }
            }
            "dir" => Self::Dir(path()),
            "rootfs" => Self::RootFs(path()),
            "sbom" => Self::Sbom(path()),
            "pkg" => Self::Purl(text.to_owned()),
            _ if rest.starts_with("pkg:") => Self::Purl(rest.to_owned()),
            _ => Self::PurlFile(path()),
        })
    }
}

/// Names travel in the path of a request; nothing that ends or climbs a path may pass.
fn is_daemon_name(name: &str) -> bool {
    name.len() <= 512
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-/:@[]".contains(&b))
        && name.split('/').all(|c| !matches!(c, "" | "." | ".."))
}

/// Parts a path from the tag or digest behind it. What lies in the file system decides
/// which colon is meant: the longest path that is there.
fn selected(text: &str) -> (PathBuf, Option<String>) {
    let ends = text.char_indices().rev();
    let ends = ends.filter(|(at, c)| matches!(c, ':' | '@') && *at > 0);
    let part = |at: usize| {
        let selector = text.get(at + 1..).unwrap_or_default();
        // A digest may stand behind a name or directly behind the path.
        let selector = selector.trim_start_matches('@');
        (
            PathBuf::from(text.get(..at).unwrap_or_default()),
            Some(selector.to_owned()).filter(|s| !s.is_empty()),
        )
    };
    if Path::new(text).exists() {
        return (PathBuf::from(text), None);
    }
    let there = |at: &usize| text.get(..*at).is_some_and(|path| Path::new(path).exists());
    if let Some(at) = ends.map(|(at, _)| at).find(there) {
        return part(at);
    }
    // Nothing is there, so this is for an error: the last component is the likeliest to
    // have something behind it.
    if let Some(at) = text.find('@').filter(|at| *at > 0) {
        return part(at);
    }
    match text.rfind(':').filter(|at| *at > 0) {
        Some(at) if !text[at..].contains('/') => part(at),
        _ => (PathBuf::from(text), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: TargetRef) {
        assert_eq!(TargetRef::parse(text), Ok(expected), "{text}");
    }

    #[test]
    fn a_scheme_decides() {
        check("-", TargetRef::Stdin);
        let (file, selector) = ("a.tar".into(), None);
        check(
            "docker-archive:a.tar",
            TargetRef::Archive { file, selector },
        );
        check("sbom:x.json", TargetRef::Sbom("x.json".into()));
        check("pkg:npm/a@1", TargetRef::Purl("pkg:npm/a@1".into()));
        check("purl:pkg:npm/a@1", TargetRef::Purl("pkg:npm/a@1".into()));
        check("purl:list", TargetRef::PurlFile("list".into()));
        let name = "alpine:3".to_owned();
        let kind = DaemonKind::Podman;
        check("podman:alpine:3", TargetRef::Daemon { kind, name });
    }

    #[test]
    fn a_layout_may_carry_a_tag_or_a_digest() {
        let of = |dir: &str, selector: Option<&str>| TargetRef::OciLayout {
            dir: dir.into(),
            selector: selector.map(str::to_owned),
        };
        check("oci-layout:no/such", of("no/such", None));
        check("oci-layout:no/such:v1", of("no/such", Some("v1")));
        check(
            "oci-layout:no/such@sha256:00",
            of("no/such", Some("sha256:00")),
        );
    }

    #[test]
    fn the_longest_path_that_is_there_ends_where_the_selector_begins() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |name: &str| format!("{}/{name}", dir.path().display());
        for name in ["a.tar", "a.tar:1"] {
            std::fs::write(at(name), "").expect("written");
        }
        for (text, file, selector) in [
            ("a.tar", "a.tar", None),
            ("a.tar:1", "a.tar:1", None),
            ("a.tar:1:2", "a.tar:1", Some("2")),
            ("a.tar:2", "a.tar", Some("2")),
            ("a.tar:host:5000/app:2", "a.tar", Some("host:5000/app:2")),
            ("a.tar@sha256:00", "a.tar", Some("sha256:00")),
            ("a.tar:@sha256:00", "a.tar", Some("sha256:00")),
            ("b.tar:2", "b.tar", Some("2")),
        ] {
            let file = PathBuf::from(at(file));
            let selector = selector.map(str::to_owned);
            check(
                &format!("oci-archive:{}", at(text)),
                TargetRef::Archive { file, selector },
            );
        }
    }

    #[test]
    fn a_bare_path_is_understood_and_a_missing_one_is_named() {
        check("src", TargetRef::Dir("src".into()));
        check("Cargo.toml", TargetRef::Path("Cargo.toml".into()));
        let missing = TargetRef::parse("./no-such-thing");
        assert_eq!(
            missing,
            Err(InvalidTarget::NoSuchPath("./no-such-thing".into()))
        );
    }

    #[test]
    fn a_bare_path_may_carry_a_selector() {
        let folder = tempfile::tempdir().expect("a directory");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("layout")).expect("made");
        for name in ["a.tar", "layout/oci-layout"] {
            std::fs::write(at(name), "").expect("written");
        }
        let selector = Some("app:1".to_owned());
        let text = |name: &str| format!("{}:app:1", at(name).display());
        let dir = at("layout");
        check(
            &text("layout"),
            TargetRef::OciLayout {
                dir,
                selector: selector.clone(),
            },
        );
        let file = at("a.tar");
        check(&text("a.tar"), TargetRef::Archive { file, selector });
        let missing = text("b.tar");
        assert_eq!(
            TargetRef::parse(&missing),
            Err(InvalidTarget::NoSuchPath(missing))
        );
    }

    #[test]
    fn a_daemon_is_never_asked_for_a_climbing_path() {
        for bad in [
            "docker:../secrets",
            "docker:a?b",
            "docker:a//b",
            "docker:a b",
            "docker:",
        ] {
            assert!(TargetRef::parse(bad).is_err(), "{bad}");
        }
    }
}
