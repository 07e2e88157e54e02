//! Settings: from the command line, the environment, `lazaret.yaml` and the defaults, in
//! that order.
//!
//! The options of the commands are the only list of settings. An option names its
//! variable, `LAZARET_FAIL_ON`; the key in the file is the same word, `fail-on`. A value
//! of the file takes the place of the option's default, so that whatever is checked on
//! the command line is checked in the file.

mod file;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{BoolishValueParser, Resettable};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};

pub(crate) use file::SettingsFile;

use lazaret_model::nearest;

use crate::errors;
use crate::targets::home_dir;

/// What all names of variables begin with.
const PREFIX: &str = "LAZARET_";
/// The end of the long help of every command that has options.
const RULE: &str = "Every option is also a variable of the environment (--no-progress is \
    LAZARET_NO_PROGRESS) and a key in lazaret.yaml (no-progress: true); `lazaret config` lists them.";

/// One setting, with the value that counts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Its key in the file.
    pub(crate) key: String,
    /// Its variable.
    pub(crate) variable: String,
    /// What counts where the command line says nothing.
    pub(crate) value: String,
    /// Who says so.
    pub(crate) origin: Origin,
    /// Whether the value must not be shown.
    pub(crate) secret: bool,
    /// Why the value cannot be used, if it cannot.
    pub(crate) problem: Option<String>,
}

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The program itself.
    Default,
    /// The settings file, with the line.
    File(String),
    /// The environment, with the variable.
    Environment(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => f.write_str(place),
            Self::Environment(variable) => f.write_str(variable),
        }
    }
}

/// The settings file that is to be used, if there is one.
///
/// # Errors
/// When a named file is not there, or the file is malformed or has an unknown key.
pub(crate) fn find(words: &[OsString], command: &Command) -> anyhow::Result<Option<SettingsFile>> {
    let named = option_value(words, "--config")
        .or_else(|| variable_of_environment(Some(OsStr::new("LAZARET_CONFIG"))));
    let found = match named {
        Some(name) if name == "none" => return Ok(None),
        Some(name) => SettingsFile::read(Path::new(&name))?,
        None => {
            let home = home_dir("XDG_CONFIG_HOME", ".config").map(|dir| dir.join(file::NAME));
            let places = [Some(PathBuf::from(file::NAME)), home];
            match places.into_iter().flatten().find(|p| p.is_file()) {
                Some(place) => SettingsFile::read(&place)?,
                None => return Ok(None),
            }
        }
    };
    let known = options(command);
    for entry in found.entries() {
        if !known.contains_key(&entry.key) {
            let near = nearest(&entry.key, known.keys().map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; `{near}` is"));
            return Err(anyhow::anyhow!(
                "{}: `{}` is no setting{near}",
                found.place(entry),
                entry.key
            )
            .context(errors::doing(
                "use the settings file",
                "lazaret config --config none --all, for every setting",
            )));
        }
    }
    Ok(Some(found))
}

/// The value of an option in words that are not parsed yet.
fn option_value(words: &[OsString], option: &str) -> Option<OsString> {
    let mut words = words.iter().skip(1).take_while(|word| *word != "--");
    let mut found = None;
    while let Some(word) = words.next() {
        if word == option {
            found = words.next().cloned();
        } else if let Some(value) = word
            .to_str()
            .and_then(|w| w.strip_prefix(option)?.strip_prefix('='))
        {
            found = Some(value.into());
        }
    }
    found
}

/// The commands with the values of the file and the environment in place.
pub(crate) fn apply(command: Command, file: Option<&SettingsFile>) -> Command {
    let has_settings = command.get_arguments().any(|arg| key(arg).is_some());
    let command = command
        .mut_args(|arg| match key(&arg) {
            Some(key) => with_settings(arg, &key, file),
            None => arg,
        })
        .mut_subcommands(|command| apply(command, file));
    if has_settings && !command.has_subcommands() {
        let examples = command.get_after_help().map(|text| format!("{text}\n\n"));
        return command.after_long_help(format!("{}{RULE}", examples.unwrap_or_default()));
    }
    command
}

/// Who gave the value that a parsing error is about, where that was not the command line.
pub(crate) fn culprit(
    error: &clap::Error,
    words: &[OsString],
    command: &Command,
    file: Option<&SettingsFile>,
) -> Option<Origin> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    // Only a built option knows how it is shown.
    let mut command = command.clone();
    command.build();
    let options = options(&command);
    let mut meant = options.iter().filter(|(_, arg)| arg.to_string() == *shown);
    let typed = |arg: &Arg| {
        let long = arg.get_long().map(|long| format!("--{long}"));
        let short = arg.get_short().map(|short| format!("-{short}"));
        let names = [long, short];
        words.iter().filter_map(|word| word.to_str()).any(|word| {
            names
                .iter()
                .flatten()
                .any(|name| word.starts_with(name.as_str()))
        })
    };
    meant.find_map(|(key, arg)| {
        let origin = setting(arg, key, file).origin;
        (origin != Origin::Default && !typed(arg)).then_some(origin)
    })
}

