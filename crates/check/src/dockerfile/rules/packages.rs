//! What is known about package managers: their commands, their flags.

use super::prelude::*;

/// A package manager of an operating system.
pub(super) struct Manager {
    /// Its programs.
    pub(super) names: &'static [&'static str],
    /// Subcommands that install.
    pub(super) install: &'static [&'static str],
    /// Flags that take the word after them.
    pub(super) takes_value: &'static [&'static str],
    /// Flags that answer every question.
    pub(super) yes: &'static [&'static str],
    /// The flag to add to answer every question.
    pub(super) add_yes: &'static str,
}

pub(super) static APT: Manager = Manager {
    names: &["apt-get", "apt", "aptitude"],
    install: &["install"],
    takes_value: &[
        "t",
        "target-release",
        "default-release",
        "o",
        "option",
        "c",
        "config-file",
        "a",
        "host-architecture",
    ],
    yes: &["y", "yes", "assume-yes", "force-yes"],
    add_yes: "-y",
};

pub(super) static APK: Manager = Manager {
    names: &["apk"],
    install: &["add"],
    takes_value: &[
        "t",
        "virtual",
        "X",
        "repository",
        "p",
        "root",
        "arch",
        "keys-dir",
        "repositories-file",
        "cache-dir",
        "cache-max-age",
        "wait",
    ],
    yes: &[],
    add_yes: "",
};

pub(super) static YUM: Manager = Manager {
    names: &["yum"],
    install: &["install", "groupinstall", "localinstall", "reinstall"],
    takes_value: &[
        "c",
        "config",
        "d",
        "debuglevel",
        "e",
        "errorlevel",
        "R",
        "randomwait",
        "x",
        "exclude",
        "installroot",
        "releasever",
        "enablerepo",
        "disablerepo",
        "setopt",
    ],
    yes: &["y", "assumeyes"],
    add_yes: "-y",
};

pub(super) static DNF: Manager = Manager {
    names: &["dnf", "microdnf", "dnf5", "tdnf"],
    install: &[
        "install",
        "in",
        "groupinstall",
        "localinstall",
        "reinstall",
        "rei",
    ],
    takes_value: &[
        "c",
        "config",
        "d",
        "debuglevel",
        "e",
        "errorlevel",
        "R",
        "randomwait",
        "x",
        "exclude",
        "excludepkgs",
        "installroot",
        "releasever",
        "enablerepo",
        "disablerepo",
        "repo",
        "repoid",
        "setopt",
        "forcearch",
        "nobest-exclude",
    ],
    yes: &["y", "assumeyes"],
    add_yes: "-y",
};

pub(super) static ZYPPER: Manager = Manager {
    names: &["zypper"],
    install: &["install", "in"],
    takes_value: &[
        "R",
        "root",
        "r",
        "repo",
        "from",
        "t",
        "type",
        "C",
        "capability",
        "p",
        "plus-content",
        "c",
        "config",
        "installroot",
        "releasever",
    ],
    yes: &[
        "n",
        "non-interactive",
        "y",
        "no-confirm",
        "non-interactive-include-reboot-patches",
    ],
    add_yes: "--non-interactive",
};

/// Every package manager of an operating system.
pub(super) static ALL: [&Manager; 5] = [&APT, &APK, &YUM, &DNF, &ZYPPER];

impl Manager {
    /// Whether the command is one of this manager's programs.
    pub(super) fn is(&self, command: &Command) -> bool {
        self.names.contains(&command.name())
    }

    /// The subcommand: the first word that is no flag.
    pub(super) fn subcommand<'a>(&self, command: &'a Command) -> &'a str {
        let plain = command.plain(self.takes_value);
        plain.first().map_or("", |word| word.value.as_str())
    }

    /// Whether the command installs.
    pub(super) fn installs(&self, command: &Command) -> bool {
        self.is(command) && self.install.contains(&self.subcommand(command))
    }

    /// The packages that an installing command names.
    pub(super) fn packages<'a>(&self, command: &'a Command) -> Vec<&'a ShellWord> {
        let plain = command.plain(self.takes_value);
        plain.into_iter().skip(1).collect()
    }
}

/// The program of a `pip install`, with its arguments from `install` on; none for others.
/// `python -m pip` counts.
pub(super) fn pip_install(command: &Command) -> Option<Pip<'_>> {
    let name = command.name();
    let words = &command.words;
    let (program, from) = match name {
        "pipx" => ("pipx", 1),
        name if is_versioned(name, "pip") => ("pip", 1),
        name if is_versioned(name, "python") || is_versioned(name, "pypy") => {
            let at = words.iter().position(|w| w.value == "-m")?;
            let module = words.get(at + 1).filter(|w| w.value == "pip")?;
            let _ = module;
            ("pip", at + 2)
        }
        _ => return None,
    };
    let rest = Command {
        words: words.get(from - 1..)?.to_vec(),
        ..Command::default()
    };
    let plain = rest.plain(PIP_TAKES_VALUE);
    let installs = plain.first().is_some_and(|w| w.value == "install");
    installs.then_some(Pip {
        program,
        packages: plain.into_iter().skip(1).cloned().collect(),
        command,
    })
}

/// A `pip install` or `pipx install`.
pub(super) struct Pip<'a> {
    /// `pip` or `pipx`.
    pub(super) program: &'static str,
    /// What it names.
    pub(super) packages: Vec<ShellWord>,
    /// The command.
    pub(super) command: &'a Command,
}

const PIP_TAKES_VALUE: &[&str] = &[
    "abi",
    "b",
    "build",
    "cache-dir",
    "c",
    "constraint",
    "e",
    "editable",
    "extra-index-url",
    "f",
    "find-links",
    "i",
    "index-url",
    "implementation",
    "no-binary",
    "only-binary",
    "platform",
    "prefix",
    "progress-bar",
    "proxy",
    "python-version",
    "python",
    "root",
    "root-user-action",
    "r",
    "requirement",
    "src",
    "t",
    "target",
    "trusted-host",
    "upgrade-strategy",
    "timeout",
    "retries",
    "cert",
    "client-cert",
    "log",
    "exists-action",
    "report",
    "config-settings",
    "global-option",
    "use-feature",
    "use-deprecated",
    "pip-args",
    "index",
    "suffix",
];

/// `pip`, `pip3`, `pip3.11`.
fn is_versioned(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem)
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}
