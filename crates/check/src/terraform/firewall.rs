//! Openings that security groups, rules and firewalls of three clouds make to every address.

use super::module::Resource;
use super::policy::words;
use super::rule::{each, open_range};
use crate::manifest::node::{Node, Span};

/// An opening to every address.
pub(crate) struct Opening {
    /// Where it is made.
    pub span: Span,
    /// Ranges of ports, both ends included; none for every port.
    ports: Vec<(i64, i64)>,
    /// Whether it is for TCP.
    tcp: bool,
}

impl Opening {
    /// Whether TCP traffic to `port` gets through.
    pub(crate) fn reaches(&self, port: i64) -> bool {
        self.tcp
            && (self.ports.is_empty()
                || self
                    .ports
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&port)))
    }
}

/// Openings of a resource in a direction, `ingress` or `egress`.
pub(crate) fn openings(resource: &Resource, direction: &str) -> Vec<Opening> {
    let node = &resource.node;
    match resource.kind.as_str() {
        "aws_security_group" => each(node, direction).into_iter().filter_map(aws).collect(),
        "aws_security_group_rule" if node.str_at("type") == Some(direction) => {
            aws(node).into_iter().collect()
        }
        "aws_vpc_security_group_ingress_rule" if direction == "ingress" => {
            aws(node).into_iter().collect()
        }
        "aws_vpc_security_group_egress_rule" if direction == "egress" => {
            aws(node).into_iter().collect()
        }
        "azurerm_network_security_rule" => azure(node, direction).into_iter().collect(),
        "azurerm_network_security_group" => each(node, "security_rule")
            .into_iter()
            .filter_map(|rule| azure(rule, direction))
            .collect(),
        "google_compute_firewall" => google(node, direction).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn aws(rule: &Node) -> Option<Opening> {
    let keys = ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"];
    let open = keys
        .into_iter()
        .filter_map(|key| rule.get(key))
        .find_map(open_range)?;
    let protocol = rule
        .str_at("protocol")
        .or_else(|| rule.str_at("ip_protocol"))
        .unwrap_or("tcp");
    let every = matches!(protocol, "-1" | "all");
    let ports = match (rule.int_at("from_port"), rule.int_at("to_port")) {
        (Some(first), Some(last)) if !every && (first, last) != (-1, -1) => vec![(first, last)],
        _ => Vec::new(),
    };
    Some(Opening {
        span: open.span,
        ports,
        tcp: every || matches!(protocol, "tcp" | "6"),
    })
}

fn azure(rule: &Node, direction: &str) -> Option<Opening> {
    let (wanted, far) = if direction == "ingress" {
        ("Inbound", "source_address_prefix")
    } else {
        ("Outbound", "destination_address_prefix")
    };
    let is = |key: &str, word: &str| {
        rule.str_at(key)
            .is_none_or(|given| given.eq_ignore_ascii_case(word))
    };
    if !is("direction", wanted)
        || !is("access", "Allow")
        || (direction == "egress" && rule.get("direction").is_none())
    {
        return None;
    }
    let many = format!("{far}es");
    let open = [far, many.as_str()]
        .into_iter()
        .filter_map(|key| rule.get(key))
        .find_map(open_range)?;
    let near = ["destination_port_range", "destination_port_ranges"]
        .into_iter()
        .flat_map(|key| words(rule.get(key)));
    let ranges: Vec<&str> = near.collect();
    let ports = if ranges.contains(&"*") {
        Vec::new()
    } else {
        ranges.into_iter().filter_map(port_range).collect()
    };
    let tcp = rule.str_at("protocol").is_none_or(|protocol| {
        matches!(protocol.to_ascii_lowercase().as_str(), "tcp" | "*" | "any")
    });
    Some(Opening {
        span: open.span,
        ports,
        tcp,
    })
}

fn google(firewall: &Node, direction: &str) -> Option<Opening> {
    let allow = each(firewall, "allow");
    let own = firewall.str_at("direction").unwrap_or("INGRESS");
    if allow.is_empty() || !own.eq_ignore_ascii_case(direction) || firewall.is_true("disabled") {
        return None;
    }
    let key = if direction == "ingress" {
        "source_ranges"
    } else {
        "destination_ranges"
    };
    let span = match firewall.get(key) {
        Some(ranges) => open_range(ranges)?.span,
        // A rule that names no source at all is for every source.
        None if ["source_tags", "source_service_accounts"]
            .iter()
            .all(|key| firewall.get(key).is_none()) =>
        {
            firewall.span
        }
        None => return None,
    };
    let tcp: Vec<&&Node> = allow
        .iter()
        .filter(|one| {
            matches!(
                one.str_at("protocol")
                    .map(str::to_ascii_lowercase)
                    .as_deref(),
                Some("tcp" | "all" | "6")
            )
        })
        .collect();
    let every = tcp.iter().any(|one| words(one.get("ports")).is_empty());
    let ports = tcp
        .iter()
        .flat_map(|one| words(one.get("ports")))
        .filter_map(port_range)
        .collect();
    Some(Opening {
        span,
        ports: if every { Vec::new() } else { ports },
        tcp: !tcp.is_empty(),
    })
}

/// `22` or `20-25`.
fn port_range(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}
