//! Which of many opinions about severity is shown, and why.
//!
//! Order: what the deciding record says of this very package; the other word of the
//! deciding feed; the reviewed database of the language ecosystems; NVD; the worst of the
//! rest. Every opinion stays in the finding.

use lazaret_model::{Cvss, Rating, Severity};

use crate::identity::Known;
use crate::lookup::Candidate;

/// The level that was chosen.
pub(crate) struct Chosen {
    pub(crate) level: Severity,
    pub(crate) source: String,
    pub(crate) score: f64,
    pub(crate) vector: Option<String>,
    pub(crate) why: Vec<String>,
}

/// Sources that are asked after the deciding one, in this order.
const SOURCES: [&str; 4] = ["ghsa", "nvd", "cna", "cisa-adp"];

pub(crate) fn choose(best: Option<&Candidate>, known: &Known) -> Chosen {
    let strongest = strongest(&known.cvss);
    let score = strongest.and_then(|c| c.score).unwrap_or(0.0);
    let vector = strongest.map(|c| c.vector.clone());
    let mut why = Vec::new();
    if let Some(cvss) = strongest {
        why.push(format!(
            "CVSS {} base score {score:.1} by {}",
            cvss.version, cvss.source
        ));
    }
    let (level, source) = level(best, known);
    why.push(format!("severity {level}: {source}"));
    if known.kev.is_some() {
        why.push("known to be exploited (KEV)".into());
    }
    if let Some(epss) = known.epss {
        why.push(format!(
            "{:.1} % probability of exploitation within 30 days (EPSS)",
            epss.score * 100.0
        ));
    }
    Chosen {
        level,
        source,
        score,
        vector,
        why,
    }
}

fn level(best: Option<&Candidate>, known: &Known) -> (Severity, String) {
    if let Some(level) = best.and_then(|b| b.statement.affected.severity) {
        return (level, "the record's own rating of this package".into());
    }
    let rated = |r: &Rating| {
        let by_vector = r
            .vector
            .as_deref()
            .and_then(crate::score)
            .map(Severity::from_score);
        r.severity.or(by_vector).filter(|l| *l != Severity::Unknown)
    };
    // The deciding record's ratings stand first in the list.
    if let Some((rating, level)) = known.ratings.first().and_then(|r| rated(r).map(|l| (r, l))) {
        return (level, format!("{}, which decided", rating.source));
    }
    for source in SOURCES {
        let of_source = known
            .ratings
            .iter()
            .filter(|r| r.source == source)
            .filter_map(rated)
            .max();
        if let Some(level) = of_source {
            return (level, source.into());
        }
    }
    let worst = known
        .ratings
        .iter()
        .filter_map(|r| rated(r).map(|l| (l, r)))
        .max_by_key(|(l, _)| *l);
    match worst {
        Some((level, rating)) => (
            level,
            format!("{}, the worst of those who rated it", rating.source),
        ),
        None => (Severity::Unknown, "nobody has rated it".into()),
    }
}

/// The vector that a score is taken from: the newest version, then the highest score.
fn strongest(all: &[Cvss]) -> Option<&Cvss> {
    // Version 3.1 is what risk in context is computed with; 4.0 only where there is none.
    let rank = |c: &Cvss| match c.version.as_str() {
        "3.1" => 4,
        "3.0" => 3,
        "4.0" => 2,
        _ => 1,
    };
    all.iter().filter(|c| c.score.is_some()).max_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| {
            a.score
                .partial_cmp(&b.score)
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    })
}
