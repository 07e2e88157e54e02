//! Admission plug-ins missing or forbidden.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, component, flag, flags, minor};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-008",
        title: "Admission plug-ins missing or forbidden",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0010", "KCV-0011", "KCV-0012", "KCV-0013", "KCV-0014", "KCV-0015", "KCV-0016",
            "C-0121", "C-0122", "C-0123", "C-0124", "C-0125", "C-0126", "C-0127",
        ],
        about: "Plug-ins keep kubelets to their own node, images to those who may pull them, floods of events from the API server. Enable NodeRestriction, EventRateLimit and AlwaysPullImages, never AlwaysAdmit; disable neither ServiceAccount nor NamespaceLifecycle.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--enable-admission-plugins=NodeRestriction,EventRateLimit,AlwaysPullImages"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--enable-admission-plugins=AlwaysAdmit"]}]}}
"#,
    },
    remedy: "Enable NodeRestriction, EventRateLimit and AlwaysPullImages, never AlwaysAdmit; disable neither ServiceAccount nor NamespaceLifecycle",
    look: Look::Container(look),
};

const API: &str = "kube-apiserver";
const ON: &str = "enable-admission-plugins";
const OFF: &str = "disable-admission-plugins";

const FLAGS: &[Flag] = &[
    Flag {
        component: API,
        flag: ON,
        want: Want::Holds("EventRateLimit"),
        peers: &["KCV-0010", "C-0121"],
        wrong: "does not limit events",
    },
    Flag {
        component: API,
        flag: ON,
        want: Want::Lacks("AlwaysAdmit"),
        peers: &["KCV-0011", "C-0122"],
        wrong: "admits everything",
    },
    Flag {
        component: API,
        flag: ON,
        want: Want::Holds("AlwaysPullImages"),
        peers: &["KCV-0012", "C-0123"],
        wrong: "lets pods use images without asking the registry",
    },
    Flag {
        component: API,
        flag: OFF,
        want: Want::Lacks("ServiceAccount"),
        peers: &["KCV-0014", "C-0125"],
        wrong: "disables ServiceAccount",
    },
    Flag {
        component: API,
        flag: OFF,
        want: Want::Lacks("NamespaceLifecycle"),
        peers: &["KCV-0015", "C-0126"],
        wrong: "disables NamespaceLifecycle",
    },
    Flag {
        component: API,
        flag: ON,
        want: Want::Holds("NodeRestriction"),
        peers: &["KCV-0016", "C-0127"],
        wrong: "lets kubelets change other nodes",
    },
];

/// The last minor version that still had the plug-in SecurityContextDeny.
const SECURITY_CONTEXT_DENY: u32 = 29;

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
    // Pod Security admission took the place of both plug-ins, and is on by default.
    if component(container) != Some(API)
        || minor(container).is_some_and(|minor| minor > SECURITY_CONTEXT_DENY)
    {
        return;
    }
    let given = flag(container, ON);
    let has = |name: &str| given.is_some_and(|(list, _)| list.split(',').any(|one| one == name));
    if !has("PodSecurityPolicy") && !has("SecurityContextDeny") && !has("PodSecurity") {
        let span = given.map_or(container.span(), |(_, span)| span);
        found.add_as(&["KCV-0013", "C-0124"], span, "`kube-apiserver` of a version without Pod Security admission checks no security context");
    }
}
