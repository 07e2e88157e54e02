//! The control plane's own manifests: flags of its components, settings of kubelets, and what
//! Trivy's node collector tells of files on a node (`kind: NodeInfo`).

use super::node::{Node, Span};
use super::object::{Container, Object};
use super::rule::Found;

/// A flag of a component and what it must be.
pub(crate) struct Flag {
    /// The program: `kube-apiserver`, `etcd` …; `*` for each of the four.
    pub component: &'static str,
    /// The flag without `--`.
    pub flag: &'static str,
    /// What it must be.
    pub want: Want,
    /// Ids of the same rule elsewhere.
    pub peers: &'static [&'static str],
    /// What is wrong otherwise, after "`component`".
    pub wrong: &'static str,
}

/// What a flag must be.
pub(crate) enum Want {
    /// Given.
    Set,
    /// Not given.
    Unset,
    /// Given, with this value.
    Is(&'static str),
    /// Not this value; not given is fine.
    IsNot(&'static str),
    /// A list that holds this.
    Holds(&'static str),
    /// A list without this; not given is fine.
    Lacks(&'static str),
    /// A number of at least this.
    AtLeast(i64),
    /// An address that only the node itself reaches.
    Loopback,
}

const COMPONENTS: &[&str] = &[
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "etcd",
    "kubelet",
];

/// The component of the control plane that a container runs.
pub(crate) fn component(container: &Container<'_>) -> Option<&'static str> {
    let words = container
        .words()
        .filter_map(Node::as_str)
        .flat_map(str::split_whitespace);
    let named = words.take(4).find_map(|word| {
        let name = word.rsplit_once('/').map_or(word, |(_, name)| name);
        COMPONENTS.iter().find(|known| **known == name)
    });
    named.copied()
}

/// The last value of a flag and where it stands.
pub(crate) fn flag<'a>(container: &Container<'a>, name: &str) -> Option<(&'a str, Span)> {
    let mut value = None;
    let mut open: Option<Span> = None;
    for node in container.words() {
        for word in node.as_str().into_iter().flat_map(str::split_whitespace) {
            if let Some(span) = open.take() {
                value = Some((if word.starts_with("--") { "true" } else { word }, span));
            }
            let Some(rest) = word
                .strip_prefix("--")
                .and_then(|word| word.strip_prefix(name))
            else {
                continue;
            };
            match rest.strip_prefix('=') {
                Some(given) => value = Some((given, node.span)),
                None if rest.is_empty() => open = Some(node.span),
                None => {}
            }
        }
    }
    open.map(|span| ("true", span)).or(value)
}

/// Reports flags of the component a container runs that are not what they must be.
pub(crate) fn flags(container: &Container<'_>, wanted: &[Flag], found: &mut Found<'_>) {
    let Some(component) = component(container) else {
        return;
    };
    for want in wanted
        .iter()
        .filter(|want| want.component == component || want.component == "*")
    {
        let given = flag(container, want.flag);
        if !holds(&want.want, given.map(|(value, _)| value)) {
            let span = given.map_or(container.span(), |(_, span)| span);
            mend(container, want, given.map(|(value, _)| value), found);
            found.add_as(want.peers, span, format!("`{component}` {}", want.wrong));
        }
    }
}

/// What mends the next finding, where the flag is a word of its own in a list of words.
fn mend(container: &Container<'_>, want: &Flag, given: Option<&str>, found: &mut Found<'_>) {
    let value = match &want.want {
        Want::Is(value) => Some(*value),
        Want::Loopback => Some("127.0.0.1"),
        Want::Unset | Want::IsNot(_) => None,
        _ => return,
    };
    let flag = want.flag;
    let lists = ["command", "args"].map(|key| container.node.get(key));
    for list in lists.into_iter().flatten() {
        let written = given.map(|given| format!("--{flag}={given}"));
        for item in list.items() {
            let word = item.as_str().unwrap_or_default();
            let name = word.rsplit('/').next().unwrap_or_default();
            match (&written, value) {
                (Some(written), Some(value)) if word == written => {
                    return found.set(item, &format!("--{flag}={value}"));
                }
                (Some(written), None) if word == written => {
                    return found.remove(list, item.span);
                }
                // A program that is not the whole word stands in a line of a shell.
                (None, Some(value)) if name == want.component => {
                    return found.append(list, &format!("--{flag}={value}"));
                }
                _ => {}
            }
        }
    }
}

fn holds(want: &Want, value: Option<&str>) -> bool {
    let has = |list: &str, item: &str| list.split(',').any(|one| one.trim() == item);
    match want {
        Want::Set => value.is_some_and(|value| !value.is_empty()),
        Want::Unset => value.is_none(),
        Want::Is(wanted) => value == Some(wanted),
        Want::IsNot(bad) => value != Some(bad),
        Want::Holds(item) => value.is_some_and(|list| has(list, item)),
        Want::Lacks(item) => value.is_none_or(|list| !has(list, item)),
        Want::AtLeast(least) => value
            .and_then(|value| value.parse::<i64>().ok())
            .is_some_and(|number| number >= *least),
        Want::Loopback => matches!(value, Some("127.0.0.1" | "::1" | "localhost")),
    }
}

/// Something a node collector tells, and what it must be.
pub(crate) struct Info {
    /// The key below `info`.
    pub key: &'static str,
    /// Ids of the same rule elsewhere.
    pub peers: &'static [&'static str],
    /// What a value must be.
    pub want: Told,
}

/// What a told value must be.
pub(crate) enum Told {
    /// A mode without rights for group and others, and no higher than this (octal).
    Mode(u32),
    /// `root:root`, or for etcd `etcd:etcd`.
    Owner(&'static str),
    /// Not one of these.
    Not(&'static [&'static str]),
    /// There, and one of these where any are named.
    One(&'static [&'static str]),
    /// There, with this end.
    Ends(&'static [&'static str]),
    /// Nothing.
    Nothing,
}

/// Reports what a `NodeInfo` tells that is not what it must be.
pub(crate) fn told(object: &Object, wanted: &[Info], found: &mut Found<'_>) {
    if object.kind() != "NodeInfo" {
        return;
    }
    for (key, entry) in object.node.get("info").into_iter().flat_map(Node::entries) {
        let name = key.as_str().unwrap_or_default().trim_end_matches('s');
        for want in wanted
            .iter()
            .filter(|want| want.key.trim_end_matches('s') == name)
        {
            let values = entry.list("values");
            if let Some(span) = wrong(&want.want, values, key.span) {
                let shown: Vec<&str> = values.iter().filter_map(Node::as_str).collect();
                let shown = if shown.is_empty() {
                    "nothing".to_owned()
                } else {
                    format!("`{}`", shown.join(", "))
                };
                found.add_as(
                    want.peers,
                    span,
                    format!("the node tells {shown} for `{}`", want.key),
                );
            }
        }
    }
}

fn wrong(want: &Told, values: &[Node], key: Span) -> Option<Span> {
    let first = |bad: &dyn Fn(&str) -> bool| {
        values
            .iter()
            .find(|node| bad(node.as_str().unwrap_or_default()))
            .map(|node| node.span)
    };
    match want {
        Told::Mode(limit) => first(&|text| {
            u32::from_str_radix(text, 8).is_ok_and(|mode| mode & 0o077 != 0 || mode > *limit)
        }),
        Told::Owner(owner) => first(&|text| text != *owner),
        Told::Not(bad) => first(&|text| bad.contains(&text)),
        Told::Nothing => first(&|_| true),
        Told::One(_) | Told::Ends(_) if values.is_empty() => Some(key),
        Told::One(good) => first(&|text| {
            !good.is_empty() && !text.split(',').all(|one| good.contains(&one.trim()))
        }),
        Told::Ends(ends) => first(&|text| !ends.iter().any(|end| text.ends_with(end))),
    }
}

/// A `KubeletConfiguration`; `None` for any other object.
pub(crate) fn kubelet(object: &Object) -> Option<&Node> {
    (object.kind() == "KubeletConfiguration" && object.group() == "kubelet.config.k8s.io")
        .then_some(&object.node)
}

/// Minor version of Kubernetes that a component's image names, `v1.31.2` being 31.
pub(crate) fn minor(container: &Container<'_>) -> Option<u32> {
    let image = container.node.str_at("image")?;
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    let tag = name.split_once(':')?.1;
    tag.strip_prefix('v')
        .unwrap_or(tag)
        .strip_prefix("1.")?
        .split('.')
        .next()?
        .parse()
        .ok()
}
