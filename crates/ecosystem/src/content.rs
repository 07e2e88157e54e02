//! What the files of a package are good for: whether anything in it can run.
//!
//! Advisories speak about source packages, and a source package also builds packages of
//! headers, documentation or data, which have its flaws on paper alone. What a package
//! holds is told by its list of files, not by its name: every file must lie where only
//! headers, documentation or data lie, or have the ending of such a file. What is not
//! known to be harmless counts as something that can run.
//!
//! Places: Filesystem Hierarchy Standard 3.0, chapters 3 and 4; XDG data directories;
//! Debian Policy 12; terminfo(5).

/// What kinds of files a package holds, of those that cannot run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Header,
    Documentation,
    Data,
}

/// Directories all of whose files are of one kind, whatever they are called.
const PLACES: &[(&str, Kind)] = &[
    ("etc/terminfo", Kind::Data),
    ("lib/terminfo", Kind::Data),
    ("usr/include", Kind::Header),
    ("usr/lib/locale", Kind::Data),
    ("usr/lib/tabset", Kind::Data),
    ("usr/lib/terminfo", Kind::Data),
    ("usr/share/backgrounds", Kind::Data),
    ("usr/share/bug", Kind::Documentation),
    ("usr/share/common-licenses", Kind::Documentation),
    ("usr/share/dict", Kind::Data),
    ("usr/share/doc", Kind::Documentation),
    ("usr/share/doc-base", Kind::Documentation),
    ("usr/share/fonts", Kind::Data),
    ("usr/share/gtk-doc", Kind::Documentation),
    ("usr/share/help", Kind::Documentation),
    ("usr/share/i18n", Kind::Data),
    ("usr/share/icons", Kind::Data),
    ("usr/share/info", Kind::Documentation),
    ("usr/share/licenses", Kind::Documentation),
    ("usr/share/lintian", Kind::Documentation),
    ("usr/share/locale", Kind::Data),
    ("usr/share/man", Kind::Documentation),
    ("usr/share/pixmaps", Kind::Data),
    ("usr/share/sounds", Kind::Data),
    ("usr/share/tabset", Kind::Data),
    ("usr/share/terminfo", Kind::Data),
    ("usr/share/themes", Kind::Data),
    ("usr/share/wallpapers", Kind::Data),
    ("usr/share/zoneinfo", Kind::Data),
];

/// Endings of files below `usr/share`, `usr/src` or `etc` that nothing runs.
const ENDINGS: &[(&str, Kind)] = &[
    ("h", Kind::Header),
    ("hh", Kind::Header),
    ("hpp", Kind::Header),
    ("hxx", Kind::Header),
    ("afm", Kind::Data),
    ("crt", Kind::Data),
    ("dtd", Kind::Data),
    ("ent", Kind::Data),
    ("gif", Kind::Data),
    ("gmo", Kind::Data),
    ("icc", Kind::Data),
    ("ico", Kind::Data),
    ("jpeg", Kind::Data),
    ("jpg", Kind::Data),
    ("mo", Kind::Data),
    ("otf", Kind::Data),
    ("pc", Kind::Data),
    ("pem", Kind::Data),
    ("pfb", Kind::Data),
    ("png", Kind::Data),
    ("po", Kind::Data),
    ("rng", Kind::Data),
    ("svg", Kind::Data),
    ("ttc", Kind::Data),
    ("ttf", Kind::Data),
    ("wav", Kind::Data),
    ("woff", Kind::Data),
    ("woff2", Kind::Data),
    ("xcf", Kind::Data),
    ("xpm", Kind::Data),
    ("xsd", Kind::Data),
];

fn kind(path: &str) -> Option<Kind> {
    let below = |dir: &str| {
        path.strip_prefix(dir)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if let Some((_, kind)) = PLACES.iter().find(|(place, _)| below(place)) {
        return Some(*kind);
    }
    if !["usr/share", "usr/src", "etc"].iter().any(|d| below(d)) {
        return None;
    }
    let (_, name) = path.rsplit_once('/')?;
    let (_, ending) = name.rsplit_once('.')?;
    let known = ENDINGS.iter().find(|(known, _)| *known == ending);
    known.map(|(_, kind)| *kind)
}

/// What a package with these files holds, in words, where nothing in it can run: all of
/// its files are headers, documentation or data. `None` where something may run, and for
/// a package whose files are not told.
///
/// Paths are as package managers record them, without a leading slash.
pub fn inert<'a>(paths: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    let mut held = [false; 3];
    for path in paths {
        held[kind(path)? as usize] = true;
    }
    match held {
        [true, _, true] => Some("headers, documentation and data"),
        [true, true, false] => Some("headers and documentation"),
        [true, false, false] => Some("headers"),
        [false, true, true] => Some("documentation and data"),
        [false, true, false] => Some("documentation"),
        [false, false, true] => Some("data"),
        [false, false, false] => None,
    }
}
