//! Amazon Linux: the core repositories, the kernel lines and the extras topics.
//!
//! Amazon Linux 2 has the same package names in several lines: `kernel` is 4.14 in the
//! core, 5.4, 5.10 and 5.15 beside it; `ruby` is 2.0 in the core and 3.0 in a topic. An
//! erratum of a line speaks about that line alone, so its range begins with it.

use super::super::{Feed, space};
use super::{Package, Place, Rules, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "amazon",
    title: "Amazon Linux",
    upstream: "https://cdn.amazonlinux.com (updateinfo.xml.gz of each repository)",
    downloads: &[],
    about: "Errata of Amazon Linux 1, 2, 2022 and 2023, with kernel lines and extras.",
    wants,
    read: |file, out| read(file, &RULES, out),
    finish: None,
};

const RULES: Rules = Rules {
    feed: "amazon",
    place,
};

fn place(package: &Package<'_>) -> Option<Place> {
    let (release, topic) = of_repository(package.repository()).or_else(|| of_id(package.id()))?;
    let topic = topic.map(|t| t.to_ascii_lowercase());
    let is_extra = release == "2" && topic.as_deref().is_some_and(|t| t != "livepatch");
    Some(Place {
        space: space::of_release("amzn", &release)?.name,
        modules: vec![None],
        since: topic
            .as_deref()
            .filter(|_| is_extra)
            .and_then(|topic| line(topic, package.version)),
        channel: topic
            .filter(|t| is_extra && !t.starts_with("kernel"))
            .map(|topic| format!("extras:{topic}")),
    })
}

/// `amazon-linux-2`, `amazon-linux-2---kernel-5.15`, `amazon-linux-ami`.
fn of_repository(short: &str) -> Option<(String, Option<String>)> {
    let rest = short.strip_prefix("amazon-linux-")?;
    let (release, topic) = match rest.split_once("---") {
        Some((release, topic)) => (release, Some(topic.to_owned())),
        None => (rest, None),
    };
    let release = release.split('-').next().unwrap_or(release);
    let release = if release == "ami" { "1" } else { release };
    Some((release.to_owned(), topic))
}

/// `ALAS-2018-939`, `ALAS2-2023-1`, `ALAS2KERNEL-5.15-2022-001`, `ALAS2023LIVEPATCH-…`;
/// announcements leave the release out before a topic: `ALASRUBY3.0-2023-003`.
fn of_id(id: &str) -> Option<(String, Option<String>)> {
    let rest = id.strip_prefix("ALAS")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (release, rest) = rest.split_at(digits);
    let mut parts: Vec<&str> = rest.split('-').collect();
    // The year and the number.
    parts.truncate(parts.len().saturating_sub(2));
    let topic = parts.join("-");
    let release = match (release, topic.is_empty()) {
        ("", true) => "1",
        ("", false) => "2",
        (release, _) => release,
    };
    Some((release.to_owned(), Some(topic).filter(|t| !t.is_empty())))
}

/// Where the line of a topic begins: `kernel-5.15` with 5.15, `ruby3.0` with 3.0. `None`
/// where the topic has no version, or its packages another.
fn line(topic: &str, version: &str) -> Option<String> {
    let start = topic.find(|c: char| c.is_ascii_digit())?;
    let line = topic[start..].trim_end_matches("=latest");
    let (epoch, upstream) = version.split_once(':')?;
    let rest = upstream.strip_prefix(line)?;
    rest.starts_with(['.', '-'])
        .then(|| format!("{epoch}:{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_and_ids_tell_release_and_topic() {
        let some = |release: &str, topic: Option<&str>| {
            Some((release.to_owned(), topic.map(str::to_owned)))
        };
        assert_eq!(of_repository("amazon-linux-ami"), some("1", None));
        assert_eq!(
            of_repository("amazon-linux-2---kernel-5.15"),
            some("2", Some("kernel-5.15"))
        );
        assert_eq!(of_id("ALAS-2018-939"), some("1", None));
        assert_eq!(of_id("ALAS2-2023-1903"), some("2", None));
        assert_eq!(
            of_id("ALAS2KERNEL-5.15-2022-001"),
            some("2", Some("KERNEL-5.15"))
        );
        assert_eq!(of_id("ALASRUBY3.0-2023-003"), some("2", Some("RUBY3.0")));
        assert_eq!(
            of_id("ALAS2023LIVEPATCH-2023-001"),
            some("2023", Some("LIVEPATCH"))
        );
    }

    #[test]
    fn lines_begin_with_the_version_of_their_topic() {
        assert_eq!(
            line("kernel-5.15", "0:5.15.43-20.123.amzn2").as_deref(),
            Some("0:5.15")
        );
        assert_eq!(
            line("ruby3.0", "0:3.0.4-156.amzn2").as_deref(),
            Some("0:3.0")
        );
        assert_eq!(line("nginx1", "1:1.22.1-1.amzn2").as_deref(), Some("1:1"));
        assert_eq!(line("ruby3.0", "0:2.1.4-1.amzn2"), None);
        assert_eq!(line("docker", "0:20.10-1.amzn2"), None);
    }
}
