//! From Trivy's words to lazaret's.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::words::Values;
use crate::args::Args;
use crate::errors;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An image, by name or in an archive.
    Image,
    /// A source tree.
    Tree,
    /// The root of a system.
    RootFs,
    /// Configuration files.
    Config,
    /// A bill of materials.
    Sbom,
}

/// What to do, in lazaret's words.
#[derive(Debug)]
pub(super) struct Plan {
    /// The words of the command line.
    pub(super) words: Vec<String>,
    /// What is said before.
    pub(super) notes: Vec<String>,
    /// The exit code when something is reported.
    pub(super) code: u8,
    /// What the artifact is called.
    pub(super) name: String,
}

/// Formats by Trivy's name.
const FORMATS: [(&str, &str); 6] = [
    ("table", "table"),
    ("json", "trivy"),
    ("sarif", "sarif"),
    ("cyclonedx", "cyclonedx"),
    ("spdx-json", "spdx"),
    ("github", "github"),
];

/// Formats by the file name of Trivy's own templates.
const TEMPLATES: [(&str, &str); 4] = [
    ("junit.tpl", "junit"),
    ("gitlab.tpl", "gitlab"),
    ("gitlab-codequality.tpl", "gitlab-codequality"),
    ("html.tpl", "html"),
];

/// Flags that mean the same under the same or another name, for scans.
const SAME: [(&str, &str); 9] = [
    ("platform", "platform"),
    ("cache-dir", "cache-dir"),
    ("parallel", "threads"),
    ("registry-token", "registry-token"),
    ("cacert", "registry-ca"),
    ("ignore-unfixed", "ignore-unfixed"),
    ("show-suppressed", "show-suppressed"),
    ("list-all-pkgs", "list-all-pkgs"),
    ("skip-dirs", "skip-dirs"),
];

/// What to do for `kind` with these values.
///
/// # Errors
/// When a value makes no sense, or asks for what does not exist.
pub(super) fn plan(kind: Kind, values: &Values) -> anyhow::Result<Plan> {
    let name = operand(kind, values)?;
    let mut plan = Plan {
        words: vec!["lazaret".to_owned()],
        notes: Vec::new(),
        code: number(values, "exit-code")?,
        name: name.clone(),
    };
    console(values, &mut plan.words);
    let format = format(values)?;
    let scanners = scanners(kind, values, &mut plan.notes)?;
    if kind == Kind::Config || scanners == ["misconfig"] {
        check(&name, format, values, &mut plan)?;
        return Ok(plan);
    }
    let target = target(kind, &name, values);
    let is_bill = matches!(format, "cyclonedx" | "spdx");
    if is_bill && values.all("scanners").is_empty() && values.all("security-checks").is_empty() {
        plan.words.extend(["sbom".to_owned(), target]);
        of_target(values, &mut plan)?;
        plan.words.push(format!("--format={format}"));
        if let Some(file) = values.one("output") {
            plan.words.push(format!("--output={file}"));
        }
        return Ok(plan);
    }
    plan.words.extend(["scan".to_owned(), target]);
    of_target(values, &mut plan)?;
    plan.words
        .push(format!("--scanners={}", scanners.join(",")));
    gate(values, &mut plan)?;
    matching(values, &mut plan);
    plan.words.push(format!("--format={format}"));
    if let Some(file) = values.one("output") {
        // A bare name that has `=` in it would be read as a format and a name.
        let file = match file.contains('=') && !file.contains('/') {
            true => format!("./{file}"),
            false => file.to_owned(),
        };
        plan.words.push(format!("--output={file}"));
    }
    Ok(plan)
}

fn console(values: &Values, words: &mut Vec<String>) {
    for (flag, ours) in [
        ("quiet", "-q"),
        ("debug", "-v"),
        ("no-progress", "--no-progress"),
    ] {
        if values.is_on(flag) {
            words.push(ours.to_owned());
        }
    }
}

/// The one thing that is looked at.
fn operand(kind: Kind, values: &Values) -> anyhow::Result<String> {
    let operands = &values.operands[1..];
    let input = values.one("input").filter(|_| kind == Kind::Image);
    match (operands, input) {
        ([one], None) => Ok(one.clone()),
        ([], Some(file)) => Ok(file.to_owned()),
        ([], None) => Err(errors::refused(
            "there is nothing to scan",
            match kind {
                Kind::Image => "lazaret trivy image NAME, or --input FILE",
                Kind::Sbom => "lazaret trivy sbom FILE",
                _ => "lazaret trivy fs PATH",
            },
        )),
        _ => Err(errors::refused(
            format!(
                "one thing is scanned at a time, and these are several: {}",
                operands.join(" ")
            ),
            "once for each of them",
        )),
    }
}

