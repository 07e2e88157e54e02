//! What was typed, what the environment says, and what `trivy.yaml` says.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use lazaret_model::nearest;
use serde_json::Value;

use super::flags::{self, FLAGS, Fate, Flag, Takes};
use crate::errors;

/// Largest `trivy.yaml` that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Variables that Trivy reads and that belong to no flag.
const OTHER_VARIABLES: [&str; 5] = [
    "TRIVY_AUTH_URL",
    "TRIVY_CONFIG",
    "TRIVY_DISABLE_VEX_NOTICE",
    "TRIVY_NON_SSL",
    "TRIVY_RUN_AS_PLUGIN",
];

/// Values of flags, whoever gave them.
#[derive(Debug, Default)]
pub(super) struct Values {
    given: BTreeMap<&'static str, Vec<String>>,
    /// What is no flag, in its order.
    pub(super) operands: Vec<String>,
    /// Variables and keys that nothing reads.
    pub(super) strangers: Vec<String>,
}

impl Values {
    /// The value of a flag that takes one, the last that was given.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.given.get(name)?.last().map(String::as_str)
    }

    /// The values of a flag that takes several.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.given.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| value == "true")
    }

    /// The flags that were given, but for switches that are off.
    pub(super) fn flags(&self) -> impl Iterator<Item = &'static Flag> {
        let on = |flag: &&Flag| match flag.takes {
            Takes::Nothing => self.is_on(flag.name),
            _ => self.given.contains_key(flag.name),
        };
        FLAGS.iter().filter(on)
    }

    fn put(&mut self, flag: &'static Flag, text: &str) -> anyhow::Result<()> {
        let values = match flag.takes {
            Takes::Value => vec![text.to_owned()],
            Takes::List => split(text),
            Takes::Nothing => vec![switch(flag, text)?.to_owned()],
        };
        self.given.entry(flag.name).or_default().extend(values);
        Ok(())
    }
}

fn split(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim);
    parts.filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

/// The values that Go's `strconv.ParseBool` takes.
fn switch(flag: &Flag, text: &str) -> anyhow::Result<&'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok("true"),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok("false"),
        _ => Err(errors::refused(
            format!("`{text}` is neither true nor false, for --{}", flag.name),
            format!("--{0}, or --{0}=false", flag.name),
        )),
    }
}

/// Reads words as Trivy does: `--name=value`, `--name value`, `-n value`, `-nvalue`, switches
/// alone or with `=`, and everything behind `--` as it is.
pub(super) fn read(words: &[String]) -> anyhow::Result<Values> {
    let mut typed = Values::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            typed.operands.extend(words.by_ref().cloned());
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let flag = flags::named(name).ok_or_else(|| unknown(name))?;
            take(&mut typed, flag, value, &mut words)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            let mut rest = letters;
            while let Some(letter) = rest.chars().next() {
                rest = &rest[letter.len_utf8()..];
                let flag = flags::lettered(letter).ok_or_else(|| unknown(&format!("-{letter}")))?;
                if flag.takes == Takes::Nothing && !rest.starts_with('=') {
                    typed.put(flag, "true")?;
                    continue;
                }
                let value = rest.strip_prefix('=').unwrap_or(rest);
                let value = (!value.is_empty()).then(|| value.to_owned());
                take(&mut typed, flag, value, &mut words)?;
                break;
            }
        } else {
            typed.operands.push(word.clone());
        }
    }
    Ok(typed)
}

fn take<'a>(
    typed: &mut Values,
    flag: &'static Flag,
    value: Option<String>,
    words: &mut impl Iterator<Item = &'a String>,
) -> anyhow::Result<()> {
    let value = match (value, flag.takes) {
        (Some(value), _) => value,
        (None, Takes::Nothing) => "true".to_owned(),
        (None, _) => words.next().cloned().ok_or_else(|| {
            let name = flag.name;
            errors::refused(format!("--{name} needs a value"), format!("--{name} VALUE"))
        })?,
    };
    typed.put(flag, &value)
}

