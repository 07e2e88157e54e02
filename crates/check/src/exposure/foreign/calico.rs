//! Calico's policies.
//!
//! Within a policy the first rule that matches decides; between policies their order does,
//! which is not followed: what one refuses and another lets in is undecided. A pod that some
//! policy selects is closed but for what is allowed (Calico documentation, "Network policy",
//! "Selectors").

use super::{Namespaces, Say};
use crate::exposure::address::{Reach, reach};
use crate::exposure::entry::{Sender, Way};
use crate::exposure::policy::{Answer, is_controller, named_port};
use crate::exposure::select::{Labels, labels};
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};

pub(super) fn says(object: &Object, pod: &Pod<'_>, way: &Way<'_>, all: &Namespaces<'_>) -> Say {
    let selects = selects(object, pod, all);
    let Some(spec) = object.spec().filter(|_| selects != Answer::No) else {
        return Say::NOTHING;
    };
    if !has_direction(spec, "Ingress") {
        return Say::NOTHING;
    }
    let mut say = Say {
        closes: selects,
        ..Say::NOTHING
    };
    for rule in spec.list("ingress") {
        let matches = matches(rule, way, pod).min(selects);
        match rule.str_at("action") {
            Some("Allow") => say.admits = say.admits.max(matches),
            // Whether a policy before this one lets it in is a matter of order.
            Some("Deny") => say.denies = say.denies.max(matches.min(Answer::Maybe)),
            Some("Pass") => say.admits = say.admits.max(matches.min(Answer::Maybe)),
            _ => continue,
        }
        if matches == Answer::Yes {
            break;
        }
    }
    // Refused with nothing that lets it in is refused, whatever the order.
    if say.admits == Answer::No {
        say.denies = Answer::No;
    }
    say
}

pub(super) fn shuts(
    object: &Object,
    pod: &Pod<'_>,
    direction: &str,
    all: &Namespaces<'_>,
) -> Answer {
    let Some(spec) = object.spec().filter(|spec| has_direction(spec, direction)) else {
        return Answer::No;
    };
    let rules = spec.list(&direction.to_ascii_lowercase());
    let opens = rules
        .iter()
        .any(|rule| matches!(rule.str_at("action"), Some("Allow" | "Pass")));
    let selects = selects(object, pod, all);
    if opens {
        selects.min(Answer::Maybe)
    } else {
        selects
    }
}

/// Without `types` a policy is about what it has rules for, and about ingress if it has none.
fn has_direction(spec: &Node, direction: &str) -> bool {
    let types = spec.list("types");
    if !types.is_empty() {
        return types.iter().any(|one| one.as_str() == Some(direction));
    }
    let egress = !spec.list("egress").is_empty();
    match direction {
        "Ingress" => !egress || !spec.list("ingress").is_empty(),
        _ => egress,
    }
}

fn selects(object: &Object, pod: &Pod<'_>, all: &Namespaces<'_>) -> Answer {
    let Some(spec) = object.spec() else {
        return Answer::No;
    };
    let home = pod.object.namespace();
    let of_namespace = if object.kind() != "GlobalNetworkPolicy" {
        if object.namespace() == home {
            Answer::Yes
        } else {
            Answer::No
        }
    } else {
        match spec.str_at("namespaceSelector") {
            None | Some("") => Answer::Yes,
            Some(text) => {
                let mut own = all.get(home).cloned().unwrap_or_default();
                own.insert("projectcalico.org/name", home);
                own.insert("kubernetes.io/metadata.name", home);
                match (holds(text, &own), all.contains_key(home)) {
                    (Answer::No, false) if !text.contains("/name") => Answer::Maybe,
                    (answer, _) => answer,
                }
            }
        }
    };
    let of_pod = match spec.str_at("selector") {
        None | Some("") => Answer::Yes,
        Some(text) => {
            let mut own = labels(pod.meta);
            own.insert("projectcalico.org/orchestrator", "k8s");
            own.insert("projectcalico.org/namespace", home);
            holds(text, &own)
        }
    };
    of_namespace.min(of_pod)
}

fn matches(rule: &Node, way: &Way<'_>, pod: &Pod<'_>) -> Answer {
    let ports = rule
        .get("destination")
        .map_or(&[][..], |one| one.list("ports"));
    let is_port = ports.is_empty()
        || way.ports.is_empty()
        || ports
            .iter()
            .any(|port| way.ports.iter().any(|own| port_is(port, *own, pod)));
    if !is_port {
        return Answer::No;
    }
    let Some(source) = rule.get("source").filter(|one| !one.is_empty()) else {
        return Answer::Yes;
    };
    // What is left out, and who serves as somebody, is not followed.
    let vague = source
        .entries()
        .filter_map(|(key, _)| key.as_str())
        .any(|key| !matches!(key, "nets" | "selector" | "namespaceSelector"));
    let nets = source.list("nets");
    let by_address = nets.iter().map(|one| block(one, way)).max();
    let selector = source.str_at("selector");
    let namespaces = source.get("namespaceSelector");
    let by_label = (selector.is_some() || namespaces.is_some()).then(|| match way.sender {
        Sender::Client(_) | Sender::Node => Answer::No,
        Sender::Pods => Answer::Yes,
        Sender::Controller => match namespaces.and_then(Node::as_str) {
            None => Answer::No,
            Some("all()" | "global()") => Answer::Yes,
            Some(_) if namespaces.is_some_and(is_controller) => Answer::Yes,
            Some(_) => Answer::Maybe,
        },
    });
    let told = by_address
        .unwrap_or(Answer::Yes)
        .min(by_label.unwrap_or(Answer::Yes));
    if vague { told.min(Answer::Maybe) } else { told }
}

