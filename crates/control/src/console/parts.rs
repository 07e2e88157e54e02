//! Small pieces of markup that many pages show. What they are made of is escaped here.

use askama::filters::Safe;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lazaret_wire::api::SeverityCounts;

use super::escape::text;
pub(super) use crate::http::encoded;

/// A piece of markup.
pub(super) type Part = Safe<String>;

/// A time as people say it, with the exact one behind it.
pub(super) fn moment(at: Timestamp, now: Timestamp) -> Part {
    let zoned = at.to_zoned(TimeZone::UTC);
    let exact = zoned.strftime("%Y-%m-%d %H:%M:%S UTC");
    let iso = zoned.strftime("%Y-%m-%dT%H:%M:%SZ");
    let ago = ago(at, now);
    Safe(format!(
        r#"<time datetime="{iso}" title="{exact}">{ago}</time>"#
    ))
}

/// How long ago, or how long until.
fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - at.as_second();
    let span = match seconds.abs() {
        0..60 => return "just now".to_owned(),
        s @ 60..3600 => format!("{} min", s / 60),
        s @ 3600..86_400 => format!("{} h", s / 3600),
        s @ 86_400..5_184_000 => format!("{} d", s / 86_400),
        _ => return at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string(),
    };
    match seconds > 0 {
        true => format!("{span} ago"),
        false => format!("in {span}"),
    }
}

/// A state or an outcome. Its word carries the meaning, the colour helps.
pub(super) fn chip(name: &str) -> Part {
    let class = match name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        true => name,
        false => "other",
    };
    let words = text(&name.replace('_', " "));
    Safe(format!(r#"<span class="chip {class}">{words}</span>"#))
}

/// Findings by severity, the worst first; what is nought is faint.
pub(super) fn counts(counts: &SeverityCounts) -> Part {
    let all = [
        ("critical", "C", counts.critical),
        ("high", "H", counts.high),
        ("medium", "M", counts.medium),
        ("low", "L", counts.low),
        ("unknown", "?", counts.unknown),
    ];
    let there: Vec<String> = all
        .iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(name, _, count)| format!("{count} {name}"))
        .collect();
    // Letters and colours are for the eye: words stand behind them.
    let words = match there.is_empty() {
        true => "no findings".to_owned(),
        false => there.join(", "),
    };
    let mut out = format!(
        r#"<span class="counts" title="{words}"><span class="unseen">{words}</span><span aria-hidden="true">"#
    );
    for (name, letter, count) in all {
        let faint = if count == 0 { " none" } else { "" };
        out += &format!(r#"<span class="count {name}{faint}"><i>{letter}</i>{count}</span>"#);
    }
    out += "</span></span>";
    Safe(out)
}

/// The beginning of a digest, with the whole behind it.
pub(super) fn digest(digest: &str) -> Part {
    let short = short(digest);
    Safe(format!(
        r#"<code class="digest" title="{}">{}</code>"#,
        text(digest),
        text(short)
    ))
}

/// A generation of the policy; 0 is what the program, or its command line, brought.
pub(super) fn policy(generation: i64) -> Part {
    Safe(match generation {
        1.. => format!(r#"<a href="/policy?generation={generation}">policy {generation}</a>"#),
        _ => "the policy of the program".to_owned(),
    })
}

/// Twelve digits of a digest.
pub(super) fn short(digest: &str) -> &str {
    let bare = digest.strip_prefix("sha256:").unwrap_or(digest);
    bare.get(..12).unwrap_or(bare)
}

/// Digits with every three of them apart; what is no number stays.
pub(super) fn grouped(digits: &str) -> String {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return digits.to_owned();
    }
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Who did something, as people say it; the log keeps `user:ann`.
pub(super) fn who(actor: &str) -> String {
    match actor.split_once(':') {
        Some(("user", name)) => name.to_owned(),
        Some(("token", name)) => format!("the token {name}"),
        Some(("edge", name)) => format!("the edge {name}"),
        Some(("policy", generation)) => format!("policy {generation}"),
        _ => actor.to_owned(),
    }
}

/// Bytes as people say them.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut scaled = bytes as f64;
    let mut unit = 0;
    while scaled >= 1024.0 && unit < UNITS.len() - 1 {
        scaled /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} B"),
        _ => format!("{scaled:.1} {}", UNITS[unit]),
    }
}

/// Path and query of what is given and not empty.
pub(super) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = query
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    match pairs.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", pairs.join("&")),
    }
}
