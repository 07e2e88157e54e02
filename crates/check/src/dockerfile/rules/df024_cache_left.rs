//! Package cache left in the layer.

use super::packages::{APK, APT, DNF, YUM, ZYPPER, pip_install};
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-024",
    title: "Package cache left in the layer",
    severity: Severity::Low,
    fix: FixKind::Auto,
    peers: &[
        "DL3009",
        "DL3019",
        "DL3032",
        "DL3036",
        "DL3040",
        "DL3042",
        "DL3060",
        "DS-0015",
        "DS-0019",
        "DS-0020",
        "DS-0025",
        "DS-0027",
        "DKL-DI-0004",
        "DKL-DI-0005",
    ],
    about: "Indexes and caches of package managers make every pull larger, go stale at once, \
            and are of no use to what runs. A later RUN cannot take them out of the layer, so \
            clean up in the same RUN, tell the manager not to keep a cache, or mount one: \
            `RUN --mount=type=cache,target=…`.",
    good: "FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.0-r0\n",
    bad: "FROM alpine:3.20\nRUN apk add curl=8.9.0-r0\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file) {
        apt(file, run, findings);
        apk(file, run, findings);
        rpm(file, run, findings);
        pip(file, run, findings);
        yarn(file, run, findings);
    }
}

/// Whether a command removes a directory, or what is in it.
fn removes(command: &Command, directories: &[&str]) -> bool {
    let is_rm = command.name() == "rm" && command.has_any_flag(&["r", "R", "recursive"]);
    let is_find = command.name() == "find" && command.has_any_arg(&["-delete", "-exec"]);
    (is_rm || is_find)
        && command.args().iter().any(|word| {
            let path = word.value.trim_end_matches('*').trim_end_matches('/');
            directories.iter().any(|directory| {
                let below = path.strip_prefix(directory);
                let above = directory.strip_prefix(path).filter(|_| path.len() > 4);
                below.is_some_and(str::is_empty) || above.is_some_and(|rest| rest.starts_with('/'))
            })
        })
}

fn apt(file: &Dockerfile<'_>, run: &Instruction, findings: &mut Findings) {
    let commands = &run.script.commands;
    let update = commands
        .iter()
        .rposition(|c| APT.is(c) && APT.subcommand(c) == "update");
    let Some(update) = update.filter(|_| is_kept(file, run)) else {
        return;
    };
    let lists = "/var/lib/apt/lists";
    if commands.iter().skip(update).any(|c| removes(c, &[lists])) {
        return;
    }
    let mounted = is_mounted(run, lists) && is_mounted(run, "/var/cache/apt");
    if mounted {
        return;
    }
    let span = commands[update].span.clone();
    let finding = file
        .finding(&CHECK, run, span, "the lists of apt stay in the layer")
        .remedy("end the RUN with && rm -rf /var/lib/apt/lists/*")
        .aliases(&["DL3009", "DKL-DI-0005"]);
    findings.add(appended(
        file,
        run,
        finding,
        " && rm -rf /var/lib/apt/lists/*",
    ));
}

/// With an edit that puts `text` at the end of a `RUN` whose commands all depend on each
/// other, so that nothing else changes.
fn appended(file: &Dockerfile<'_>, run: &Instruction, finding: Finding, text: &str) -> Finding {
    let commands = &run.script.commands;
    let joined = commands
        .iter()
        .all(|c| c.join == Join::And || c.span == commands[0].span);
    let plain = run.json.is_none() && run.heredocs.is_empty() && joined && !run.script.is_broken;
    let ends = file
        .source
        .text
        .get(run.line_span.end.saturating_sub(1)..run.line_span.end);
    match plain && ends != Some("#") {
        true => finding.edit(run.line_span.end..run.line_span.end, text),
        false => finding.fix(FixKind::Suggested),
    }
}

fn apk(file: &Dockerfile<'_>, run: &Instruction, findings: &mut Findings) {
    let cache = "/var/cache/apk";
    for (at, command) in run.script.commands.iter().enumerate() {
        if !APK.installs(command) || command.has_flag("no-cache") || is_mounted(run, cache) {
            continue;
        }
        if run
            .script
            .commands
            .iter()
            .skip(at)
            .any(|c| removes(c, &[cache]))
        {
            continue;
        }
        let add = command.args().iter().find(|w| w.value == "add");
        let place = add.map_or(command.span.end, |w| w.span.end);
        findings.add(
            file.finding(
                &CHECK,
                run,
                command.span.clone(),
                "apk keeps its index in the layer",
            )
            .remedy("write apk add --no-cache")
            .aliases(&["DL3019", "DS-0025", "DKL-DI-0004"])
            .edit(place..place, " --no-cache"),
        );
    }
}

/// A manager of rpm packages whose cache a subcommand cleans.
struct Cleaned {
    names: &'static [&'static str],
    uses: &'static [&'static str],
    cleans: &'static [&'static str],
    caches: &'static [&'static str],
    aliases: &'static [&'static str],
    advice: &'static str,
}

