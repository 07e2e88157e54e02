//! Control plane files readable by others.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-001",
        title: "Control plane files readable by others",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0048", "KCV-0050", "KCV-0052", "KCV-0054", "KCV-0056", "KCV-0060", "KCV-0062",
            "KCV-0064", "KCV-0067", "KCV-0068", "C-0092", "C-0094", "C-0096", "C-0098", "C-0100",
            "C-0104", "C-0106", "C-0108", "C-0111", "C-0112",
        ],
        about: "The files hold credentials of the control plane, or decide what it runs. Set the mode to 600.",
        good: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {adminConfFilePermissions: {values: [600]}}}
",
        bad: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {adminConfFilePermissions: {values: [644]}}}
",
    },
    remedy: "Set the mode to 600",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "kubeAPIServerSpecFilePermission",
        peers: &["KCV-0048", "C-0092"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeControllerManagerSpecFilePermission",
        peers: &["KCV-0050", "C-0094"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeSchedulerSpecFilePermission",
        peers: &["KCV-0052", "C-0096"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeEtcdSpecFilePermission",
        peers: &["KCV-0054", "C-0098"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "containerNetworkInterfaceFilePermissions",
        peers: &["KCV-0056", "C-0100"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "adminConfFilePermissions",
        peers: &["KCV-0060", "C-0104"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "schedulerConfFilePermissions",
        peers: &["KCV-0062", "C-0106"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "controllerManagerConfFilePermissions",
        peers: &["KCV-0064", "C-0108"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubePKIKeyFilePermissions",
        peers: &["KCV-0067", "C-0112"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubernetesPKICertificateFilePermissions",
        peers: &["KCV-0068", "C-0111"],
        want: Told::Mode(0o600),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
}
