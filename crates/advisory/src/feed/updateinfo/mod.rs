//! `updateinfo.xml` of rpm repositories: the errata as `dnf updateinfo` sees them.
//!
//! One format, and for each distribution the rules for its releases, modules and lines.
//! The same erratum stands in the files of several repositories and architectures with
//! its packages there; so no time of change is taken over, and what they say is united.
//!
//! Source: createrepo_c, `updateinfo`; libdnf, "advisories".

mod amazon;
mod enterprise;
mod simple;

use lazaret_model::{Advisory, AdvisoryKind, FeedItem, Rating};
use lazaret_version::Scheme;

use super::osv::first_line;
use super::rpm::{Fix, Fixes};
use super::text::{cve_ids, date};
use super::xml::{self, Element};
use super::{FeedError, FeedFile, Sink};

pub(super) use amazon::FEED as AMAZON;
pub(super) use enterprise::{ALMA, ROCKY};
pub(super) use simple::{BOTTLEROCKET, FEDORA};

/// Where a package of an erratum belongs, by the rules of a distribution.
struct Place {
    space: String,
    /// The modules that it may be in; one statement for each.
    modules: Vec<Option<String>>,
    channel: Option<String>,
    /// The line that it is of begins here.
    since: Option<String>,
}

/// A package of an erratum.
struct Package<'a> {
    update: &'a Element,
    collection: &'a Element,
    /// `epoch:version-release`.
    version: &'a str,
}

impl Package<'_> {
    fn id(&self) -> &str {
        self.update.text_at(&["id"])
    }

    /// The repository, `amazon-linux-2---kernel-5.15`.
    fn repository(&self) -> &str {
        self.collection.attribute("short").unwrap_or_default()
    }

    /// The module that the collection names, where it does.
    fn module(&self) -> Option<String> {
        let module = self.collection.child("module")?;
        let (name, stream) = (module.attribute("name")?, module.attribute("stream")?);
        Some(format!("{name}:{stream}"))
    }
}

/// The rules of a distribution.
struct Rules {
    /// Name of the feed in advisories.
    feed: &'static str,
    /// Where a package belongs; `None` outside every space.
    place: fn(&Package<'_>) -> Option<Place>,
}

fn wants(path: &str) -> bool {
    path.ends_with(".xml") && !path.ends_with("repomd.xml")
}

fn read(file: FeedFile<'_>, rules: &Rules, out: &mut Sink<'_>) -> Result<(), FeedError> {
    xml::records(file.bytes, 1, &mut |root, update| {
        if root != "updates" || update.name != "update" {
            return;
        }
        let id = update.text_at(&["id"]);
        if id.is_empty() {
            out.bad(update.text_at(&["title"]), "an update without an id");
            return;
        }
        let advisory = advisory(&update, rules, out);
        if !advisory.affected.is_empty() {
            out.item(FeedItem::Advisory(Box::new(advisory)));
        }
    })
}

fn advisory(update: &Element, rules: &Rules, out: &mut Sink<'_>) -> Advisory {
    let id = update.text_at(&["id"]).to_owned();
    let references: Vec<&Element> = update
        .child("references")
        .into_iter()
        .flat_map(|r| r.all("reference"))
        .collect();
    let mut upstream: Vec<String> = Vec::new();
    for reference in &references {
        for text in ["id", "title"].map(|name| reference.attribute(name)) {
            upstream.extend(cve_ids(text.unwrap_or_default()));
        }
    }
    // Fedora's errata name what they fix in their text, and nowhere else for sure.
    if upstream.is_empty() {
        upstream.extend(cve_ids(update.text_at(&["description"])));
    }
    upstream.sort();
    upstream.dedup();
    let is_security = match update.attribute("type") {
        Some("security") => true,
        Some(_) => false,
        None => !upstream.is_empty(),
    };
    let severity = update.text_at(&["severity"]).parse().ok();
    let issued = update.child("issued").and_then(|i| i.attribute("date"));
    let title = match update.text_at(&["title"]) {
        "" => update.text_at(&["summary"]),
        title => title,
    };
    Advisory {
        feed: rules.feed.to_owned(),
        kind: match is_security {
            true => AdvisoryKind::Vulnerability,
            false => AdvisoryKind::Informational,
        },
        summary: first_line(title),
        published: date(issued.unwrap_or_default()),
        ratings: severity
            .map(|severity| Rating {
                source: rules.feed.to_owned(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        references: references
            .iter()
            .filter_map(|r| r.attribute("href"))
            .filter(|href| href.starts_with("http"))
            .map(str::to_owned)
            .collect(),
        affected: fixes(update, rules, &id, out).statements(),
        upstream,
        id,
        ..Advisory::default()
    }
}

fn fixes(update: &Element, rules: &Rules, id: &str, out: &mut Sink<'_>) -> Fixes {
    let mut fixes = Fixes::default();
    let collections = update
        .all("pkglist")
        .flat_map(|list| list.all("collection"));
    for collection in collections {
        for package in collection.all("package") {
            let text = |name: &str| package.attribute(name).unwrap_or_default();
            let architecture = text("arch");
            if matches!(architecture, "src" | "nosrc") {
                continue;
            }
            let epoch = match text("epoch") {
                "" => "0",
                epoch => epoch,
            };
            let version = format!("{epoch}:{}-{}", text("version"), text("release"));
            let (name, is_version) = (text("name"), Scheme::Rpm.check(&version).is_ok());
            if name.is_empty() || text("version").is_empty() || !is_version {
                out.bad(
                    format!("{id} {name}"),
                    format!("`{version}` is not a version"),
                );
                continue;
            }
            let of = Package {
                update,
                collection,
                version: &version,
            };
            let Some(place) = (rules.place)(&of) else {
                continue;
            };
            for module in place.modules {
                let fix = Fix {
                    space: place.space.clone(),
                    name: name.to_owned(),
                    is_source: false,
                    module,
                    channel: place.channel.clone(),
                    since: place.since.clone(),
                    version: version.clone(),
                };
                fixes.add(fix, Some(architecture).filter(|a| !a.is_empty()));
            }
        }
    }
    fixes
}