static CLEANED: [Cleaned; 4] = [
    Cleaned {
        names: &["yum"],
        uses: &[
            "install",
            "groupinstall",
            "localinstall",
            "reinstall",
            "upgrade",
            "update",
            "update-minimal",
        ],
        cleans: &["clean"],
        caches: &["/var/cache/yum", "/var/cache/dnf"],
        aliases: &["DL3032", "DS-0015"],
        advice: "yum clean all",
    },
    Cleaned {
        names: &["dnf", "dnf5", "tdnf"],
        uses: &[
            "install",
            "in",
            "groupinstall",
            "localinstall",
            "reinstall",
            "rei",
            "upgrade",
            "up",
            "update",
            "upgrade-minimal",
            "up-min",
            "update-minimal",
            "distro-sync",
            "dsync",
            "builddep",
        ],
        cleans: &["clean"],
        caches: &["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"],
        aliases: &["DL3040", "DS-0019"],
        advice: "dnf clean all",
    },
    Cleaned {
        names: &["microdnf"],
        uses: &["install", "reinstall", "upgrade", "update"],
        cleans: &["clean"],
        caches: &["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"],
        aliases: &["DL3040", "DS-0027"],
        advice: "microdnf clean all",
    },
    Cleaned {
        names: &["zypper"],
        uses: &[
            "install",
            "in",
            "patch",
            "update",
            "up",
            "dist-upgrade",
            "dup",
            "remove",
            "rm",
            "source-install",
            "si",
        ],
        cleans: &["clean", "cc"],
        caches: &["/var/cache/zypp"],
        aliases: &["DL3036", "DS-0020"],
        advice: "zypper clean --all",
    },
];

fn rpm(file: &Dockerfile<'_>, run: &Instruction, findings: &mut Findings) {
    let commands = &run.script.commands;
    for manager in &CLEANED {
        let subcommand = |c: &Command| -> Option<String> {
            if !manager.names.contains(&c.name()) {
                return None;
            }
            let takes = if manager.names == ["zypper"] {
                ZYPPER.takes_value
            } else {
                DNF.takes_value
            };
            c.plain(takes).first().map(|w| w.value.clone())
        };
        let is = |c: &Command, known: &[&str]| {
            subcommand(c).is_some_and(|s| known.contains(&s.as_str()))
        };
        let Some(last) = commands.iter().rposition(|c| is(c, manager.uses)) else {
            continue;
        };
        let cleaned = commands
            .iter()
            .skip(last)
            .any(|c| is(c, manager.cleans) || removes(c, manager.caches));
        if cleaned || manager.caches.iter().any(|cache| is_mounted(run, cache)) {
            continue;
        }
        let message = format!("the cache of {} stays in the layer", commands[last].name());
        let finding = file
            .finding(&CHECK, run, commands[last].span.clone(), message)
            .remedy(format!("end the RUN with && {}", manager.advice))
            .aliases(manager.aliases);
        findings.add(appended(
            file,
            run,
            finding,
            &format!(" && {}", manager.advice),
        ));
    }
    let _ = &YUM;
}

fn pip(file: &Dockerfile<'_>, run: &Instruction, findings: &mut Findings) {
    let cache = "/root/.cache/pip";
    let mut off = false;
    for command in &run.script.commands {
        if command.name() == "export" {
            off |= command.args().iter().any(|w| switches_off(&w.value));
        }
        let Some(pip) = pip_install(command).filter(|pip| pip.program == "pip") else {
            continue;
        };
        let here = command.assignments.iter().any(|w| switches_off(&w.value));
        let of_image =
            matches!(file.variable("PIP_NO_CACHE_DIR", run), Some(Some(value)) if is_true(&value));
        if command.has_flag("no-cache-dir") || off || here || of_image || is_mounted(run, cache) {
            continue;
        }
        let install = pip.command.args().iter().find(|w| w.value == "install");
        let place = install.map_or(command.span.end, |w| w.span.end);
        findings.add(
            file.finding(
                &CHECK,
                run,
                command.span.clone(),
                "pip keeps what it downloads in the layer",
            )
            .remedy("write pip install --no-cache-dir")
            .aliases(&["DL3042"])
            .edit(place..place, " --no-cache-dir"),
        );
    }
}

fn switches_off(assignment: &str) -> bool {
    assignment
        .strip_prefix("PIP_NO_CACHE_DIR=")
        .is_some_and(is_true)
}

/// What pip takes for true.
fn is_true(value: &str) -> bool {
    ["1", "true", "yes", "on", "y", "t"]
        .iter()
        .any(|v| v.eq_ignore_ascii_case(value))
}

fn yarn(file: &Dockerfile<'_>, run: &Instruction, findings: &mut Findings) {
    let commands = &run.script.commands;
    let is_yarn = |c: &Command, subcommand: &str| {
        c.name() == "yarn"
            && c.plain(&["cwd", "cache-folder"])
                .first()
                .is_some_and(|w| w.value == subcommand)
    };
    let Some(install) = commands
        .iter()
        .rposition(|c| is_yarn(c, "install") || is_yarn(c, "add"))
    else {
        return;
    };
    let cleaned = commands
        .iter()
        .skip(install)
        .any(|c| is_yarn(c, "cache") && c.has_arg("clean"));
    let mounted = [
        "/root/.cache/yarn",
        "/usr/local/share/.cache",
        "/root/.yarn",
    ]
    .iter()
    .any(|c| is_mounted(run, c))
        || mounts(run).iter().any(|m| m.target.contains("yarn"));
    if cleaned || mounted || !is_kept(file, run) {
        return;
    }
    let finding = file
        .finding(
            &CHECK,
            run,
            commands[install].span.clone(),
            "yarn keeps what it downloads in the layer",
        )
        .remedy("end the RUN with && yarn cache clean")
        .aliases(&["DL3060"]);
    findings.add(appended(file, run, finding, " && yarn cache clean"));
}
