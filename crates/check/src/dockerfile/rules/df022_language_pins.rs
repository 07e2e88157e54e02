//! Language packages without a version.

use super::packages::pip_install;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-022",
    title: "Language packages without a version",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DL3013", "DL3016", "DL3028", "DL3062"],
    about: "`pip install flask` takes the newest release of the day, and a taken-over package \
            with it. Install from a lock file with hashes (`npm ci`, `pip install \
            --require-hashes -r …`), or name the version.",
    good: "FROM python:3.12\nRUN pip install --no-cache-dir flask==3.0.3\n",
    bad: "FROM python:3.12\nRUN pip install --no-cache-dir flask\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let (alias, open, remedy) = match command.name() {
            "npm" => ("DL3016", npm(command), "write name@version"),
            "gem" => ("DL3028", gem(command), "write name:version"),
            "go" => ("DL3062", go(command), "write path@version"),
            _ => ("DL3013", pip(command), "write name==version"),
        };
        let Some((first, last)) = open.first().zip(open.last()) else {
            continue;
        };
        let names: Vec<&str> = open.iter().map(|w| w.value.as_str()).collect();
        let span = first.span.start..last.span.end.max(first.span.start);
        let message = format!("{} without a version: {}", command.name(), listed(&names));
        let aliases: &[&'static str] = match alias {
            "DL3016" => &["DL3016"],
            "DL3028" => &["DL3028"],
            "DL3062" => &["DL3062"],
            _ => &["DL3013"],
        };
        findings.add(
            file.finding(&CHECK, run, span, message)
                .remedy(remedy)
                .aliases(aliases),
        );
    }
}

fn pip(command: &Command) -> Vec<ShellWord> {
    let Some(pip) = pip_install(command) else {
        return Vec::new();
    };
    // What a file of requirements or constraints holds is decided there.
    let flags = pip.command.flags();
    let long = ["requirement", "constraint"];
    let short = |flag: &str| {
        pip.command
            .args()
            .iter()
            .any(|w| w.value == flag || (w.value.starts_with(flag) && !w.value.starts_with("--")))
    };
    if flags.iter().any(|flag| long.contains(flag)) || short("-r") || short("-c") {
        return Vec::new();
    }
    pip.packages
        .into_iter()
        .filter(|word| !is_pip_pinned(&word.value))
        .collect()
}

fn is_pip_pinned(package: &str) -> bool {
    let operators = ["==", "~=", ">=", "<=", "!=", ">", "<", "==="];
    let local = package == "." || package.contains('/') || package.starts_with(".[");
    let file = [".whl", ".tar.gz", ".zip", ".tar.bz2"]
        .iter()
        .any(|end| package.ends_with(end));
    let vcs = ["git+", "hg+", "svn+", "bzr+"]
        .iter()
        .any(|start| package.starts_with(start));
    if vcs {
        // `scheme://user@host/path@reference#egg=…`: the last `@` after the host.
        let path = package.split_once("://").map_or(package, |(_, rest)| rest);
        let path = path.split_once('/').map_or("", |(_, path)| path);
        return path.split('#').next().unwrap_or(path).contains('@');
    }
    operators.iter().any(|o| package.contains(o))
        || local
        || file
        || package.contains(" @ ")
        || package.starts_with('$')
}

const NPM_TAKES_VALUE: &[&str] = &[
    "registry",
    "loglevel",
    "prefix",
    "cache",
    "userconfig",
    "globalconfig",
    "omit",
    "include",
    "w",
    "workspace",
    "C",
    "tag",
    "otp",
    "script-shell",
    "install-strategy",
    "before",
    "cpu",
    "os",
    "libc",
    "fetch-retries",
    "fetch-timeout",
    "python",
];

fn npm(command: &Command) -> Vec<ShellWord> {
    let plain = command.plain(NPM_TAKES_VALUE);
    let installs = ["install", "i", "in", "ins", "add", "isntall"];
    if !plain
        .first()
        .is_some_and(|w| installs.contains(&w.value.as_str()))
    {
        return Vec::new();
    }
    let packages = plain.into_iter().skip(1);
    packages
        .filter(|w| !is_npm_pinned(&w.value))
        .cloned()
        .collect()
}

