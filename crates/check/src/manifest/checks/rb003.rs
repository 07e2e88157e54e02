//! Rights for everybody.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rbac::{role_name, subjects};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-003",
        title: "Rights for everybody",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0122",
            "KSV-01011",
            "C-0262",
            "C-0265",
            "ksec:BindingsToSystemAnonymous",
        ],
        about: "Everyone who can reach the API server, with or without a name, has these rights; so has every pod. Bind named users, groups or service accounts.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: web, namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: view}, subjects: [{kind: User, name: jane}]}
",
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: web, namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: view}, subjects: [{kind: User, name: "system:anonymous"}]}
"#,
    },
    remedy: "Bind named users, groups or service accounts",
    look: Look::Object(look),
};

/// What a cluster itself grants to everybody.
const OWN: &[&str] = &[
    "system:public-info-viewer",
    "system:discovery",
    "system:basic-user",
    "system:service-account-issuer-discovery",
];

fn look(object: &Object, found: &mut Found<'_>) {
    if role_name(object)
        .and_then(Node::as_str)
        .is_some_and(|role| OWN.contains(&role))
    {
        return;
    }
    for subject in subjects(object) {
        let Some(name) = subject.get("name") else {
            continue;
        };
        let peers: &[&str] = match name.as_str() {
            Some("system:anonymous" | "system:unauthenticated") => &[
                "KSV-0122",
                "C-0262",
                "C-0265",
                "ksec:BindingsToSystemAnonymous",
            ],
            Some("system:authenticated" | "system:serviceaccounts") => &["KSV-01011", "C-0265"],
            _ => continue,
        };
        found.add_as(
            peers,
            name.span,
            format!(
                "{} grants rights to `{}`",
                object.title(),
                name.as_str().unwrap_or_default()
            ),
        );
    }
}
