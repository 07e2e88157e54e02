//! Control plane files not owned by root.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-002",
        title: "Control plane files not owned by root",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0049", "KCV-0051", "KCV-0053", "KCV-0055", "KCV-0057", "KCV-0061", "KCV-0063",
            "KCV-0065", "KCV-0066", "C-0093", "C-0095", "C-0097", "C-0099", "C-0101", "C-0105",
            "C-0107", "C-0109", "C-0110",
        ],
        about: "Whoever owns the file can change what the control plane does. Give the file to root:root.",
        good: r#"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {adminConfFileOwnership: {values: ["root:root"]}}}
"#,
        bad: r#"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {adminConfFileOwnership: {values: ["user:user"]}}}
"#,
    },
    remedy: "Give the file to root:root",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "kubeAPIServerSpecFileOwnership",
        peers: &["KCV-0049", "C-0093"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubeControllerManagerSpecFileOwnership",
        peers: &["KCV-0051", "C-0095"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubeSchedulerSpecFileOwnership",
        peers: &["KCV-0053", "C-0097"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubeEtcdSpecFileOwnership",
        peers: &["KCV-0055", "C-0099"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "containerNetworkInterfaceFileOwnership",
        peers: &["KCV-0057", "C-0101"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "adminConfFileOwnership",
        peers: &["KCV-0061", "C-0105"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "schedulerConfFileOwnership",
        peers: &["KCV-0063", "C-0107"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "controllerManagerConfFileOwnership",
        peers: &["KCV-0065", "C-0109"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubePKIDirectoryFileOwnership",
        peers: &["KCV-0066", "C-0110"],
        want: Told::Owner("root:root"),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
}