fn block(net: &Node, way: &Way<'_>) -> Answer {
    let range = net.as_str().and_then(reach);
    match (&way.sender, range) {
        (_, None) => Answer::Maybe,
        (_, Some(Reach::All)) => Answer::Yes,
        (Sender::Client(Reach::All | Reach::Some), Some(Reach::Some)) => Answer::Yes,
        (Sender::Client(Reach::Private), Some(Reach::Private)) => Answer::Yes,
        (Sender::Client(Reach::Private), Some(Reach::Some)) => Answer::Maybe,
        (Sender::Client(_), Some(Reach::Private)) => Answer::No,
        (Sender::Pods, Some(Reach::Private)) => Answer::Yes,
        (Sender::Node | Sender::Controller, Some(Reach::Private)) => Answer::Maybe,
        (Sender::Node | Sender::Controller | Sender::Pods, Some(Reach::Some)) => Answer::No,
    }
}

/// `80`, `80:90`, or the name of a port.
fn port_is(port: &Node, own: u16, pod: &Pod<'_>) -> bool {
    let text = port.as_str().unwrap_or_default();
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).contains(&own),
        _ => named_port(pod, text) == Some(own),
    }
}

/// Whether a selector holds for labels; what is not understood is undecided.
fn holds(text: &str, labels: &Labels<'_>) -> Answer {
    // Longer ones are not written by people.
    if text.len() > 4_096 {
        return Answer::Maybe;
    }
    any_of(text, labels, 0)
}

/// Brackets within brackets that are followed.
const MAX_DEPTH: usize = 16;

fn any_of(text: &str, labels: &Labels<'_>, depth: usize) -> Answer {
    let parts = split(text, "||").into_iter();
    parts
        .map(|part| {
            let all = split(part, "&&").into_iter();
            all.map(|one| term(one.trim(), labels, depth))
                .min()
                .unwrap_or(Answer::Maybe)
        })
        .max()
        .unwrap_or(Answer::Maybe)
}

/// The parts of a text between `mark`s that are in no bracket and in no quotes.
fn split<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth -= 1,
            _ if depth == 0
                && at >= start
                && text.get(at..).is_some_and(|t| t.starts_with(mark)) =>
            {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + mark.len();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn term(text: &str, labels: &Labels<'_>, depth: usize) -> Answer {
    let sure = |holds: bool| if holds { Answer::Yes } else { Answer::No };
    if depth > MAX_DEPTH {
        return Answer::Maybe;
    }
    if let Some(rest) = text.strip_prefix('!') {
        return match term(rest.trim(), labels, depth + 1) {
            Answer::Yes => Answer::No,
            Answer::No => Answer::Yes,
            Answer::Maybe => Answer::Maybe,
        };
    }
    if text.is_empty() || text == "all()" {
        return Answer::Yes;
    }
    if let Some(inside) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return any_of(inside, labels, depth + 1);
    }
    if let Some(key) = text
        .strip_prefix("has(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return sure(labels.contains_key(key.trim()));
    }
    let own = |key: &str| labels.get(key.trim()).copied();
    let word = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
    if let Some((key, value)) = text.split_once("!=") {
        return sure(own(key) != Some(word(value).as_str()));
    }
    if let Some((key, value)) = text.split_once("==") {
        return sure(own(key) == Some(word(value).as_str()));
    }
    let Some((head, list)) = text.strip_suffix('}').and_then(|rest| rest.split_once('{')) else {
        return Answer::Maybe;
    };
    let listed = |value: &str| list.split(',').any(|one| word(one) == value);
    let head = head.trim();
    if let Some(key) = head.strip_suffix(" not in") {
        return sure(!own(key).is_some_and(listed));
    }
    match head.strip_suffix(" in") {
        Some(key) => sure(own(key).is_some_and(listed)),
        None => Answer::Maybe,
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Labels, holds};

    #[track_caller]
    fn check(text: &str, answer: Answer) {
        let labels: Labels<'_> = [("app", "web"), ("tier", "front")].into();
        assert_eq!(holds(text, &labels), answer, "{text}");
    }

    #[test]
    fn selectors_are_those_of_calico() {
        check("all()", Answer::Yes);
        check("", Answer::Yes);
        check("app == 'web'", Answer::Yes);
        check("app == \"db\"", Answer::No);
        check("app != 'db' && has(tier)", Answer::Yes);
        check("app == 'db' || tier in {'front', 'back'}", Answer::Yes);
        check("tier not in {'front'}", Answer::No);
        check("!has(zone)", Answer::Yes);
        check("!(app == 'web' && tier == 'front')", Answer::No);
        check("app starts with 'w'", Answer::Maybe);
        check("a == '&& ||'", Answer::No);
    }
}
