//! The chain of evidence of one finding, as text for people.

use lazaret_model::{Evidence, Finding};

use crate::text::{clean, columns, pad, wrap};
use crate::{Options, owner, view};

/// Why `finding` is reported: where the package was found, which record spoke about it,
/// what was compared, who rated it how and which rating was chosen.
///
/// Lines are at most `options.width` columns, except where an id alone is longer; no
/// control character of the finding's texts comes through.
pub fn finding(finding: &Finding, options: &Options) -> String {
    let mut page = Page {
        text: String::new(),
        width: options.width.max(30),
    };
    page.head(finding);
    page.chain(finding);
    page.ratings(finding);
    page.exploitation(finding);
    page.outcome(finding);
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn field(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let indent = 14;
        for (at, line) in wrap(value, self.width.saturating_sub(indent))
            .iter()
            .enumerate()
        {
            let before = if at == 0 {
                pad(name, indent)
            } else {
                " ".repeat(indent)
            };
            self.text.push_str(&format!("{before}{line}\n"));
        }
    }

    fn title(&mut self, text: &str) {
        self.text.push_str(&format!("\n{text}\n"));
    }

    fn head(&mut self, finding: &Finding) {
        let id = clean(&finding.id).into_owned();
        self.text.push_str(&format!(
            "{id}\n{}\n",
            "─".repeat(columns(&id).min(self.width))
        ));
        self.field("about", &finding.title);
        self.field("also known as", &finding.aliases.join(", "));
        self.field("severity", finding.severity.name());
        self.field("status", &view::remedy(finding));
        if let Some(word) = &finding.raw_status {
            self.field("", &format!("in the source's own word: {word}"));
        }
    }

    fn chain(&mut self, finding: &Finding) {
        let package = &finding.package;
        self.title("Why it is reported");
        self.field("file", &finding.evidence.locations.join(", "));
        self.field(
            "package",
            format!("{} {}", package.name, package.version).trim(),
        );
        self.field("", &package.purl);
        if let Some(source) = &package.source {
            self.field("built from", &format!("{} {}", source.name, source.version));
        }
        if let Some(owner) = &package.owner {
            self.field("owned by", owner);
        }
        self.field("brought by", owner::long(finding));
        if let Some(reference) = &package.reference {
            self.field("reference", reference);
        }
        self.evidence(&finding.evidence);
        for other in &finding.also {
            let said = [other.advisory.as_str(), &other.feed, &other.compared];
            let said: Vec<&str> = said.into_iter().filter(|t| !t.is_empty()).collect();
            self.field("also says so", &said.join(", "));
        }
    }

    fn evidence(&mut self, evidence: &Evidence) {
        let record = match evidence.feed.as_str() {
            "" => evidence.advisory.clone(),
            feed => format!("{} of {feed}", evidence.advisory),
        };
        self.field("record", &record);
        self.field("found by", &evidence.key);
        self.field("vulnerable", &evidence.range);
        self.field("compared", &evidence.compared);
    }

    fn ratings(&mut self, finding: &Finding) {
        self.title("How bad it is");
        let chosen = match finding.severity_source.as_str() {
            "" => finding.severity.name().to_owned(),
            source => format!("{}, by {source}", finding.severity),
        };
        self.field("chosen", &chosen);
        for rating in &finding.ratings {
            let level = rating.severity.map_or("no level", |s| s.name());
            let vector = rating.vector.as_deref().unwrap_or_default();
            self.field(
                "rated",
                format!("{level} by {} {vector}", rating.source).trim(),
            );
        }
        for cvss in &finding.cvss {
            let score = cvss
                .score
                .map_or_else(|| "malformed".to_owned(), |s| format!("{s:.1}"));
            let text = format!(
                "{score} by {}, version {} {}",
                cvss.source, cvss.version, cvss.vector
            );
            self.field("CVSS", &text);
        }
        self.field("weakness", &finding.cwes.join(", "));
    }

    fn exploitation(&mut self, finding: &Finding) {
        self.title("How likely it is to be used");
        match &finding.kev_entry {
            Some(kev) => {
                let ransomware = if kev.ransomware {
                    ", by ransomware too"
                } else {
                    ""
                };
                let text = format!(
                    "yes, in CISA's catalogue since {}{ransomware}",
                    kev.date_added
                );
                self.field("exploited", &text);
            }
            None if finding.kev => self.field("exploited", "yes, in CISA's catalogue"),
            None => self.field("exploited", "not in CISA's catalogue"),
        }
        match finding.epss {
            Some(epss) => self.field(
                "EPSS",
                &format!(
                    "{:.1}% within thirty days, more than {:.0}% of all ids",
                    epss.score * 100.0,
                    epss.percentile * 100.0
                ),
            ),
            None => self.field("EPSS", "not scored"),
        }
        if let Some(ssvc) = &finding.ssvc {
            let text = format!(
                "exploitation {}, automatable {}, technical impact {}",
                ssvc.exploitation, ssvc.automatable, ssvc.technical_impact
            );
            self.field("SSVC", &text);
        }
        self.field("risk", &format!("{:.1} of 10", finding.risk.score));
        for step in &finding.risk.why {
            self.field("", step);
        }
    }

    fn outcome(&mut self, finding: &Finding) {
        if let Some(suppression) = &finding.suppressed {
            self.title("Why it does not count");
            self.field("suppressed by", &suppression.by);
            self.field("reason", &suppression.reason);
            self.field("rule", suppression.rule.as_deref().unwrap_or_default());
        }
        if !finding.references.is_empty() {
            self.title("Read more");
            for url in &finding.references {
                self.text.push_str(&format!("{}\n", clean(url)));
            }
        }
    }
}
