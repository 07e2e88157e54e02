//! `config`: which settings count, and where they are from.

use std::ffi::OsString;
use std::io::Write as _;

use clap::{Command, CommandFactory as _};

use crate::Verdict;
use crate::args::{Args, ConfigArgs};
use crate::settings::{self, Origin, Setting, SettingsFile};

pub(crate) fn run(args: &ConfigArgs) -> anyhow::Result<Verdict> {
    let (command, file) = sources()?;
    let mut out = anstream::stdout();
    match &file {
        Some(file) => writeln!(out, "Settings file: {}", file.path().display())?,
        None => writeln!(out, "Settings file: none")?,
    }
    let mut shown = settings::all(&command, file.as_ref());
    shown.retain(|setting| args.all || setting.origin != Origin::Default);
    if shown.is_empty() {
        writeln!(
            out,
            "Everything is as by default; `lazaret config --all` lists it."
        )?;
    } else {
        table(&mut out, &shown)?;
    }
    let mut sound = true;
    let mut err = anstream::stderr();
    for setting in &shown {
        if let Some(problem) = &setting.problem {
            sound = false;
            writeln!(
                err,
                "error: {} from {}: {problem}",
                setting.key, setting.origin
            )?;
        }
    }
    for (stranger, meant) in settings::strangers(&command) {
        let meant = meant.map_or_else(String::new, |name| format!("; {name} is"));
        writeln!(err, "warning: {stranger} is set and is no setting{meant}")?;
    }
    Ok(if sound {
        Verdict::Allowed
    } else {
        Verdict::Refused
    })
}

/// The commands, whose options are the settings, and the settings file.
pub(crate) fn sources() -> anyhow::Result<(Command, Option<SettingsFile>)> {
    let command = Args::command();
    let words: Vec<OsString> = std::env::args_os().collect();
    let file = settings::find(&words, &command)?;
    Ok((command, file))
}

fn table(out: &mut impl std::io::Write, shown: &[Setting]) -> std::io::Result<()> {
    let value = |setting: &Setting| match setting {
        Setting {
            secret: true,
            value,
            ..
        } if !value.is_empty() => "(not shown)".to_owned(),
        Setting { value, .. } if value.is_empty() => "-".to_owned(),
        Setting { value, .. } => value.clone(),
    };
    let widest = |text: fn(&Setting) -> usize| shown.iter().map(text).max().unwrap_or(0);
    let keys = widest(|setting| setting.key.len());
    let values = shown.iter().map(|s| value(s).chars().count().min(40)).max();
    let values = values.unwrap_or(0).max("VALUE".len());
    writeln!(out, "\n{:keys$}  {:values$}  FROM", "SETTING", "VALUE")?;
    for setting in shown {
        let from = setting.origin.to_string();
        writeln!(
            out,
            "{:keys$}  {:values$}  {from}",
            setting.key,
            value(setting)
        )?;
    }
    Ok(())
}
