//! Trivy's flags, and what becomes of each here.
//!
//! Source: Trivy's command line reference for `image`, `filesystem`, `rootfs`,
//! `repository`, `config` and `sbom`, and the one for `trivy.yaml`, release 0.69.

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing, or `=true` and `=false`.
    Nothing,
    /// One value.
    Value,
    /// Values, joined by commas or each with the flag again.
    List,
}

/// What becomes of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It does what it does there; what to know about it.
    Done(&'static str),
    /// It changes nothing because it is so in any case.
    Given(&'static str),
    /// It is taken and does nothing, which is said once; why.
    Idle(&'static str),
    /// It is refused, for what it asks for would be missed; what to do instead.
    Refused(&'static str),
}

/// A flag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag {
    /// The long name.
    pub(super) name: &'static str,
    /// The short name.
    pub(super) short: Option<char>,
    /// What follows.
    pub(super) takes: Takes,
    /// Its place in `trivy.yaml`.
    pub(super) key: &'static str,
    /// What becomes of it.
    pub(super) fate: Fate,
}

const fn flag(name: &'static str, takes: Takes, key: &'static str, fate: Fate) -> Flag {
    Flag {
        name,
        short: None,
        takes,
        key,
        fate,
    }
}

const fn short(letter: char, flag: Flag) -> Flag {
    Flag {
        short: Some(letter),
        ..flag
    }
}

use Fate::{Done, Given, Idle, Refused};
use Takes::{List, Nothing, Value};

const BUNDLE: Fate = Given("the checks are inside the program");
const CLOUD: Fate = Idle("only what a file says itself is judged");
const OWN_DB: Fate = Idle("`lazaret db update` decides where advisories are from");
const REGO: Fate = Idle("Rego is not run");
const REMOTE: Fate = Refused("leave it out: lazaret scans by itself");
const STORE: Fate = Idle("the cache is a directory, --cache-dir");

/// Every flag that is known, in the order of Trivy's own help.
pub(super) static FLAGS: &[Flag] = &[
    // Global.
    flag(
        "cache-dir",
        Value,
        "cache.dir",
        Done("facts of layers are kept there; the database is not"),
    ),
    flag("cacert", Value, "cacert", Done("as --registry-ca")),
    short(
        'c',
        flag("config", Value, "", Done("trivy.yaml without it")),
    ),
    short('d', flag("debug", Nothing, "debug", Done("as --verbose"))),
    flag(
        "generate-default-config",
        Nothing,
        "",
        Refused("lazaret config --all lists the settings"),
    ),
    flag(
        "insecure",
        Nothing,
        "insecure",
        Idle(
            "certificates are always verified; --cacert trusts an authority, lazaret's LAZARET_PLAIN_HTTP a registry without TLS",
        ),
    ),
    short('q', flag("quiet", Nothing, "quiet", Done(""))),
    flag(
        "timeout",
        Value,
        "timeout",
        Idle("a scan is bounded by limits of size, not of time"),
    ),
    // Report.
    flag(
        "compliance",
        Value,
        "scan.compliance",
        Refused("lazaret compliance is for these reports"),
    ),
    flag(
        "dependency-tree",
        Nothing,
        "dependency-tree",
        Idle("reports have no tree"),
    ),
    flag(
        "exit-code",
        Value,
        "exit-code",
        Done("when something is reported; what could not be done ends with 2"),
    ),
    flag("exit-on-eol", Value, "exit-on-eol", Done("")),
    short(
        'f',
        flag(
            "format",
            Value,
            "format",
            Done("table, json, sarif, cyclonedx, spdx-json, github; template with the names below"),
        ),
    ),
    flag(
        "ignore-policy",
        Value,
        "ignore-policy",
        Idle("Rego is not run, so it hides nothing; lazaret's policies have exceptions"),
    ),
    flag(
        "ignorefile",
        Value,
        "ignorefile",
        Done("without it .trivyignore and .trivyignore.yaml"),
    ),
    flag("list-all-pkgs", Nothing, "list-all-pkgs", Done("")),
    short('o', flag("output", Value, "output", Done(""))),
    flag(
        "output-plugin-arg",
        Value,
        "output-plugin-arg",
        Refused("there are no plugins"),
    ),
    flag("report", Value, "report", Idle("tables show everything")),
    short(
        's',
        flag(
            "severity",
            List,
            "severity",
            Done("LOW has what distributions call negligible"),
        ),
    ),
    flag("show-suppressed", Nothing, "scan.show-suppressed", Done("")),
    flag(
        "table-mode",
        List,
        "table-mode",
        Idle("tables have a summary and details"),
    ),
    short(
        't',
        flag(
            "template",
            Value,
            "template",
            Done(
                "junit.tpl, gitlab.tpl, gitlab-codequality.tpl and html.tpl, whatever is before them; others are refused",
            ),
        ),
    ),
    // Scan.
    flag(
        "detection-priority",
        Value,
        "scan.detection-priority",
        Idle("doubt is shown as undecided"),
    ),
    flag(
        "disable-telemetry",
        Nothing,
        "scan.disable-telemetry",
        Given("nothing is sent anywhere"),
    ),
    flag("distro", Value, "scan.distro", Done("FAMILY/VERSION")),
    flag(
        "file-patterns",
        List,
        "scan.file-patterns",
        Idle("files go by their own names"),
    ),
    flag(
        "offline-scan",
        Nothing,
        "scan.offline",
        Given("only registries are ever asked"),
    ),
    flag("parallel", Value, "scan.parallel", Done("as --threads")),
    flag(
        "rekor-url",
        Value,
        "scan.rekor-url",
        Idle("SBOMs are not fetched from elsewhere"),
    ),
    flag(
        "sbom-sources",
        List,
        "scan.sbom-sources",
        Idle("SBOMs are not fetched from elsewhere"),
    ),
    flag(
        "scanners",
        List,
        "scan.scanners",
        Done("those that do not exist yet are named"),
    ),
    flag(
        "security-checks",
        List,
        "scan.security-checks",
        Done("the old name of --scanners"),
    ),
    flag("skip-dirs", List, "scan.skip-dirs", Done("")),
    flag("skip-files", List, "scan.skip-files", Done("")),
    flag(
        "skip-version-check",
        Nothing,
        "scan.skip-version-check",
        Given("nobody is asked for newer versions"),
    ),
    flag("slow", Nothing, "scan.slow", Idle("--parallel decides")),
    // Cache.
    flag("cache-backend", Value, "cache.backend", STORE),
    flag("cache-ttl", Value, "cache.ttl", STORE),
    flag(
        "clear-cache",
        Nothing,
        "cache.clear",
        Idle("entries of the cache never become stale"),
    ),
    flag("redis-ca", Value, "cache.redis.ca", STORE),
    flag("redis-cert", Value, "cache.redis.cert", STORE),
    flag("redis-key", Value, "cache.redis.key", STORE),
    flag("redis-tls", Nothing, "cache.redis.tls", STORE),
    // Database.
    flag("db-repository", List, "db.repository", OWN_DB),
    flag(
        "download-db-only",
        Nothing,
        "db.download-only",
        Done("as lazaret db update"),
    ),
    flag(
        "download-java-db-only",
        Nothing,
        "db.download-java-only",
        Idle("there is no Java database to download"),
    ),
    flag("java-db-repository", List, "db.java-repository", OWN_DB),
    flag("no-progress", Nothing, "db.no-progress", Done("")),
    flag(
        "reset",
        Nothing,
        "reset",
        Idle("the database is replaced by each update"),
    ),
    flag(
        "skip-db-update",
        Nothing,
        "db.skip-update",
        Given("a scan never updates the database"),
    ),
    flag(
        "skip-java-db-update",
        Nothing,
        "db.java-skip-update",
        Given("a scan never updates the database"),
    ),
    // Registry.
    flag(
        "password",
        List,
        "registry.password",
        Done("the first of several"),
    ),
    flag(
        "password-stdin",
        Nothing,
        "registry.password-stdin",
        Done(""),
    ),
    flag("registry-token", Value, "registry.token", Done("")),
    flag(
        "username",
        List,
        "registry.username",
        Done("the first of several"),
    ),
    // Vulnerabilities.
    flag(
        "ignore-status",
        List,
        "vulnerability.ignore-status",
        Done(""),
    ),
    flag(
        "ignore-unfixed",
        Nothing,
        "vulnerability.ignore-unfixed",
        Done(""),
    ),
    flag(
        "pkg-relationships",
        List,
        "pkg.relationships",
        Idle("all packages are reported"),
    ),
    flag("pkg-types", List, "pkg.types", Done("")),
    flag(
        "skip-vex-repo-update",
        Nothing,
        "vulnerability.skip-vex-repo-update",
        Given("VEX is never downloaded"),
    ),
    flag(
        "vex",
        List,
        "vulnerability.vex",
        Done("files; repo and oci do nothing"),
    ),
    flag(
        "vuln-severity-source",
        List,
        "vulnerability.severity-source",
        Idle("lazaret's order of sources decides; every rating is in the report"),
    ),
    flag(
        "vuln-type",
        List,
        "vulnerability.type",
        Done("the old name of --pkg-types"),
    ),
    // Configuration.
    flag("ansible-extra-vars", List, "ansible.extra-vars", CLOUD),
    flag("ansible-inventory", List, "ansible.inventory", CLOUD),
    flag("ansible-playbook", List, "ansible.playbook", CLOUD),
    flag(
        "cf-params",
        List,
        "misconfiguration.cloudformation.params",
        CLOUD,
    ),
    flag("check-namespaces", List, "rego.namespaces", REGO),
    flag(
        "checks-bundle-repository",
        Value,
        "misconfiguration.checks-bundle-repository",
        BUNDLE,
    ),
    flag("config-check", List, "rego.check", REGO),
    flag("config-data", List, "rego.data", REGO),
    flag(
        "config-file-schemas",
        List,
        "misconfiguration.config-file-schemas",
        REGO,
    ),
    flag("config-policy", List, "rego.policy", REGO),
    flag(
        "helm-api-versions",
        List,
        "misconfiguration.helm.api-versions",
        CLOUD,
    ),
    flag(
        "helm-kube-version",
        Value,
        "misconfiguration.helm.kube-version",
        CLOUD,
    ),
    flag("helm-set", List, "misconfiguration.helm.set", CLOUD),
    flag(
        "helm-set-file",
        List,
        "misconfiguration.helm.set-file",
        CLOUD,
    ),
    flag(
        "helm-set-string",
        List,
        "misconfiguration.helm.set-string",
        CLOUD,
    ),
    flag("helm-values", List, "misconfiguration.helm.values", CLOUD),
    flag(
        "include-deprecated-checks",
        Nothing,
        "rego.include-deprecated-checks",
        REGO,
    ),
    flag(
        "include-non-failures",
        Nothing,
        "misconfiguration.include-non-failures",
        Done("as lazaret check --show-passed"),
    ),
    flag("k8s-version", Value, "misconfiguration.k8s-version", CLOUD),
    flag(
        "misconfig-scanners",
        List,
        "misconfiguration.scanners",
        Idle("all kinds of files are judged"),
    ),
    flag(
        "policy-bundle-repository",
        Value,
        "misconfiguration.policy-bundle-repository",
        BUNDLE,
    ),
    flag("policy-namespaces", List, "rego.policy-namespaces", REGO),
    flag(
        "raw-config-scanners",
        List,
        "misconfiguration.raw-config-scanners",
        REGO,
    ),
    flag("rego-error-limit", Value, "rego.error-limit", REGO),
    flag(
        "render-cause",
        List,
        "misconfiguration.render-cause",
        Given("tables show the lines"),
    ),
    flag(
        "skip-check-update",
        Nothing,
        "rego.skip-check-update",
        BUNDLE,
    ),
    flag(
        "skip-policy-update",
        Nothing,
        "rego.skip-policy-update",
        BUNDLE,
    ),
    flag(
        "tf-exclude-downloaded-modules",
        Nothing,
        "misconfiguration.terraform.exclude-downloaded-modules",
        CLOUD,
    ),
    flag("tf-vars", List, "misconfiguration.terraform.vars", CLOUD),
    flag("trace", Nothing, "rego.trace", REGO),
    flag("trace-rego", Nothing, "rego.trace-rego", REGO),
    // Secrets and licences.
    flag(
        "ignored-licenses",
        List,
        "license.ignored",
        Idle("lazaret's policies decide about licences"),
    ),
    flag(
        "license-confidence-level",
        Value,
        "license.confidenceLevel",
        Idle("lazaret's policies decide about licences"),
    ),
    flag(
        "license-full",
        Nothing,
        "license.full",
        Idle("lazaret's policies decide about licences"),
    ),
    flag(
        "secret-config",
        Value,
        "secret.config",
        Idle("the rules are inside the program"),
    ),
    // Client and server.
    flag("custom-headers", List, "server.custom-headers", REMOTE),
    flag("server", Value, "server.addr", REMOTE),
    flag("token", Value, "server.token", REMOTE),
    flag(
        "token-header",
        Value,
        "server.token-header",
        Given("there is no server to tell it"),
    ),
    // Images.
    flag(
        "docker-host",
        Value,
        "image.docker.host",
        Idle("the variable DOCKER_HOST names the daemon"),
    ),
    flag(
        "image-config-scanners",
        List,
        "image.image-config-scanners",
        Idle("lazaret check judges Dockerfiles"),
    ),
    flag(
        "image-src",
        List,
        "image.source",
        Done("one of them; several are tried in lazaret's order"),
    ),
    flag("input", Value, "image.input", Done("")),
    flag(
        "max-image-size",
        Value,
        "image.max-size",
        Idle("layers are read as streams, and nothing is stored"),
    ),
    flag("platform", Value, "image.platform", Done("")),
    flag(
        "podman-host",
        Value,
        "image.podman.host",
        Idle("the variable CONTAINER_HOST names the daemon"),
    ),
    flag(
        "removed-pkgs",
        Nothing,
        "image.removed-pkgs",
        Idle("what a layer removes is not there"),
    ),
    // Directories and repositories.
    flag(
        "branch",
        Value,
        "repository.branch",
        Refused("git clone --branch, and give the path"),
    ),
    flag(
        "commit",
        Value,
        "repository.commit",
        Refused("git clone and git checkout, and give the path"),
    ),
    flag(
        "include-dev-deps",
        Nothing,
        "pkg.include-dev-deps",
        Done("without it they are left out"),
    ),
    flag(
        "tag",
        Value,
        "repository.tag",
        Refused("git clone --branch, and give the path"),
    ),
    // Modules.
    flag(
        "enable-modules",
        List,
        "module.enable-modules",
        Refused("there are no modules"),
    ),
    flag(
        "module-dir",
        Value,
        "module.dir",
        Given("there are no modules"),
    ),
];

/// The flag of that long name.
pub(super) fn named(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.name == name)
}

/// The flag of that short name.
pub(super) fn lettered(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

/// The help: every flag with what becomes of it.
pub(super) fn help() -> String {
    let mut out = String::from(
        "Takes what pipelines pass to Trivy, and scans with lazaret

Usage: lazaret trivy image|fs|rootfs|repo|config|sbom [FLAGS] TARGET

Values are from flags, then TRIVY_ variables, then trivy.yaml. The exit code is 0 unless
--exit-code says otherwise; 2 where something could not be done.

Examples:
  lazaret trivy image --severity HIGH,CRITICAL --exit-code 1 alpine:3.20
  lazaret trivy fs --format json --output report.json .
  lazaret trivy image --input image.tar --ignore-unfixed
  ln -s lazaret trivy && ./trivy sbom app.cdx.json

",
    );
    for (title, wanted) in [
        ("Flags that do what they do in Trivy", 0),
        ("Flags that change nothing, for it is so in any case", 1),
        ("Flags that are taken without effect, which is said once", 2),
        ("Flags that are refused", 3),
    ] {
        out.push_str(title);
        out.push_str(":\n");
        for flag in FLAGS {
            let (group, words) = match flag.fate {
                Done(words) => (0, words),
                Given(words) => (1, words),
                Idle(words) => (2, words),
                Refused(words) => (3, words),
            };
            if group == wanted {
                let letter = flag.short.map_or_else(String::new, |s| format!("-{s}, "));
                let name = format!("{letter}--{}", flag.name);
                out.push_str(format!("  {name:<32} {words}").trim_end());
                out.push('\n');
            }
        }
        out.push('\n');
    }
    out
}
