//! Working directory or volume in the system's own files.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-037",
    title: "Working directory or volume in the system's own files",
    severity: Severity::High,
    fix: FixKind::Manual,
    peers: &["DS-0030", "DKL-DI-0002"],
    about: "/proc, /sys and /dev belong to the kernel and are mounted over when the container \
            starts; a volume over /boot, /etc or /usr hides the image's own files, and one \
            with device files is a way out. Keep data under a directory of its own.",
    good: "FROM debian:12\nWORKDIR /srv/app\n",
    bad: "FROM debian:12\nWORKDIR /proc/self\n",
};

const KERNEL: [&str; 3] = ["/proc", "/sys", "/dev"];

const SYSTEM: [&str; 6] = ["/boot", "/etc", "/usr", "/bin", "/sbin", "/lib"];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for instruction in &file.instructions {
        let is_volume = instruction.keyword == Keyword::Volume;
        if !is_volume && instruction.keyword != Keyword::Workdir {
            continue;
        }
        for word in instruction.arguments() {
            let path = word.value.trim_end_matches('/');
            let below = |dir: &&str| {
                path.strip_prefix(*dir)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            // A program may well work in /etc/nginx; /etc itself as a volume is another thing.
            let kernel = KERNEL.iter().find(|dir| below(dir));
            let system = SYSTEM.iter().find(|dir| {
                if is_volume {
                    path == **dir
                } else {
                    **dir == "/boot" && below(dir)
                }
            });
            if let Some(dir) = kernel.or(system) {
                findings.add(file.finding(
                    &CHECK,
                    instruction,
                    word.span.clone(),
                    format!("{path} is in {dir}, which is the system's"),
                ));
            }
        }
    }
}
