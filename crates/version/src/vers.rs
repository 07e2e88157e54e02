//! Ranges in the notation of package URLs: `vers:npm/>=1.0.0|<1.4.2|!=1.2.0`.
//!
//! Source: the VERS specification (package-url/vers-spec). The constraints are points on
//! the line of versions, so they are put in order before they are read: a lower and the
//! next upper one are the ends of an interval, what is first and upper has no lower end,
//! what is last and lower no upper one. Of several in a row that point the same way the
//! outermost counts, as the specification simplifies them.

use std::cmp::Ordering;
use std::fmt;

use crate::{Bound, Containment, Interval, Matched, Range, Scheme};

/// Most constraints of one range.
const MAX_CONSTRAINTS: usize = 1_000;

/// A range with the order that it is read by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vers {
    /// The type of packages, or the order, as the text names it, lower case.
    pub kind: String,
    /// The order.
    pub scheme: Scheme,
    range: Range,
    except: Vec<String>,
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVers {
    /// The whole text, shortened.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for BadVers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not read: {}", self.text, self.why)
    }
}

impl std::error::Error for BadVers {}

/// The orders by the names of the specification: types of package URLs, and notations.
const KINDS: [(&str, Scheme); 26] = [
    ("alpine", Scheme::Apk),
    ("alpm", Scheme::Pacman),
    ("apk", Scheme::Apk),
    ("bitnami", Scheme::Bitnami),
    ("cargo", Scheme::Cargo),
    ("composer", Scheme::Composer),
    ("conan", Scheme::Conan),
    ("cran", Scheme::Cran),
    ("deb", Scheme::Deb),
    ("ebuild", Scheme::Portage),
    ("gem", Scheme::Gem),
    ("generic", Scheme::Generic),
    ("gentoo", Scheme::Portage),
    ("golang", Scheme::Go),
    ("hackage", Scheme::Hackage),
    ("hex", Scheme::Hex),
    ("intdot", Scheme::Generic),
    ("maven", Scheme::Maven),
    ("npm", Scheme::Npm),
    ("nuget", Scheme::Nuget),
    ("opam", Scheme::Opam),
    ("pub", Scheme::Pub),
    ("pypi", Scheme::Pep440),
    ("rpm", Scheme::Rpm),
    ("semver", Scheme::Semver),
    ("swift", Scheme::Swift),
];

/// Names that say how to order, and nothing of whose versions they are.
const NOTATIONS: [&str; 4] = ["all", "generic", "intdot", "semver"];

/// Reads a range.
///
/// # Errors
/// When the text is not in the notation, is ordered in a way that is not known here, or
/// names a version that its order cannot read.
pub fn parse(text: &str) -> Result<Vers, BadVers> {
    read(text.trim()).map_err(|why| BadVers {
        text: text.chars().take(200).collect(),
        why,
    })
}

fn read(text: &str) -> Result<Vers, String> {
    let rest = text
        .strip_prefix("vers:")
        .ok_or("it does not begin with `vers:`")?;
    let (kind, constraints) = rest
        .split_once('/')
        .ok_or("there is no `/` behind its type")?;
    let kind = kind.to_ascii_lowercase();
    let constraints = constraints.trim_matches('|');
    if kind == "all" {
        return match constraints.trim() {
            "*" => Ok(everything(kind, Scheme::Generic)),
            _ => Err("of all types only `*` can be said".into()),
        };
    }
    let known = KINDS.iter().find(|(name, _)| *name == kind);
    let Some((_, scheme)) = known else {
        return Err(format!("how versions of `{kind}` are ordered is not known"));
    };
    if constraints.trim() == "*" {
        return Ok(everything(kind, *scheme));
    }
    let mut points = Vec::new();
    for part in constraints.split('|') {
        if points.len() >= MAX_CONSTRAINTS {
            return Err(format!("it has more than {MAX_CONSTRAINTS} constraints"));
        }
        points.push(point(part, *scheme)?);
    }
    let order = |a: &Point, b: &Point| scheme.compare_bounds(&a.version, &b.version);
    let points = crate::sorted_by(points, &mut |a, b| order(a, b).unwrap_or(Ordering::Equal));
    for pair in points.windows(2) {
        if let [a, b] = pair
            && order(a, b) == Ok(Ordering::Equal)
        {
            return Err(format!("it names version {} twice", a.version));
        }
    }
    let of = |sign: Sign| points.iter().filter(move |p| p.sign == sign);
    let except: Vec<String> = of(Sign::Not).map(|p| p.version.clone()).collect();
    let mut range = intervals(&points);
    range.exact = of(Sign::Is).map(|p| p.version.clone()).collect();
    if range.is_empty() && !except.is_empty() {
        range = Range::everything();
    }
    Ok(Vers {
        kind,
        scheme: *scheme,
        range,
        except,
    })
}

