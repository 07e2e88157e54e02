//! Base scores of CVSS vectors of every version.

/// The version that a vector is of: `2.0`, `3.0`, `3.1` or `4.0`.
///
/// A vector without a prefix is of version 2.
pub fn version(vector: &str) -> &'static str {
    match vector.get(..9) {
        Some("CVSS:4.0/") => "4.0",
        Some("CVSS:3.1/") => "3.1",
        Some("CVSS:3.0/") => "3.0",
        _ => "2.0",
    }
}

/// The score of a vector, 0.0 to 10.0; `None` when the vector is malformed.
///
/// Source: the specifications of FIRST for versions 2.0, 3.0, 3.1 and 4.0.
pub fn score(vector: &str) -> Option<f64> {
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    if !is_whole(vector) {
        return None;
    }
    // Temporal metrics of version 3 change the score; the base score is what is wanted.
    let parsed: cvss::Cvss = vector.parse().ok()?;
    let score = parsed.score();
    (0.0..=10.0)
        .contains(&score)
        .then(|| (score * 10.0).round() / 10.0)
}

/// Whether every metric of the base score is told, each once: none of them has a default.
/// Their order and what stands beside them do not matter to the base score.
fn is_whole(vector: &str) -> bool {
    let wanted: &[&str] = match version(vector) {
        "4.0" => &[
            "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA",
        ],
        "2.0" => &["AV", "AC", "Au", "C", "I", "A"],
        _ => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
    };
    let told = || vector.split('/').filter_map(|m| Some(m.split_once(':')?.0));
    wanted
        .iter()
        .all(|metric| told().filter(|name| name == metric).count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_scores_come_out() {
        for (vector, expected) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", Some(10.0)),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Some(9.8)),
            ("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:H", Some(4.7)),
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", Some(7.5)),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                Some(9.3),
            ),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", None),
            ("nonsense", None),
        ] {
            assert_eq!(score(vector), expected, "{vector}");
        }
    }
}
