//! Program that runs as its owner.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-005",
    title: "Program that runs as its owner",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["CIS-DI-0008"],
    about: "Whoever breaks into the container becomes root through a flaw in such a program, \
            unless `allowPrivilegeEscalation` is off. Those that distributions always have \
            (su, mount, passwd and the like) are not told; take the bit off the others, or \
            leave them out.",
    good: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"usr/bin/passwd","mode":"4755"}]}"#,
    bad: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"opt/app/helper","mode":"4755"}]}"#,
};

/// Programs of distributions that need it, by their last name.
const USUAL: &[&str] = &[
    "at",
    "bbsuid",
    "bsd-write",
    "chage",
    "chfn",
    "chsh",
    "crontab",
    "dbus-daemon-launch-helper",
    "dotlockfile",
    "expiry",
    "fusermount",
    "fusermount3",
    "gpasswd",
    "grub2-set-bootflag",
    "ksu",
    "locate",
    "mlocate",
    "mount",
    "mount.nfs",
    "newgidmap",
    "newgrp",
    "newuidmap",
    "pam_extrausers_chkpwd",
    "pam_timestamp_check",
    "passwd",
    "ping",
    "ping4",
    "ping6",
    "pkexec",
    "plocate",
    "polkit-agent-helper-1",
    "pt_chown",
    "sg",
    "ssh-agent",
    "ssh-keysign",
    "su",
    "sudo",
    "sudoedit",
    "umount",
    "unix_chkpwd",
    "userhelper",
    "usernetctl",
    "utempter",
    "wall",
    "write",
    "write.ul",
];

fn run(facts: &Facts) -> Vec<Told> {
    let set = facts.places.iter().filter(|place| {
        let name = place.path.rsplit('/').next().unwrap_or_default();
        let system = ["bin/", "sbin/", "usr/", "lib/"];
        let usual = USUAL.contains(&name) && system.iter().any(|d| place.path.starts_with(d));
        place.is_set() && !usual
    });
    set.map(|place| {
        Told::new(
            format!("/{} has the mode {:04o}", place.path, place.mode & 0o7777),
            "take the bit off: RUN chmod a-s FILE",
        )
        .of(format!("/{}", place.path))
    })
    .collect()
}
