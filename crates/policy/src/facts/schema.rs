//! What facts there are: the words that conditions are made of.
//!
//! One row for each fact; the checker, the answers and the page `docs/policy.md` go by it.

use crate::cel::{Base, Field, Level, Object, Type};

/// Levels of severity.
pub(crate) static SEVERITY: Level = Level {
    name: "a severity",
    words: &["unknown", "negligible", "low", "medium", "high", "critical"],
    ordered: true,
};

/// From where a workload can be reached.
pub(crate) static EXPOSURE: Level = Level {
    name: "an exposure",
    words: &["isolated", "cluster", "intranet", "internet"],
    ordered: true,
};

pub(super) static STATUS: Level = Level {
    name: "a status",
    words: &[
        "fixed",
        "affected",
        "will_not_fix",
        "fix_deferred",
        "end_of_life",
        "under_investigation",
        "undecided",
    ],
    ordered: false,
};

pub(super) static KIND: Level = Level {
    name: "a kind of target",
    words: &["image", "filesystem", "sbom", "purls"],
    ordered: false,
};

pub(super) static CHECKED: Level = Level {
    name: "an answer of a check",
    words: &["FAIL", "UNKNOWN", "PASS"],
    ordered: false,
};

const fn fact(name: &'static str, base: Base, about: &'static str) -> Field {
    Field {
        name,
        kind: Type::of(base),
        about,
    }
}

const fn list(name: &'static str, base: Base, about: &'static str) -> Field {
    Field {
        name,
        kind: Type::list(base),
        about,
    }
}

use Base::{Bool, Double, Int, Span, Text, Time};

pub(super) static IMAGE: Object = Object {
    name: "an image",
    fields: &[
        fact("name", Text, "what was examined, as people call it"),
        fact(
            "kind",
            Base::Level(&KIND),
            "`image`, `filesystem`, `sbom` or `purls`",
        ),
        fact(
            "registry",
            Text,
            "host of the registry; Docker Hub is `docker.io`",
        ),
        fact("repository", Text, "path in the registry"),
        fact("tag", Text, "tag of the reference"),
        fact("pinned", Bool, "whether the reference names a digest"),
        fact("digest", Text, "digest of the manifest"),
        fact("platform", Text, "`linux/amd64`"),
        fact("os", Text, "id of the distribution"),
        fact("os_version", Text, "version of the distribution"),
        fact(
            "end_of_life",
            Bool,
            "whether the distribution's release is past its support",
        ),
        fact("created", Time, "when it says that it was made"),
        fact("age", Span, "time since then"),
        fact("layers", Int, "number of layers"),
        fact(
            "base_name",
            Text,
            "the image that it is built on, where anything tells",
        ),
        fact("base_digest", Text, "the digest of that"),
        fact(
            "base_source",
            Base::Level(&BASE_SOURCE),
            "how that is known: compared (given, known), or said by the image (label, history)",
        ),
        fact(
            "signed",
            Bool,
            "whether a trusted signer has signed it; not known where nobody looked",
        ),
        list("signers", Text, "the trusted signers that have signed it"),
        list(
            "attested",
            Text,
            "predicate types that a trusted signer has attested of it",
        ),
        fact(
            "signatures_asked",
            Bool,
            "whether anybody asked for signatures: `--verify-key`, `signers`",
        ),
    ],
};

pub(super) static FINDING: Object = Object {
    name: "a finding",
    fields: &[
        fact("id", Text, "the id that people know it by"),
        list("aliases", Text, "its other ids"),
        fact("title", Text, "one line about it"),
        fact(
            "severity",
            Base::Level(&SEVERITY),
            "the level that was chosen",
        ),
        fact(
            "cvss",
            Double,
            "highest CVSS base score, 0.0 to 10.0; not known where nobody scored it",
        ),
        fact(
            "epss",
            Double,
            "probability of exploitation within 30 days, 0.0 to 1.0; not known where there is none",
        ),
        fact(
            "kev",
            Bool,
            "whether it is in the catalogue of known exploited vulnerabilities",
        ),
        fact("kev_due", Time, "by when the catalogue wants it mended"),
        fact(
            "ransomware",
            Bool,
            "whether the catalogue knows ransomware that uses it",
        ),
        fact("fixed", Bool, "whether a fixed version is published"),
        list("fixed_versions", Text, "versions that do not have it"),
        fact("status", Base::Level(&STATUS), "what can be done about it"),
        fact("risk", Double, "risk in context, 0.0 to 10.0"),
        fact("malware", Bool, "whether the package itself is malicious"),
        list("cwes", Text, "weaknesses, `CWE-79`"),
        fact(
            "published",
            Time,
            "when it was published; not known where nobody says",
        ),
        fact("age", Span, "time since then"),
        fact("feed", Text, "the feed whose record decided"),
        fact("package", Base::Object(&PACKAGE), "the package"),
        list("paths", Text, "the files that the package was read from"),
        fact(
            "from_base",
            Bool,
            "whether the base image brought it; not known where the base is not, or is guessed",
        ),
    ],
};

