//! Base image on the deny list.

use super::prelude::*;
use super::reference::{Parts, external};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-001",
    title: "Base image on the deny list",
    severity: Severity::Critical,
    fix: FixKind::Suggested,
    peers: &["DL3026"],
    about: "The organisation has decided that nothing is built upon this image, with \
            `--deny-image` or `check.deny-image`. Without a list, one kind is still known to \
            be wrong: schema 1 images and registries that were shut down cannot be pulled by \
            anybody, so a name that resolves there can only be somebody else's. References \
            are compared part by part, never as text.",
    good: "FROM quay.io/coreos/etcd:v3.5.9\n",
    bad: "FROM k8s.gcr.io/pause:3.9\n",
};

/// Registries that were shut down or frozen, with where their content went.
const GONE: [(&str, &str); 4] = [
    ("k8s.gcr.io", "registry.k8s.io"),
    ("gcr.io/google-containers", "registry.k8s.io"),
    ("docker.pkg.github.com", "ghcr.io"),
    ("registry.svc.ci.openshift.org", "quay.io"),
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for image in external(file) {
        let parts = Parts::of(&image.reference);
        let instruction = &file.instructions[image.instruction];
        let denied = file
            .settings
            .denied
            .iter()
            .find(|denied| parts.is_or_is_below(denied));
        if let Some(denied) = denied {
            let message = format!("{} is denied by {denied}", image.reference);
            findings.add(file.finding(&CHECK, instruction, image.span.clone(), message));
        } else if let Some((gone, now)) = GONE.iter().find(|(gone, _)| parts.is_or_is_below(gone)) {
            let message = format!("the registry of {} is frozen or gone", image.reference);
            findings.add(
                file.finding(&CHECK, instruction, image.span.clone(), message)
                    .severity(Severity::Medium)
                    .remedy(format!("take it from {now} instead of {gone}"))
                    .aliases(&[]),
            );
        }
    }
}
