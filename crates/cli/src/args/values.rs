//! Values that help, completions and error messages can name.

use std::ffi::OsStr;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use lazaret_model::Severity;
use lazaret_policy::FailOn;
use lazaret_report::sbom::SbomFormat;

/// Reads a value that has a grammar of its own, and suggests the common ones.
#[derive(Clone)]
pub(super) struct Suggested<T> {
    values: Vec<&'static str>,
    read: fn(&str) -> Result<T, String>,
}

impl<T> TypedValueParser for Suggested<T>
where
    T: Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        self.read.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.values.iter().map(PossibleValue::new)))
    }
}

/// Levels of severity, in any case of letters.
pub(super) fn severities() -> Suggested<Severity> {
    Suggested {
        values: Severity::ALL.map(Severity::name).to_vec(),
        read: |text| {
            text.parse()
                .map_err(|error: <Severity as FromStr>::Err| error.to_string())
        },
    }
}

/// Conditions of a gate; their grammar is the policy's.
pub(super) fn conditions() -> Suggested<String> {
    let mut values = Severity::ALL.map(Severity::name).to_vec();
    // A shell would take the `>` of cvss>=9.0 for a redirection, so it is not suggested.
    values.extend(["kev", "fixable", "none"]);
    let read = |text: &str| match text {
        "none" => Ok(text.to_owned()),
        _ => match text.parse::<FailOn>() {
            Ok(_) => Ok(text.to_owned()),
            Err(error) => Err(error.to_string()),
        },
    };
    Suggested { values, read }
}

/// A date as people write it: `2026-03-01`.
pub(super) fn date(text: &str) -> Result<String, String> {
    match text.parse::<jiff::civil::Date>() {
        Ok(date) => Ok(date.to_string()),
        Err(_) => Err("a date is written as 2026-03-01".to_owned()),
    }
}

/// Formats of a report.
pub(super) fn formats() -> PossibleValuesParser {
    let value = |f: &&lazaret_report::Format| PossibleValue::new(f.name).help(f.about);
    PossibleValuesParser::new(lazaret_report::ALL.iter().map(value))
}

/// Formats of a bill of materials.
pub(super) fn sbom_formats() -> PossibleValuesParser {
    PossibleValuesParser::new(SbomFormat::ALL.map(SbomFormat::name))
}

/// A whole number of what `unit` names.
pub(super) fn number<T: FromStr>(text: &str, example: &str) -> Result<T, String> {
    let wrong = |_| format!("write a whole number, such as {example}");
    text.parse().map_err(wrong)
}

/// The age that a database may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MaxAge {
    /// The age; `None` for any.
    pub(crate) age: Option<Duration>,
    text: String,
}

impl std::fmt::Display for MaxAge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for MaxAge {
    type Err = String;

    /// A whole number and a unit, or `none`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as 90m, 12h, 7d or 2w, or none for any age".to_owned();
        let kept = |age| Self {
            age,
            text: text.to_owned(),
        };
        if text == "none" {
            return Ok(kept(None));
        }
        let (number, unit) = text
            .split_at_checked(text.len().saturating_sub(1))
            .ok_or_else(wrong)?;
        let seconds: u64 = match unit {
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return Err(wrong()),
        };
        let number: u32 = number.parse().map_err(|_| wrong())?;
        Ok(kept(Some(Duration::from_secs(u64::from(number) * seconds))))
    }
}

/// What a scan looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanner {
    /// Vulnerabilities of packages.
    Vuln,
    /// Credentials.
    Secret,
    /// Licences of packages and texts.
    License,
    /// Signs of tampering.
    Tampering,
    /// Misconfigurations.
    Misconfig,
}

/// Every scanner, with its name on the command line and what it finds.
const SCANNERS: [(Scanner, &str, &str); 5] = [
    (Scanner::Vuln, "vuln", "known vulnerabilities of packages"),
    (
        Scanner::Secret,
        "secret",
        "credentials in files, layers and the configuration",
    ),
    (
        Scanner::License,
        "license",
        "licences of packages and in texts",
    ),
    (
        Scanner::Tampering,
        "tampering",
        "signs that something was put in or changed",
    ),
    (
        Scanner::Misconfig,
        "misconfig",
        "what is wrong with an image's configuration, or with files of a directory",
    ),
];

/// Scanners, by the names that pipelines know.
pub(super) fn scanners() -> impl TypedValueParser<Value = Scanner> {
    let values = SCANNERS.map(|(_, name, help)| PossibleValue::new(name).help(help));
    PossibleValuesParser::new(values).try_map(|text| {
        let known = SCANNERS.iter().find(|(_, name, _)| *name == text);
        known.map(|(scanner, ..)| *scanner).ok_or("no such scanner")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_a_number_and_a_unit() {
        let seconds = |text: &str| {
            let read: Result<MaxAge, String> = text.parse();
            read.map(|max| max.age.map(|age| age.as_secs())).ok()
        };
        assert_eq!(seconds("90m"), Some(Some(5_400)));
        assert_eq!(seconds("12h"), Some(Some(43_200)));
        assert_eq!(seconds("7d"), Some(Some(604_800)));
        assert_eq!(seconds("2w"), Some(Some(1_209_600)));
        assert_eq!(seconds("none"), Some(None));
        for wrong in ["", "7", "d", "-1d", "1.5h", "7 d", "7é", "99999999999w"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