pub(super) static PACKAGE: Object = Object {
    name: "a package",
    fields: &[
        fact("name", Text, "name, as its ecosystem writes it"),
        fact("version", Text, "version, as its ecosystem writes it"),
        fact("purl", Text, "package URL"),
        fact("type", Text, "purl type: `deb`, `npm`, …"),
        fact("source", Text, "name of its source package, or its own"),
        fact(
            "owner",
            Text,
            "purl of the distribution package that owns its files; empty where none does",
        ),
        list(
            "licenses",
            Text,
            "licences as declared; not known where the report lists no packages",
        ),
        list("paths", Text, "the files that it was read from"),
        fact(
            "development",
            Bool,
            "whether it is needed for development only",
        ),
        fact(
            "from_base",
            Bool,
            "whether the base image brought it; not known where the base is not, or is guessed",
        ),
    ],
};

pub(super) static MISCONFIGURATION: Object = Object {
    name: "a misconfiguration",
    fields: &[
        fact("id", Text, "id of the check"),
        list("aliases", Text, "ids of the same check elsewhere"),
        fact("title", Text, "title of the check"),
        fact("severity", Base::Level(&SEVERITY), "level of the check"),
        fact(
            "status",
            Base::Level(&CHECKED),
            "`FAIL`, `PASS` or `UNKNOWN`",
        ),
        fact("target", Text, "the file"),
        fact("resource", Text, "the stage, workload or resource in it"),
        fact("message", Text, "what is wrong"),
        fact("fix", Text, "`auto`, `suggested` or `manual`"),
    ],
};

pub(super) static SECRET: Object = Object {
    name: "a secret",
    fields: &[
        fact("id", Text, "the rule that found it"),
        fact("title", Text, "what it is"),
        fact("severity", Base::Level(&SEVERITY), "level of the rule"),
        fact("confidence", Base::Level(&CONFIDENCE), "how sure that is"),
        fact("path", Text, "the file, or the place in the configuration"),
        fact(
            "deleted",
            Bool,
            "whether a later layer deletes the file, which is still in the image",
        ),
    ],
};

pub(super) static LICENSE: Object = Object {
    name: "a licence",
    fields: &[
        fact("id", Text, "SPDX id, or the words that were declared"),
        fact("expression", Text, "the expression that it is part of"),
        fact("category", Base::Level(&CATEGORY), "what it asks for"),
        fact("severity", Base::Level(&SEVERITY), "level of the category"),
        fact("confidence", Base::Level(&CONFIDENCE), "how sure that is"),
        fact(
            "package",
            Text,
            "purl of the package; empty for a text that belongs to none",
        ),
        fact(
            "path",
            Text,
            "the file with the text; empty for what is declared",
        ),
        fact("optional", Bool, "whether another one may be chosen"),
        fact("forbidden", Bool, "whether the settings forbid it"),
    ],
};

pub(super) static SIGN: Object = Object {
    name: "a sign of tampering",
    fields: &[
        fact("kind", Base::Level(&SIGN_KIND), "what was seen"),
        fact("severity", Base::Level(&SEVERITY), "level of the kind"),
        fact("confidence", Base::Level(&CONFIDENCE), "how sure that is"),
        fact("path", Text, "the file"),
        fact(
            "package",
            Text,
            "purl of the package that it belongs to; empty for none",
        ),
        fact("message", Text, "what was seen, in words"),
    ],
};

pub(super) static CONFIDENCE: Level = Level {
    name: "a confidence",
    words: &["low", "medium", "high"],
    ordered: true,
};

pub(super) static CATEGORY: Level = Level {
    name: "a category of licences",
    words: &[
        "public_domain",
        "permissive",
        "weak_copyleft",
        "strong_copyleft",
        "network_copyleft",
        "proprietary",
        "unknown",
    ],
    ordered: false,
};

pub(super) static SIGN_KIND: Level = Level {
    name: "a kind of sign",
    words: &[
        "changed_file",
        "unowned_setuid",
        "packed_executable",
        "odd_place",
    ],
    ordered: false,
};

pub(super) static GAP: Object = Object {
    name: "a gap",
    fields: &[
        fact("kind", Base::Level(&GAP_KIND), "kind of the gap"),
        fact("subject", Text, "what was not examined"),
        fact("detail", Text, "why"),
    ],
};

pub(super) static BASE_SOURCE: Level = Level {
    name: "how a base is known",
    words: &["given", "known", "label", "history"],
    ordered: false,
};

pub(super) static GAP_KIND: Level = Level {
    name: "a kind of gap",
    words: &[
        "unreadable",
        "limit",
        "foreign_layer",
        "unknown_distro",
        "no_advisories",
        "unparsable_version",
        "missing_version",
        "end_of_life",
        "starter_database",
        "stale_database",
        "unsupported",
        "base_mismatch",
        "skipped",
    ],
    ordered: false,
};

