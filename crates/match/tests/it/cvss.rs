//! Scores of vectors against the lists of FIRST, Red Hat and claircore, where they are here.

use lazaret_match::{score, version};
use lazaret_testkit::shared;

/// `vector - (base, …)` of Red Hat's lists, `vector score # why` of claircore's, JSON of
/// FIRST's.
fn row(line: &str) -> Option<(String, f64)> {
    let line = line.split('#').next()?.trim();
    if let Some(json) = line.strip_prefix("{'vector': '") {
        let (vector, rest) = json.split_once('\'')?;
        let rest = rest.split_once("'score': ")?.1;
        return Some((vector.into(), rest.split(',').next()?.parse().ok()?));
    }
    if let Some((vector, scores)) = line.split_once(" - (") {
        let first = scores.split([',', ')']).next()?;
        return Some((vector.into(), first.parse().ok()?));
    }
    let (vector, score) = line.rsplit_once(' ')?;
    Some((vector.trim().into(), score.parse().ok()?))
}

#[test]
fn the_collected_lists_of_scores_agree() {
    let Some(files) = shared::files("cvss-vectors", "/") else {
        return;
    };
    let (mut rows, mut beyond, mut wrong) = (0, 0, Vec::new());
    for (path, bytes) in files {
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_list = name.starts_with("vectors_") || name.ends_with("score.list");
        if !is_list && name != "macro-scores" {
            continue;
        }
        for (vector, expected) in String::from_utf8_lossy(&bytes).lines().filter_map(row) {
            // A single score beside temporal or environmental metrics is not the base
            // score, which is all that is told here.
            let more = vector.split('/').any(|metric| {
                let name = metric.split(':').next().unwrap_or_default();
                ["E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR"].contains(&name)
            });
            if name.ends_with("score.list") && version(&vector) != "4.0" && more {
                beyond += 1;
                continue;
            }
            rows += 1;
            // Minus zero is zero.
            if score(&vector).is_none_or(|s| (s - expected).abs() > 0.001) {
                wrong.push(format!(
                    "{name}: {vector} is {expected}, not {:?}",
                    score(&vector)
                ));
            }
        }
    }
    println!(
        "{rows} base scores, {beyond} others left out, {} differ",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{} of {rows}: {wrong:#?}", wrong.len());
}

#[test]
fn vectors_that_are_none_have_no_score() {
    let Some(files) = shared::files("cvss-vectors", "_error.list") else {
        return;
    };
    // Another order of metrics, and a temporal or environmental group that is not whole,
    // leave no doubt about the base score, and people write such vectors.
    let lenient = [
        "AV:A/AC:L/Au:N/C:C/I:C/A:C/CDP:H/TD:H/CR:H",
        "AV:A/AC:L/Au:N/C:C/I:C/A:C/E:F",
        "AV:A/AC:L/Au:N/A:C/I:C/C:C",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/E:A/SA:N",
    ];
    let mut wrong = Vec::new();
    for (path, bytes) in files {
        for line in String::from_utf8_lossy(&bytes).lines() {
            let (vector, good) = match line.split_once('#') {
                Some((vector, note)) => (vector.trim(), note.contains("OK")),
                None => (line.trim(), false),
            };
            // Every list is of one version.
            let of_list = match &path {
                p if p.contains("v2_") => version(vector) == "2.0",
                p if p.contains("v3_") => version(vector).starts_with('3'),
                _ => version(vector) == "4.0",
            };
            let good = good || lenient.contains(&vector);
            if !vector.is_empty() && (good || of_list) && score(vector).is_some() != good {
                wrong.push(format!("{path}: {line}: {:?}", score(vector)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