fn everything(kind: String, scheme: Scheme) -> Vers {
    Vers {
        kind,
        scheme,
        range: Range::everything(),
        except: Vec::new(),
    }
}

/// A version with what is said of it.
struct Point {
    sign: Sign,
    version: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Is,
    Not,
    /// Whether the version itself belongs to what is above it.
    Above(bool),
    /// Whether the version itself belongs to what is below it.
    Below(bool),
}

fn point(part: &str, scheme: Scheme) -> Result<Point, String> {
    let part = part.trim();
    let signs = [
        (">=", Sign::Above(true)),
        ("<=", Sign::Below(true)),
        ("!=", Sign::Not),
        (">", Sign::Above(false)),
        ("<", Sign::Below(false)),
        ("=", Sign::Is),
    ];
    let signed = signs
        .iter()
        .find_map(|(text, sign)| Some((*sign, part.strip_prefix(text)?)));
    let (sign, version) = signed.unwrap_or((Sign::Is, part));
    let version = decoded(version.trim());
    match scheme.check(&version) {
        Ok(()) if !version.is_empty() => Ok(Point { sign, version }),
        _ => Err(format!("`{version}` is no version of {}", scheme.name())),
    }
}

/// The intervals that points in their order mean.
fn intervals(points: &[Point]) -> Range {
    let mut found = Vec::new();
    let mut lower: Option<Bound> = None;
    let mut ends = points.iter().peekable();
    while let Some(end) = ends.next() {
        match end.sign {
            Sign::Above(inclusive) => {
                lower.get_or_insert_with(|| bound(&end.version, inclusive));
            }
            Sign::Below(inclusive) => {
                let is_inner = |p: &&Point| matches!(p.sign, Sign::Below(_));
                let next = points_after(&mut ends);
                // The outer of two upper ends counts.
                if !next.is_some_and(|p| is_inner(&p)) {
                    let lower = lower.take().unwrap_or_default();
                    found.push(Interval::new(lower, bound(&end.version, inclusive)));
                }
            }
            Sign::Is | Sign::Not => {}
        }
    }
    found.extend(lower.map(|lower| Interval::new(lower, Bound::Unbounded)));
    found.into_iter().collect()
}

/// The next point that ends an interval, left where it is.
fn points_after<'a>(
    ends: &mut std::iter::Peekable<std::slice::Iter<'a, Point>>,
) -> Option<&'a Point> {
    while let Some(next) = ends.peek() {
        if matches!(next.sign, Sign::Above(_) | Sign::Below(_)) {
            return Some(next);
        }
        ends.next();
    }
    None
}

fn bound(version: &str, inclusive: bool) -> Bound {
    match inclusive {
        true => Bound::Inclusive(version.to_owned()),
        false => Bound::Exclusive(version.to_owned()),
    }
}

/// Escapes as `%2B` are what versions with separators are written with.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) if byte == b'%' => {
                out.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Vers {
    /// Whether the range is about packages of a package URL's type.
    pub fn is_for(&self, purl_type: &str) -> bool {
        let alias = match self.kind.as_str() {
            "alpine" => "apk",
            "gentoo" => "ebuild",
            kind => kind,
        };
        alias == purl_type || NOTATIONS.contains(&alias)
    }

    /// Whether the range contains a version.
    pub fn contains(&self, version: &str) -> Containment {
        if *self == everything(self.kind.clone(), self.scheme) {
            return Containment::Inside(Matched::Interval(Interval::default()));
        }
        for except in &self.except {
            match self.scheme.compare_bound(version, except) {
                Ok(Ordering::Equal) => return Containment::Outside,
                Ok(_) => {}
                Err(error) => return Containment::Undecided(error.to_string()),
            }
        }
        self.range.contains(self.scheme, version)
    }
}
