//! Facts about images, base images, databases and gaps.

use jiff::Timestamp;
use lazaret_model::{
    Base, DatabaseInfo, Gap, GapKind, Outcome, Report, Severity, Target, TargetKind,
};

use super::schema::{BASE_SOURCE, GAP_KIND, KIND, OUTCOME};
use super::{age, time_value};
use crate::BaseImage;
use crate::cel::{Item, Value};

const UNSIGNED: &str =
    "nobody looked for signatures; `--verify-key` and `signers` of a policy ask for it";
const NO_DATE: &str = "the image does not say when it was made";
const NO_REFERENCE: &str = "the target is no reference of a registry";

/// The parts of a reference. Docker Hub's short names are written out.
pub(crate) struct Reference<'a> {
    pub(crate) registry: &'a str,
    pub(crate) repository: String,
    pub(crate) tag: Option<&'a str>,
    pub(crate) is_pinned: bool,
}

/// Takes a reference apart as Docker does: the first part is a host where it has a dot, a
/// colon or is `localhost`.
pub(crate) fn reference(name: &str) -> Reference<'_> {
    let (rest, digest) = match name.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (name, None),
    };
    let (path, tag) = match rest.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (rest, None),
    };
    let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost";
    let (registry, repository) = match path.split_once('/') {
        Some((host, repository)) if is_host(host) => (host, repository.to_owned()),
        Some(_) => ("docker.io", path.to_owned()),
        None => ("docker.io", format!("library/{path}")),
    };
    let registry = match registry {
        "index.docker.io" | "registry-1.docker.io" => "docker.io",
        other => other,
    };
    Reference {
        registry,
        repository,
        tag: tag.or_else(|| digest.is_none().then_some("latest")),
        is_pinned: digest.is_some(),
    }
}

/// The examined image.
pub(super) struct ImageItem<'a> {
    pub(super) report: &'a Report,
    pub(super) now: Timestamp,
}

impl<'a> Item<'a> for ImageItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let target: &'a Target = &self.report.target;
        let text = |value: Option<&'a str>, why| Value::known(value.map(Value::text), why);
        match name {
            "name" => Value::text(target.name.as_str()),
            "kind" => Value::level(&KIND, kind(target.kind)),
            "registry" | "repository" | "tag" | "pinned" => of_reference(target, name),
            "digest" => match &target.digest {
                Some(digest) => Value::text(digest.to_string()),
                None => Value::unknown("the target has no manifest"),
            },
            "platform" => match &target.platform {
                Some(platform) => Value::text(platform.to_string()),
                None => Value::unknown("the target names no platform"),
            },
            "os" => text(
                target.distro.as_ref().map(|d| d.id.as_str()),
                "no distribution was identified",
            ),
            "os_version" => {
                let version = target.distro.as_ref().map(|d| d.version.as_str());
                text(version, "no distribution was identified")
            }
            "end_of_life" => Value::Bool(is_end_of_life(&self.report.gaps)),
            "created" => time_value(target.created.as_deref(), NO_DATE),
            "age" => age(target.created.as_deref(), self.now, NO_DATE),
            "layers" => Value::Int(i64::try_from(target.layers.len()).unwrap_or(i64::MAX)),
            "base_name" => text(base(target, |base| &base.name), NO_BASE),
            "base_digest" => text(base(target, |base| &base.digest), NO_BASE),
            "base_source" => match target.base.as_ref().filter(|base| !base.differs) {
                Some(base) => Value::level(&BASE_SOURCE, base.source.name()),
                None => Value::unknown(NO_BASE),
            },
            "signatures_asked" => Value::Bool(target.signatures.is_some()),
            "signed" | "signers" | "attested" => of_signatures(target, name),
            _ => Value::unknown("there is no such fact"),
        }
    }

    fn label(&self) -> String {
        self.report.target.name.clone()
    }
}

const NO_BASE: &str = "nothing tells what the image is built on";

/// A part of what the image is built on. A base that was named and is not below is none.
fn base(target: &Target, part: fn(&Base) -> &String) -> Option<&str> {
    let base = target.base.as_ref().filter(|base| !base.differs)?;
    Some(part(base).as_str()).filter(|text| !text.is_empty())
}

/// What could not be examined counts for nothing, so what is there is never too much.
fn of_signatures<'a>(target: &'a Target, name: &str) -> Value<'a> {
    let Some(signatures) = &target.signatures else {
        return Value::unknown(UNSIGNED);
    };
    let list = match name {
        "signers" => &signatures.signers,
        "attested" => &signatures.attested,
        _ => {
            return match signatures.is_signed() {
                Ok(signed) => Value::Bool(signed),
                Err(why) => Value::unknown(why.to_owned()),
            };
        }
    };
    match &signatures.incomplete {
        Some(why) if list.is_empty() => Value::unknown(why.clone()),
        _ => Value::list(list.iter().map(|one| Value::text(one.as_str()))),
    }
}