pub(super) static BASE: Object = Object {
    name: "a base image",
    fields: &[
        fact("name", Text, "the reference, as the Dockerfile has it"),
        fact("stage", Text, "the stage that is built on it"),
        fact("ships", Bool, "whether that stage ends up in the image"),
        fact(
            "registry",
            Text,
            "host of the registry; Docker Hub is `docker.io`",
        ),
        fact("repository", Text, "path in the registry"),
        fact(
            "tag",
            Text,
            "tag; `latest` where none is written and no digest is",
        ),
        fact("pinned", Bool, "whether the reference names a digest"),
        fact("digest", Text, "digest of the manifest"),
        fact("created", Time, "when it says that it was made"),
        fact("age", Span, "time since then"),
        fact("os", Text, "id of the distribution"),
        fact("os_version", Text, "version of the distribution"),
        fact(
            "end_of_life",
            Bool,
            "whether the distribution's release is past its support",
        ),
        fact(
            "verdict",
            Base::Level(&OUTCOME),
            "what this policy's other rules would do with it, whatever their modes",
        ),
        fact("critical", Int, "findings of severity critical"),
        fact("high", Int, "findings of severity high"),
        fact(
            "signed",
            Bool,
            "whether a trusted signer has signed it; not known where nobody looked",
        ),
        list("signers", Text, "the trusted signers that have signed it"),
        list(
            "attested",
            Text,
            "predicate types that a trusted signer has attested of it",
        ),
        fact(
            "signatures_asked",
            Bool,
            "whether anybody asked for signatures: `--verify-key`, `signers`",
        ),
    ],
};

/// Outcomes, mildest first.
pub(crate) static OUTCOME: Level = Level {
    name: "an outcome",
    words: &["allow", "warn", "hold", "quarantine", "block"],
    ordered: true,
};

pub(super) static DATABASE: Object = Object {
    name: "a database",
    fields: &[
        fact("digest", Text, "digest of its content"),
        fact("built_at", Time, "when its newest source was made"),
        fact("age", Span, "time since then"),
        fact(
            "starter",
            Bool,
            "whether it is the small one inside the program",
        ),
        list("feeds", Text, "names of its feeds"),
    ],
};

/// What every rule knows.
pub(crate) static COMMON: &[Field] = &[
    fact("image", Base::Object(&IMAGE), "what was examined"),
    list(
        "findings",
        Base::Object(&FINDING),
        "vulnerabilities that nothing suppresses",
    ),
    list("packages", Base::Object(&PACKAGE), "packages"),
    list(
        "misconfigurations",
        Base::Object(&MISCONFIGURATION),
        "answers of configuration checks",
    ),
    list("secrets", Base::Object(&SECRET), "secrets"),
    list("licenses", Base::Object(&LICENSE), "licences"),
    list("signs", Base::Object(&SIGN), "signs of tampering"),
    list("gaps", Base::Object(&GAP), "what was not examined"),
    list(
        "bases",
        Base::Object(&BASE),
        "base images, where `check --base-images` resolves them",
    ),
    fact("database", Base::Object(&DATABASE), "the advisory database"),
    fact("environment", Text, "`--environment`; not known without it"),
    fact(
        "exposure",
        Base::Level(&EXPOSURE),
        "`--exposure`, or the manifests of `--exposure-from`; not known without them",
    ),
    fact("now", Time, "the time of the decision"),
];

/// What a rule may be about, each with the name that its condition uses.
pub(crate) static EACH: &[Field] = &[
    fact("finding", Base::Object(&FINDING), "the finding"),
    fact("package", Base::Object(&PACKAGE), "the package"),
    fact(
        "misconfiguration",
        Base::Object(&MISCONFIGURATION),
        "the misconfiguration",
    ),
    fact("secret", Base::Object(&SECRET), "the secret"),
    fact("license", Base::Object(&LICENSE), "the licence"),
    fact("sign", Base::Object(&SIGN), "the sign"),
    fact("gap", Base::Object(&GAP), "the gap"),
    fact("base", Base::Object(&BASE), "the base image"),
];

/// Names that are known in some rules only.
pub(crate) static ELSEWHERE: &[(&str, &str)] = &[
    (
        "finding",
        "give the rule `each: finding`, or ask `findings.exists(f, …)`",
    ),
    (
        "package",
        "give the rule `each: package`, or ask `packages.exists(p, …)`",
    ),
    (
        "misconfiguration",
        "give the rule `each: misconfiguration`, or ask `misconfigurations.exists(m, …)`",
    ),
    (
        "secret",
        "give the rule `each: secret`, or ask `secrets.exists(s, …)`",
    ),
    (
        "license",
        "give the rule `each: license`, or ask `licenses.exists(l, …)`",
    ),
    (
        "sign",
        "give the rule `each: sign`, or ask `signs.exists(s, …)`",
    ),
    (
        "gap",
        "give the rule `each: gap`, or ask `gaps.exists(g, …)`",
    ),
    (
        "base",
        "give the rule `each: base`, or ask `bases.exists(b, …)`",
    ),
];