/// What a parsing error says, in one line.
fn reason(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("error: ").unwrap_or(first).to_owned()
}

fn with_settings(arg: Arg, key: &str, file: Option<&SettingsFile>) -> Arg {
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    let arg = match is_switch {
        true => arg.value_parser(BoolishValueParser::new()),
        false => arg,
    };
    let setting = setting(&arg, key, file);
    let arg = match file.and_then(|file| file.entry(key)) {
        Some(entry) => arg
            .default_values(entry.values.clone())
            .hide_default_value(!is_switch)
            .required(false),
        None => arg,
    };
    // An empty variable is how a pipeline says nothing.
    let arg = match variable_of_environment(arg.get_env()) {
        Some(_) => arg.hide_env(true),
        None => arg.env(Resettable::Reset),
    };
    if setting.origin == Origin::Default {
        return arg;
    }
    let shown = if setting.secret {
        "…"
    } else {
        &setting.value
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(format!("{help} [now: {shown}, from {}]", setting.origin))
}

fn variable_of_environment(name: Option<&OsStr>) -> Option<OsString> {
    std::env::var_os(name?).filter(|value| !value.is_empty())
}

/// The setting behind an option, with the value that counts.
fn setting(arg: &Arg, key: &str, file: Option<&SettingsFile>) -> Setting {
    let variable = arg
        .get_env()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let in_file = file.and_then(|file| Some((file, file.entry(key)?)));
    let join = |values: &[String]| values.join(",");
    let (value, origin) = if let Some(value) = variable_of_environment(arg.get_env()) {
        let value = value.to_string_lossy().into_owned();
        (value, Origin::Environment(variable.clone()))
    } else if let Some((file, entry)) = in_file {
        (join(&entry.values), Origin::File(file.place(entry)))
    } else {
        let defaults = arg.get_default_values();
        let text = |value: &clap::builder::OsStr| value.to_string_lossy().into_owned();
        let defaults: Vec<String> = defaults.iter().map(text).collect();
        (join(&defaults), Origin::Default)
    };
    Setting {
        key: key.to_owned(),
        variable,
        value,
        origin,
        secret: arg.is_hide_env_values_set(),
        problem: None,
    }
}

/// Every setting, ordered by key, with the value that counts. Each option is tried on its
/// own, so none may name another one (`requires`, `conflicts_with`).
pub(crate) fn all(command: &Command, file: Option<&SettingsFile>) -> Vec<Setting> {
    let check = |(key, arg): (String, Arg)| {
        let found = setting(&arg, &key, file);
        let alone = Command::new("lazaret").arg(with_settings(arg, &key, file).required(false));
        let problem = alone.try_get_matches_from(["lazaret"]).err();
        Setting {
            problem: problem.map(|error| reason(&error)),
            ..found
        }
    };
    options(command).into_iter().map(check).collect()
}

/// Variables that look like settings and are none, each with the setting it may mean.
pub(crate) fn strangers(command: &Command) -> Vec<(String, Option<String>)> {
    let known = options(command);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut strangers: Vec<_> = names
        .filter_map(|name| {
            let key = key_of(&name)?;
            let near = || nearest(&key, known.keys().map(String::as_str)).map(variable_of);
            (!known.contains_key(&key)).then(|| (name, near()))
        })
        .collect();
    strangers.sort();
    strangers
}

/// Options that are settings, by key.
fn options(command: &Command) -> BTreeMap<String, Arg> {
    let mut found = BTreeMap::new();
    for arg in command.get_arguments() {
        if let Some(key) = key(arg) {
            found.insert(key, arg.clone());
        }
    }
    for inner in command.get_subcommands() {
        found.extend(options(inner));
    }
    found
}

/// The key of an option in the settings file. `--config` itself has none.
fn key(arg: &Arg) -> Option<String> {
    let key = key_of(arg.get_env().and_then(OsStr::to_str)?)?;
    (key != "config").then_some(key)
}

fn key_of(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(PREFIX)?;
    Some(name.to_lowercase().replace('_', "-"))
}

fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('-', "_"))
}
