//! Base image from a registry that is not allowed.

use super::prelude::*;
use super::reference::{Parts, external};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-002",
    title: "Base image from a registry that is not allowed",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &["DL3026", "KSV-0125", "C-0078"],
    about: "Images come from where the organisation has said they may: `--allow-registry` \
            with a registry, or a registry and a path. Without a list, references to a bare \
            address or to the machine itself are reported: nobody else can rebuild such an \
            image, and nothing says who published it. References are compared part by part, \
            so an allowed `registry.example.com` does not allow `registry.example.com.evil.net`.",
    good: "FROM registry.example/base:1.2\n",
    bad: "FROM 192.0.2.7:5000/base:1.2\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let allowed = &file.settings.registries;
    for image in external(file) {
        let parts = Parts::of(&image.reference);
        let instruction = &file.instructions[image.instruction];
        let host = parts.registry.split(':').next().unwrap_or_default();
        let is_local = host == "localhost"
            || host.parse::<std::net::Ipv4Addr>().is_ok()
            || parts.registry.starts_with('[');
        let finding = if !allowed.is_empty() {
            if allowed.iter().any(|rule| parts.is_or_is_below(rule)) {
                continue;
            }
            let message = format!(
                "{} is not among the registries that are allowed",
                parts.registry
            );
            file.finding(&CHECK, instruction, image.span.clone(), message)
                .remedy(format!("take the image from {}", listed(&words(allowed))))
        } else if is_local {
            let message = format!(
                "{} is an address, not the name of a registry",
                parts.registry
            );
            file.finding(&CHECK, instruction, image.span.clone(), message)
                .severity(Severity::Low)
                .aliases(&[])
                .remedy("give the registry a name that everybody who builds can resolve")
        } else {
            continue;
        };
        findings.add(finding);
    }
}

fn words(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
