//! Small things that several upstreams write into free text.

/// CVE ids in a text, in their order, each once.
pub(super) fn cve_ids(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (start, _) in text.match_indices("CVE-") {
        let rest = &text[start + 4..];
        let year = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = match rest.get(year..year + 1) {
            Some("-") => rest[year + 1..].bytes().take_while(u8::is_ascii_digit),
            _ => continue,
        }
        .count();
        if year != 4 || !(4..=19).contains(&number) {
            continue;
        }
        let id = &text[start..start + 4 + year + 1 + number];
        if !found.iter().any(|known| known == id) {
            found.push(id.to_owned());
        }
    }
    found
}

/// A time as RFC 3339, from the spellings of upstreams: `2023-06-27`,
/// `2023-06-27 10:11`, `2023-06-27 10:11:12`, `2023-12-18 15:00:00 UTC`. Empty where it
/// is none of them. A time without a zone is taken as UTC.
pub(super) fn date(text: &str) -> String {
    let text = text.trim();
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if !shape.starts_with("0000-00-00") {
        return String::new();
    }
    let day = &text[..10];
    let clock = match shape.get(10..) {
        Some("") => return format!("{day}T00:00:00Z"),
        Some(rest) => rest.trim_start_matches(['T', ' ']),
        None => return String::new(),
    };
    let start = text.len() - clock.len();
    match clock {
        c if c.starts_with("00:00:00") && is_zoned(&c[8..]) => {
            format!("{day}T{}", &text[start..])
        }
        c if c.starts_with("00:00:00") => format!("{day}T{}Z", &text[start..start + 8]),
        "00:00" => format!("{day}T{}:00Z", &text[start..]),
        _ => format!("{day}T00:00:00Z"),
    }
}

/// Whether what follows the seconds is a fraction and a zone of RFC 3339.
fn is_zoned(tail: &str) -> bool {
    let tail = match tail.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches('0'),
        None => tail,
    };
    matches!(tail, "Z" | "+00:00" | "-00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_text() {
        assert_eq!(
            cve_ids("Mitre CVE-1999-0077, CVE:1:CVE-2023-5115 CVE-2023-5115 CVE-20-1 CVE-2020-é"),
            ["CVE-1999-0077", "CVE-2023-5115"]
        );
    }

    #[test]
    fn times_become_rfc_3339() {
        for (text, expected) in [
            ("2023-06-27", "2023-06-27T00:00:00Z"),
            ("2022-06-06 17:58", "2022-06-06T17:58:00Z"),
            ("2023-06-27 00:00:01", "2023-06-27T00:00:01Z"),
            ("2023-12-18 15:00:00 UTC", "2023-12-18T15:00:00Z"),
            ("2025-02-18T00:00:00Z", "2025-02-18T00:00:00Z"),
            (
                "2025-03-29T14:31:48.25+08:00",
                "2025-03-29T14:31:48.25+08:00",
            ),
            ("yesterday", ""),
            ("2023-06-27é", "2023-06-27T00:00:00Z"),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }
}