fn is_npm_pinned(package: &str) -> bool {
    let local = ["/", "./", "../", "~/", "file:", "$"]
        .iter()
        .any(|p| package.starts_with(p))
        || matches!(package, "." | "..");
    let archive = [".tar", ".tar.gz", ".tgz"]
        .iter()
        .any(|end| package.ends_with(end));
    let git = [
        "git+",
        "git:",
        "git@",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
    ]
    .iter()
    .any(|p| package.starts_with(p));
    if git {
        return package.contains('#');
    }
    let name = package.strip_prefix('@').unwrap_or(package);
    local
        || archive
        || name.contains('@')
        || package.starts_with("http://")
        || package.starts_with("https://")
}

fn gem(command: &Command) -> Vec<ShellWord> {
    let until = command
        .words
        .iter()
        .position(|w| w.value == "--")
        .unwrap_or(command.words.len());
    let own = Command {
        words: command.words.get(..until).unwrap_or_default().to_vec(),
        ..Command::default()
    };
    let takes = [
        "v",
        "version",
        "i",
        "install-dir",
        "n",
        "bindir",
        "P",
        "trust-policy",
        "s",
        "source",
        "platform",
        "p",
        "http-proxy",
        "g",
        "file",
        "config-file",
    ];
    let plain = own.plain(&takes);
    if !plain
        .first()
        .is_some_and(|w| w.value == "install" || w.value == "i")
    {
        return Vec::new();
    }
    let has_version = own.args().iter().any(|w| {
        let text = w.value.as_str();
        text == "--version"
            || text.starts_with("--version=")
            || (text.starts_with("-v") && !text.starts_with("-ve"))
    });
    // Build flags that nobody put behind `--` take a word as well.
    let mut packages = Vec::new();
    let mut skip = false;
    for word in own.args() {
        if std::mem::take(&mut skip) {
            continue;
        }
        if word.value.starts_with("--use-") && !word.value.contains('=') {
            skip = true;
        }
        let is_plain = plain.iter().skip(1).any(|p| p.span == word.span);
        if is_plain
            && !word.value.contains(':')
            && !word.value.ends_with(".gem")
            && !word.value.starts_with('$')
        {
            packages.push(word.clone());
        }
    }
    if has_version { Vec::new() } else { packages }
}

fn go(command: &Command) -> Vec<ShellWord> {
    let takes = [
        "C",
        "o",
        "p",
        "asmflags",
        "buildmode",
        "buildvcs",
        "compiler",
        "covermode",
        "coverpkg",
        "exec",
        "gccgoflags",
        "gcflags",
        "installsuffix",
        "ldflags",
        "mod",
        "modfile",
        "overlay",
        "pgo",
        "pkgdir",
        "tags",
        "toolexec",
    ];
    let mut plain = command.args().iter().peekable();
    let Some(subcommand) = plain
        .next()
        .filter(|w| ["install", "get", "run"].contains(&w.value.as_str()))
    else {
        return Vec::new();
    };
    let mut packages = Vec::new();
    let mut skip = false;
    for word in plain {
        if std::mem::take(&mut skip) {
            continue;
        }
        if let Some(flag) = word.value.strip_prefix('-') {
            let name = flag.trim_start_matches('-');
            skip = takes.contains(&name);
            continue;
        }
        packages.push(word);
        // What follows is for the program that is run.
        if subcommand.value == "run" {
            break;
        }
    }
    packages
        .into_iter()
        .filter(|w| !is_go_pinned(&w.value))
        .cloned()
        .collect()
}

fn is_go_pinned(package: &str) -> bool {
    let local = package.starts_with(['.', '/', '$', '~'])
        || package.ends_with(".go")
        || package.ends_with("/...") && !package.contains('.');
    let own = matches!(package, "all" | "std" | "cmd" | "tool" | "work");
    match package.split_once('@') {
        Some((_, version)) => !matches!(
            version,
            "latest" | "upgrade" | "patch" | "master" | "main" | ""
        ),
        None => local || own,
    }
}
