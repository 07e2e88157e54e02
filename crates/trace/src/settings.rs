//! Whether spans are sent, and where to: a flag, and the variables that OpenTelemetry names.
//!
//! Source: OpenTelemetry, "OpenTelemetry Protocol Exporter" and "Environment Variable
//! Specification" (1.4x). One thing differs: without an address nothing is sent, where the
//! specification would take `http://localhost:4318`.

use std::path::PathBuf;
use std::time::Duration;

/// Where the spans of a process go.
#[derive(Clone)]
pub struct Settings {
    /// The whole address, `…/v1/traces` mostly.
    pub endpoint: String,
    /// Headers of every request; they may hold a token.
    pub headers: Vec<(String, String)>,
    /// How long the collector may take to answer.
    pub timeout: Duration,
    /// Certificates, as PEM, that are believed in place of the system's.
    pub authority: Option<PathBuf>,
    /// `service.name`.
    pub service: String,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Settings({})", self.endpoint)
    }
}

/// Why the settings make no sense.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The address.
    #[error("{name} is no http:// or https:// address")]
    Endpoint {
        /// The flag or variable.
        name: &'static str,
    },
    /// Another protocol.
    #[error("{name} is `{value}`; spans are sent as http/protobuf alone")]
    Protocol {
        /// The variable.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// A number.
    #[error("{name} is `{value}`, which is no number of milliseconds")]
    Timeout {
        /// The variable.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// Headers. They may hold a token, so that they are not shown.
    #[error("{name} is not of the form `name=value,name=value`")]
    Headers {
        /// The variable.
        name: &'static str,
    },
    /// Something that is not there.
    #[error("{name} asks for what is not there: {what}")]
    Absent {
        /// The variable.
        name: &'static str,
        /// What.
        what: &'static str,
    },
}

/// How long a collector may take where nothing is said (the specification's).
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time that may be asked for.
const LONGEST: u64 = 60_000;

impl Settings {
    /// What a flag and the environment say; none: nothing is sent.
    ///
    /// # Errors
    /// Where spans are asked for and what is said of them makes no sense.
    pub fn read(
        flag: Option<&str>,
        service: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, SettingsError> {
        // An empty variable is an unset one (specification).
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is = |name: &str, word: &str| {
            variable(name).is_some_and(|value| value.eq_ignore_ascii_case(word))
        };
        if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
            return Ok(None);
        }
        let specific = |specific: &'static str, general: &'static str| {
            let found = |name: &'static str| variable(name).map(|value| (name, value));
            found(specific).or_else(|| found(general))
        };
        let own = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let all = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
        let below = |base: &str| format!("{}/v1/traces", base.trim_end_matches('/'));
        let (name, endpoint) = match (flag, own, all) {
            (Some(flag), _, _) => ("--otlp", below(flag)),
            // That of traces alone is the whole address (specification).
            (None, Some(own), _) => ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", own),
            (None, None, Some(all)) => ("OTEL_EXPORTER_OTLP_ENDPOINT", below(&all)),
            (None, None, None) => return Ok(None),
        };
        if !["http://", "https://"]
            .iter()
            .any(|s| endpoint.starts_with(s))
        {
            return Err(SettingsError::Endpoint { name });
        }
        protocol(specific(
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ))?;
        absent(&variable)?;
        let headers = specific(
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "OTEL_EXPORTER_OTLP_HEADERS",
        );
        let timeout = specific(
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
            "OTEL_EXPORTER_OTLP_TIMEOUT",
        );
        let authority = specific(
            "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
            "OTEL_EXPORTER_OTLP_CERTIFICATE",
        );
        Ok(Some(Self {
            endpoint,
            headers: headers.map_or(Ok(Vec::new()), |(name, text)| read_headers(name, &text))?,
            timeout: timeout.map_or(Ok(TIMEOUT), |(name, text)| read_timeout(name, &text))?,
            authority: authority.map(|(_, path)| PathBuf::from(path)),
            service: service.to_owned(),
        }))
    }
}

fn protocol(said: Option<(&'static str, String)>) -> Result<(), SettingsError> {
    match said {
        Some((name, value)) if value != "http/protobuf" => {
            Err(SettingsError::Protocol { name, value })
        }
        _ => Ok(()),
    }
}

/// What is refused rather than left undone in silence.
fn absent(variable: &dyn Fn(&str) -> Option<String>) -> Result<(), SettingsError> {
    let keys = "a certificate of the client's own";
    let table = [
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", keys),
        ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", keys),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", keys),
        ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", keys),
    ];
    match table.into_iter().find(|(name, _)| variable(name).is_some()) {
        Some((name, what)) => Err(SettingsError::Absent { name, what }),
        None => Ok(()),
    }
}

fn read_timeout(name: &'static str, text: &str) -> Result<Duration, SettingsError> {
    let number = text
        .parse::<u64>()
        .ok()
        .filter(|n| (1..=LONGEST).contains(n));
    let value = text.to_owned();
    number
        .map(Duration::from_millis)
        .ok_or(SettingsError::Timeout { name, value })
}

/// `name=value,name=value`, values percent-encoded (W3C Baggage without its properties).
fn read_headers(name: &'static str, text: &str) -> Result<Vec<(String, String)>, SettingsError> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let one = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let (key, value) = (key.trim(), decoded(value.trim())?);
        let is_good = !key.is_empty() && key.bytes().all(token);
        let is_plain = value.bytes().all(|b| (b' '..=b'~').contains(&b));
        (is_good && is_plain).then(|| (key.to_ascii_lowercase(), value))
    };
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    pairs
        .map(|pair| one(pair).ok_or(SettingsError::Headers { name }))
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}
