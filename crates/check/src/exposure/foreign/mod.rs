//! Policies that are not Kubernetes' own NetworkPolicy: Cilium's, Calico's, and those of the
//! cluster's administrator.
//!
//! They are evaluated as far as manifests tell; where an answer depends on the order of
//! policies, on groups kept elsewhere, or on labels of namespaces that are in no file, it is
//! [`Answer::Maybe`], and the exposure that hangs on it is unknown.

mod admin;
mod calico;
mod cilium;

use super::entry::Way;
use super::policy::Answer;
use super::select::Labels;
use crate::manifest::object::{Object, Pod};
use std::collections::HashMap;

/// Labels of the namespaces of a scope.
pub(super) type Namespaces<'a> = HashMap<&'a str, Labels<'a>>;

/// Whose kind a policy is.
#[derive(Debug, Clone, Copy)]
enum Family {
    Cilium,
    Calico,
    Admin,
}

/// A policy of another kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Foreign<'a> {
    object: &'a Object,
    family: Family,
}

/// What a policy says of a pod, or of one way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Say {
    /// Whether it closes the pod but for what policies let in.
    pub closes: Answer,
    /// Whether it lets the way in.
    pub admits: Answer,
    /// Whether it refuses the way, whatever others let in.
    pub denies: Answer,
}

impl Say {
    const NOTHING: Self = Self {
        closes: Answer::No,
        admits: Answer::No,
        denies: Answer::No,
    };

    /// What two policies say together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            closes: self.closes.max(other.closes),
            admits: self.admits.max(other.admits),
            denies: self.denies.max(other.denies),
        }
    }

    /// Whether the way gets through.
    pub(super) fn verdict(self) -> Answer {
        let open = match (self.closes, self.admits) {
            (Answer::No, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::Maybe, _) | (_, Answer::Maybe) => Answer::Maybe,
            (Answer::Yes, Answer::No) => Answer::No,
        };
        match (self.denies, open) {
            (Answer::Yes, _) => Answer::No,
            (Answer::Maybe, Answer::Yes) => Answer::Maybe,
            (_, open) => open,
        }
    }
}

impl<'a> Foreign<'a> {
    /// The policy that an object is; `None` for any other object.
    pub(super) fn of(object: &'a Object) -> Option<Self> {
        let family = match (object.kind(), object.group()) {
            ("CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy", "cilium.io") => {
                Family::Cilium
            }
            (
                "NetworkPolicy" | "GlobalNetworkPolicy",
                "projectcalico.org" | "crd.projectcalico.org",
            ) => Family::Calico,
            (
                "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy",
                "policy.networking.k8s.io",
            ) => Family::Admin,
            _ => return None,
        };
        Some(Self { object, family })
    }

    /// What it says of a way into `pod`.
    pub(super) fn says(&self, pod: &Pod<'_>, way: &Way<'_>, namespaces: &Namespaces<'_>) -> Say {
        match self.family {
            Family::Cilium => cilium::says(self.object, pod, way),
            Family::Calico => calico::says(self.object, pod, way, namespaces),
            Family::Admin => admin::says(self.object, pod, way, namespaces),
        }
    }

    /// Whether it closes a direction (`Ingress`, `Egress`) of `pod` and opens nothing in it:
    /// `Maybe` where it might open something, or where it is not told whom it selects.
    pub(super) fn shuts(&self, pod: &Pod<'_>, direction: &str, all: &Namespaces<'_>) -> Answer {
        match self.family {
            Family::Cilium => cilium::shuts(self.object, pod, direction),
            Family::Calico => calico::shuts(self.object, pod, direction, all),
            Family::Admin => admin::shuts(self.object, pod, direction, all),
        }
    }
}