fn of_reference<'a>(target: &'a Target, name: &str) -> Value<'a> {
    // An archive or a layout is named by its file, which is no reference.
    let is_remote = target.kind == TargetKind::Image
        && !["docker-archive:", "oci-archive:", "oci-layout:", "-"]
            .iter()
            .any(|scheme| target.input.starts_with(scheme));
    if !is_remote {
        return Value::unknown(NO_REFERENCE);
    }
    parts(&target.name, name)
}

fn parts<'a>(reference_text: &'a str, name: &str) -> Value<'a> {
    let parts = reference(reference_text);
    match name {
        "registry" => Value::text(parts.registry),
        "repository" => Value::text(parts.repository),
        "pinned" => Value::Bool(parts.is_pinned),
        _ => Value::known(
            parts.tag.map(Value::text),
            "the reference has a digest and no tag",
        ),
    }
}

pub(crate) fn kind(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Image => "image",
        TargetKind::Filesystem => "filesystem",
        TargetKind::Sbom => "sbom",
        TargetKind::Purls => "purls",
    }
}

fn is_end_of_life(gaps: &[Gap]) -> bool {
    gaps.iter().any(|gap| gap.kind == GapKind::EndOfLife)
}

/// The word of an outcome, as policies and reports write it.
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allow",
        Outcome::Warn => "warn",
        Outcome::Hold => "hold",
        Outcome::Quarantine => "quarantine",
        Outcome::Block => "block",
    }
}

/// A base image of a Dockerfile.
pub(super) struct BaseItem<'a> {
    pub(super) base: &'a BaseImage,
    pub(super) now: Timestamp,
}

impl<'a> Item<'a> for BaseItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let base = self.base;
        match name {
            "name" | "registry" | "repository" | "tag" | "pinned" if !base.is_whole => {
                Value::unknown("a build argument in it has no value")
            }
            "name" => Value::text(base.name.as_str()),
            "stage" => Value::text(base.stage.as_str()),
            "ships" => Value::Bool(base.ships),
            "registry" | "repository" | "tag" | "pinned" => parts(&base.name, name),
            _ => match &base.report {
                Ok(report) => of_base(report, name, self.now),
                // What could not be resolved is never a good base by silence.
                Err(why) => Value::unknown(format!("the base was not examined: {why}")),
            },
        }
    }

    fn label(&self) -> String {
        self.base.name.clone()
    }
}

fn of_base<'a>(report: &'a Report, name: &str, now: Timestamp) -> Value<'a> {
    let count = |level: Severity| {
        let open = report.findings.iter().filter(|f| f.suppressed.is_none());
        Value::Int(i64::try_from(open.filter(|f| f.severity == level).count()).unwrap_or(i64::MAX))
    };
    match name {
        // What modes hold back counts: a base that would be refused is no good base.
        "verdict" => {
            let reasons = report.decision.reasons.iter();
            let asked = reasons.map(|reason| reason.would.unwrap_or(reason.outcome));
            let worst = asked.max().unwrap_or_default();
            Value::level(&OUTCOME, outcome_name(worst.max(report.decision.outcome)))
        }
        "critical" => count(Severity::Critical),
        "high" => count(Severity::High),
        _ => ImageItem { report, now }.fact(name),
    }
}

/// The advisory database.
pub(super) struct DatabaseItem<'a> {
    pub(super) database: &'a DatabaseInfo,
    pub(super) now: Timestamp,
}

impl<'a> Item<'a> for DatabaseItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let built = Some(self.database.built_at.as_str());
        match name {
            "digest" => Value::text(self.database.digest.to_string()),
            "built_at" => time_value(built, "the database states no time"),
            "age" => age(built, self.now, "the database states no time"),
            "starter" => Value::Bool(self.database.starter),
            "feeds" => Value::list(
                self.database
                    .feeds
                    .iter()
                    .map(|feed| Value::text(feed.name.as_str())),
            ),
            _ => Value::unknown("there is no such fact"),
        }
    }

    fn label(&self) -> String {
        self.database.digest.to_string()
    }
}

/// Something that was not examined.
pub(super) struct GapItem<'a>(pub(super) &'a Gap);

impl<'a> Item<'a> for GapItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        match name {
            "kind" => Value::level(&GAP_KIND, self.0.kind.name()),
            "subject" => Value::text(self.0.subject.as_str()),
            "detail" => Value::text(self.0.detail.as_str()),
            _ => Value::unknown("there is no such fact"),
        }
    }

    fn label(&self) -> String {
        format!("{}: {}", self.0.kind, self.0.subject)
    }
}