fn target(kind: Kind, name: &str, values: &Values) -> String {
    let path = Path::new(name);
    match kind {
        Kind::Image if values.one("input").is_some() => match path.is_dir() {
            true => format!("oci-layout:{name}"),
            false => format!("docker-archive:{name}"),
        },
        Kind::Image => match values.all("image-src") {
            [one] if one == "remote" => format!("registry:{name}"),
            [one] => format!("{one}:{name}"),
            // A bare name would be the file that lies here.
            _ if path.exists() => format!("registry:{name}"),
            _ => name.to_owned(),
        },
        Kind::Tree | Kind::RootFs if path.is_file() => format!("./{name}").replacen(".//", "/", 1),
        Kind::Tree | Kind::Config => format!("dir:{name}"),
        Kind::RootFs => format!("rootfs:{name}"),
        Kind::Sbom => format!("sbom:{name}"),
    }
}

fn format(values: &Values) -> anyhow::Result<&'static str> {
    let named = values.one("format").unwrap_or("table");
    if named == "template" {
        let template = values.one("template").unwrap_or_default();
        let file = template.trim_start_matches('@').rsplit('/').next();
        let found = TEMPLATES.iter().find(|(name, _)| Some(*name) == file);
        return found.map(|(_, ours)| *ours).ok_or_else(|| {
            errors::refused(
                format!("the template `{template}` is Go's, which lazaret does not run"),
                "lazaret scan -f template --template FILE, with a template in Jinja's language",
            )
        });
    }
    let found = FORMATS.iter().find(|(name, _)| *name == named);
    found.map(|(_, ours)| *ours).ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
        errors::refused(
            format!("the format `{named}` is not written here"),
            format!("--format {}, or template", known.join(", ")),
        )
    })
}

/// Scanners that `lazaret scan` has.
fn available() -> Vec<String> {
    let command = Args::command();
    let scan = command.find_subcommand("scan");
    let scanners = scan.and_then(|scan| {
        let mut args = scan.get_arguments();
        args.find(|arg| arg.get_long() == Some("scanners"))
    });
    let values = scanners
        .map(clap::Arg::get_possible_values)
        .unwrap_or_default();
    match values.is_empty() {
        true => vec!["vuln".to_owned()],
        false => values.iter().map(|v| v.get_name().to_owned()).collect(),
    }
}

fn scanners(kind: Kind, values: &Values, notes: &mut Vec<String>) -> anyhow::Result<Vec<String>> {
    if kind == Kind::Config {
        return Ok(vec!["misconfig".to_owned()]);
    }
    let named = [values.all("scanners"), values.all("security-checks")].concat();
    let wanted: Vec<String> = match named.is_empty() {
        // An SBOM holds no text that could be a secret.
        true if kind == Kind::Sbom => vec!["vuln".to_owned()],
        true => vec!["vuln".to_owned(), "secret".to_owned()],
        false => named,
    };
    let available = available();
    let mut found = Vec::new();
    for scanner in wanted {
        let scanner = match scanner.as_str() {
            "config" => "misconfig",
            "none" => continue,
            other => other,
        };
        if available.iter().any(|known| known == scanner) || scanner == "misconfig" {
            found.push(scanner.to_owned());
        } else if ["secret", "license", "rbac"].contains(&scanner) {
            notes.push(format!(
                "the scanner {scanner} does not exist here yet, so nothing is looked for by it"
            ));
        } else {
            return Err(errors::refused(
                format!("`{scanner}` is no scanner"),
                "--scanners vuln,misconfig,secret,license",
            ));
        }
    }
    if found.len() > 1 && !available.iter().any(|known| known == "misconfig") {
        let before = found.len();
        found.retain(|scanner| scanner != "misconfig");
        if found.len() < before {
            notes.push("configuration is judged by itself: lazaret trivy config PATH".to_owned());
        }
    }
    match found.is_empty() {
        false => Ok(found),
        true => Err(errors::refused(
            "none of the scanners that were asked for exists here",
            "--scanners vuln",
        )),
    }
}

