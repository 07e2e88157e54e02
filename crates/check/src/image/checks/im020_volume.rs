//! Image declares a volume in the system's own files.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-020",
    title: "Image declares a volume in the system's own files",
    severity: Severity::Low,
    fix: FixKind::Manual,
    peers: &["DKL-DI-0002"],
    about: "A volume over /proc, /sys or /dev hides what the kernel puts there, one over \
            /etc or /usr the image's own files, which then no longer come from the image.",
    good: r#"{"config":{"User":"1","Volumes":{"/data":{}}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1","Volumes":{"/dev":{}}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let system = [
        "/proc", "/sys", "/dev", "/etc", "/usr", "/bin", "/sbin", "/lib", "/boot",
    ];
    let volumes = facts.volumes.iter().map(|v| v.trim_end_matches('/'));
    volumes
        .filter(|v| system.contains(v) || v.starts_with("/proc/") || v.starts_with("/sys/"))
        .map(|v| {
            Told::new(
                format!("the volume {v} covers the system's own files"),
                "keep data under a directory of its own",
            )
            .of(v)
        })
        .collect()
}