fn unknown(name: &str) -> anyhow::Error {
    let dashed = match name.starts_with('-') {
        true => name.to_owned(),
        false => format!("--{name}"),
    };
    let near = nearest(name, FLAGS.iter().map(|flag| flag.name));
    let next = match near {
        Some(near) => format!("--{near}, or lazaret trivy --help for all that are known"),
        None => "lazaret trivy --help, which lists the flags that are known".to_owned(),
    };
    errors::refused(
        format!("lazaret does not know Trivy's flag {dashed}, if it is one"),
        next,
    )
}

/// Adds what the environment says about flags that were not typed.
pub(super) fn environment(
    values: &mut Values,
    variables: impl Iterator<Item = (String, String)>,
) -> anyhow::Result<()> {
    let mut found: Vec<_> = variables
        .filter(|(n, v)| n.starts_with("TRIVY_") && !v.is_empty())
        .collect();
    found.sort();
    let mut said = Values::default();
    for (variable, text) in found {
        let name = variable["TRIVY_".len()..].to_lowercase().replace('_', "-");
        match flags::named(&name) {
            Some(flag) => said
                .put(flag, &text)
                .with_context(|| format!("use the variable {variable}"))?,
            None if OTHER_VARIABLES.contains(&variable.as_str()) => {}
            None => values.strangers.push(variable),
        }
    }
    add(values, said);
    Ok(())
}

/// Adds what the settings file says about flags that nobody else spoke of. A file that was
/// named must be there.
pub(super) fn file(values: &mut Values) -> anyhow::Result<()> {
    let named = values.one("config").map(str::to_owned);
    let path = named.clone().unwrap_or_else(|| "trivy.yaml".to_owned());
    let path = Path::new(&path);
    if named.is_none() && !path.is_file() {
        return Ok(());
    }
    let doing = || errors::doing_with(format!("read the settings in {}", path.display()), path);
    let size = std::fs::metadata(path).with_context(doing)?.len();
    if size > MAX_BYTES {
        anyhow::bail!(
            "{} has {size} bytes; at most {MAX_BYTES} are read",
            path.display()
        );
    }
    let text = std::fs::read_to_string(path).with_context(doing)?;
    let sense = || {
        errors::doing(
            format!("understand the settings in {}", path.display()),
            "the form that Trivy's --generate-default-config writes",
        )
    };
    let tree: Option<Value> = serde_saphyr::from_str(&text).with_context(sense)?;
    let mut said = Values::default();
    if let Some(tree) = &tree {
        flatten(tree, "", &mut said).with_context(sense)?;
    }
    let strangers = std::mem::take(&mut said.strangers);
    let place = |key: String| format!("{key} of {}", path.display());
    values.strangers.extend(strangers.into_iter().map(place));
    add(values, said);
    Ok(())
}

fn flatten(value: &Value, key: &str, said: &mut Values) -> anyhow::Result<()> {
    let known = FLAGS.iter().find(|flag| !key.is_empty() && flag.key == key);
    match (known, value) {
        (_, Value::Null) => {}
        (Some(flag), Value::Array(all)) => {
            let texts: Vec<String> = all.iter().map(text).collect();
            // An empty list is how the generated file says nothing.
            if !texts.is_empty() {
                said.put(flag, &texts.join(","))?;
            }
        }
        (Some(flag), value) if !value.is_object() => {
            let text = text(value);
            if !text.is_empty() {
                said.put(flag, &text)?;
            }
        }
        (_, Value::Object(map)) => {
            for (name, inner) in map {
                let key = match key.is_empty() {
                    true => name.clone(),
                    false => format!("{key}.{name}"),
                };
                flatten(inner, &key, said)?;
            }
        }
        _ => said.strangers.push(key.to_owned()),
    }
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn add(values: &mut Values, said: Values) {
    for (name, texts) in said.given {
        values.given.entry(name).or_insert(texts);
    }
}

/// Refuses what cannot be left undone, and names what is left undone.
pub(super) fn fates(values: &Values) -> anyhow::Result<Vec<(&'static str, &'static str)>> {
    let mut idle = Vec::new();
    for flag in values.flags() {
        match flag.fate {
            Fate::Refused(next) => {
                return Err(errors::refused(
                    format!("Trivy's flag --{} cannot be done here", flag.name),
                    next,
                ));
            }
            Fate::Idle(why) => idle.push((flag.name, why)),
            Fate::Done(_) | Fate::Given(_) => {}
        }
    }
    Ok(idle)
}