/// How the target is reached and read.
fn of_target(values: &Values, plan: &mut Plan) -> anyhow::Result<()> {
    for (theirs, ours) in SAME.iter().take(5) {
        if let Some(value) = values.one(theirs) {
            plan.words.push(format!("--{ours}={value}"));
        }
    }
    for list in ["skip-dirs", "skip-files"] {
        for path in values.all(list) {
            plan.words
                .push(format!("--{list}={}", path.trim_start_matches("./")));
        }
    }
    if let Some(text) = values.one("distro") {
        plan.words
            .push(format!("--distro={}", text.replacen('/', ":", 1)));
    }
    if let Some(name) = values.all("username").first() {
        plan.words.push(format!("--username={name}"));
    }
    let password = match values.is_on("password-stdin") {
        true => Some(password()?),
        false => values.all("password").first().cloned(),
    };
    if let Some(password) = password {
        plan.words.push(format!("--password={password}"));
    }
    Ok(())
}

fn password() -> anyhow::Result<String> {
    let mut text = String::new();
    let input = std::io::stdin().lock();
    input
        .take(1 << 16)
        .read_to_string(&mut text)
        .context("read the password from standard input")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// What counts, and what stops the pipeline.
fn gate(values: &Values, plan: &mut Plan) -> anyhow::Result<()> {
    severities(values, &mut plan.words)?;
    let condition = if plan.code > 0 { "unknown" } else { "none" };
    plan.words.push(format!("--fail-on={condition}"));
    for switch in ["ignore-unfixed", "show-suppressed", "list-all-pkgs"] {
        if values.is_on(switch) {
            plan.words.push(format!("--{switch}"));
        }
    }
    if let Some(file) = values.one("ignorefile") {
        match Path::new(file).is_file() {
            true => plan.words.push(format!("--ignore-file={file}")),
            // Trivy takes a missing ignore file for an empty one.
            false => plan
                .notes
                .push(format!("the ignore file {file} is not there")),
        }
    }
    Ok(())
}

fn severities(values: &Values, words: &mut Vec<String>) -> anyhow::Result<()> {
    let mut levels = Vec::new();
    for level in values.all("severity") {
        levels.push(match level.to_ascii_uppercase().as_str() {
            "UNKNOWN" => "unknown",
            // Trivy has no word for what distributions call negligible.
            "LOW" => "low,negligible",
            "MEDIUM" => "medium",
            "HIGH" => "high",
            "CRITICAL" => "critical",
            _ => {
                return Err(errors::refused(
                    format!("`{level}` is no severity of Trivy's"),
                    "--severity UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL",
                ));
            }
        });
    }
    if !levels.is_empty() {
        words.push(format!("--severity={}", levels.join(",")));
    }
    Ok(())
}

fn matching(values: &Values, plan: &mut Plan) {
    for source in values.all("vex") {
        match source.as_str() {
            "oci" => plan.words.push("--vex=attached".to_owned()),
            "repo" => plan.notes.push(format!(
                "--vex {source} does nothing here: lazaret scan --vex reads a repository that is \
                 a folder"
            )),
            path => plan.words.push(format!("--vex={path}")),
        }
    }
}

/// The words of `lazaret check`.
fn check(name: &str, format: &str, values: &Values, plan: &mut Plan) -> anyhow::Result<()> {
    plan.words.extend(["check".to_owned(), name.to_owned()]);
    severities(values, &mut plan.words)?;
    let condition = if plan.code > 0 { "unknown" } else { "none" };
    plan.words.push(format!("--fail-on={condition}"));
    plan.words.push(format!("--format={format}"));
    if let Some(file) = values.one("output") {
        plan.words.push(format!("--output={file}"));
    }
    if values.is_on("include-non-failures") {
        plan.words.push("--show-passed".to_owned());
    }
    for idle in ["skip-dirs", "skip-files"] {
        if !values.all(idle).is_empty() {
            plan.notes.push(format!(
                "--{idle} does nothing for configuration: name the paths instead"
            ));
        }
    }
    if values.one("ignorefile").is_some() {
        plan.notes.push(
            "--ignorefile does nothing for configuration: comments in the files do".to_owned(),
        );
    }
    Ok(())
}

/// A flag whose value is an exit code.
pub(super) fn number(values: &Values, flag: &str) -> anyhow::Result<u8> {
    let Some(text) = values.one(flag) else {
        return Ok(0);
    };
    text.parse().map_err(|_| {
        errors::refused(
            format!("`{text}` is no exit code, for --{flag}"),
            format!("--{flag} 1; 0 to 255"),
        )
    })
}
