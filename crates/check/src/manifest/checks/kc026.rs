//! Admission does not hold what it is for.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{component, flag};
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-026",
        title: "Admission does not hold what it is for",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["C-0192", "C-0036"],
        about: "Pod Security is switched off or lets everything through by default, or a policy is bound so that it tells and does not refuse: what the checks of a pipeline would stop is taken when it comes another way. Keep the plug-in PodSecurity with `enforce: baseline` or more, and bind policies with `Deny`.",
        good: r"{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: images}, spec: {policyName: images, validationActions: [Deny]}}
",
        bad: r"{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: images}, spec: {policyName: images, validationActions: [Audit]}}
",
    },
    remedy: "Keep the plug-in PodSecurity with `enforce: baseline` or more, and bind policies with `Deny`",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let containers = object.pod().map(|pod| pod.containers()).unwrap_or_default();
    for container in &containers {
        if component(container) != Some("kube-apiserver") {
            continue;
        }
        let off = flag(container, "disable-admission-plugins");
        if let Some((_, span)) =
            off.filter(|(list, _)| list.split(',').any(|one| one.trim() == "PodSecurity"))
        {
            found.add_as(
                &["C-0192"],
                span,
                "`kube-apiserver` has Pod Security switched off",
            );
        }
    }
    match (object.kind(), object.group()) {
        ("ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io") => {
            let Some(actions) = object.spec().and_then(|spec| spec.get("validationActions")) else {
                return;
            };
            let refuses = actions
                .items()
                .iter()
                .any(|one| one.as_str() == Some("Deny"));
            if !refuses && !actions.items().is_empty() {
                found.add_as(
                    &[],
                    actions.span,
                    format!("{} tells and does not refuse", object.title()),
                );
            }
        }
        ("AdmissionConfiguration", "apiserver.config.k8s.io") => {
            for plugin in object.node.list("plugins") {
                defaults(object, plugin.get("configuration"), found);
            }
        }
        ("PodSecurityConfiguration", _) => defaults(object, Some(&object.node), found),
        _ => {}
    }
}

fn defaults(object: &Object, configuration: Option<&Node>, found: &mut Found<'_>) {
    let Some(configuration) = configuration else {
        return;
    };
    if configuration.str_at("kind") != Some("PodSecurityConfiguration") {
        return;
    }
    let level = configuration.at(&["defaults", "enforce"]);
    if level.is_none_or(|level| level.as_str() == Some("privileged")) {
        found.add_as(
            &["C-0192"],
            level.map_or(configuration.span, |level| level.span),
            format!(
                "{} lets every pod through where a namespace says nothing",
                object.title()
            ),
        );
    }
}
