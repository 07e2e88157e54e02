//! etcd data open to others.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-003",
        title: "etcd data open to others",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KCV-0058", "KCV-0059", "C-0102", "C-0103"],
        about: "The directory is every Secret of the cluster. Set the mode to 700 and the owner to etcd:etcd.",
        good: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {etcdDataDirectoryPermissions: {values: [700]}}}
",
        bad: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {etcdDataDirectoryPermissions: {values: [755]}}}
",
    },
    remedy: "Set the mode to 700 and the owner to etcd:etcd",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "etcdDataDirectoryPermissions",
        peers: &["KCV-0058", "C-0102"],
        want: Told::Mode(0o700),
    },
    Info {
        key: "etcdDataDirectoryOwnership",
        peers: &["KCV-0059", "C-0103"],
        want: Told::Owner("etcd:etcd"),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
}
