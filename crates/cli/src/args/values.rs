//! Values that help, completions and error messages can name.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use lazaret_model::Severity;
use lazaret_report::sbom::SbomFormat;

/// Reads a value that has a grammar of its own, and suggests the common ones.
#[derive(Clone)]
pub(super) struct Suggested<T> {
    values: Vec<&'static str>,
    kind: PhantomData<fn() -> T>,
}

impl<T> TypedValueParser for Suggested<T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::fmt::Display,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let read = |text: &str| text.parse::<T>().map_err(|error| error.to_string());
        read.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.values.iter().map(PossibleValue::new)))
    }
}

fn suggested<T>(values: Vec<&'static str>) -> Suggested<T> {
    Suggested {
        values,
        kind: PhantomData,
    }
}

/// Levels of severity, in any case of letters.
pub(super) fn severities() -> Suggested<Severity> {
    suggested(Severity::ALL.map(Severity::name).to_vec())
}

/// Conditions of a gate; their grammar belongs to the policy.
pub(super) fn conditions() -> Suggested<String> {
    let mut values = Severity::ALL.map(Severity::name).to_vec();
    values.extend(["kev", "fixable", "cvss>=9.0", "epss>=0.1", "none"]);
    suggested(values)
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
