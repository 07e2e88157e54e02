//! Cloud metadata address reachable.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::within;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-007",
        title: "Cloud metadata address reachable",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["C-0052"],
        about: "The address hands out the node's cloud credentials to whoever asks from the node, a broken-into pod included. Leave 169.254.169.254/32 and fd00:ec2::254/128 out of every egress rule, and set the hop limit of the metadata service to 1.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}}
",
    },
    remedy: "Leave 169.254.169.254/32 and fd00:ec2::254/128 out of every egress rule, and set the hop limit of the metadata service to 1",
    look: Look::Object(look),
};

/// Where clouds answer with credentials, over both families of addresses.
const METADATA: &[&str] = &["169.254.169.254/32", "fd00:ec2::254/128"];

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    let rules = object.spec().map_or(&[][..], |spec| spec.list("egress"));
    for block in rules
        .iter()
        .flat_map(|rule| rule.list("to"))
        .filter_map(|peer| peer.get("ipBlock"))
    {
        let Some(cidr) = block.get("cidr") else {
            continue;
        };
        let excepted = |address: &str| {
            block
                .list("except")
                .iter()
                .any(|node| node.as_str().is_some_and(|range| within(address, range)))
        };
        let open = METADATA.iter().find(|address| {
            within(address, cidr.as_str().unwrap_or_default()) && !excepted(address)
        });
        if let Some(address) = open {
            match block.get("except") {
                Some(list) => found.append(list, address),
                None => found.insert(Some(block), "except", &format!("[{address}]")),
            }
            found.add(
                cidr.span,
                format!("{} lets pods reach {address}", object.title()),
            );
        }
    }
}
