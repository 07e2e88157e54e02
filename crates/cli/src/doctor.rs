//! `doctor`: what this installation can reach and use.

use std::io::Write as _;

use crate::Verdict;
use crate::args::DatabaseArgs;
use crate::targets::home_dir;
use crate::{config, database, settings};

pub(crate) fn run(args: &DatabaseArgs) -> anyhow::Result<Verdict> {
    let mut out = anstream::stdout();
    let mut healthy = true;
    let mut line = |name: &str, well: bool, text: String| -> std::io::Result<()> {
        healthy &= well;
        writeln!(
            out,
            "{} {name:<10} {text}",
            if well { "ok  " } else { "BAD " }
        )
    };
    line("version", true, env!("CARGO_PKG_VERSION").into())?;
    let (command, file) = config::sources()?;
    let strangers = settings::strangers(&command);
    let names: Vec<&str> = strangers.iter().map(|(name, _)| name.as_str()).collect();
    let mut told = match &file {
        Some(file) => file.path().display().to_string(),
        None => "no lazaret.yaml".to_owned(),
    };
    if !names.is_empty() {
        told.push_str(&format!("; nothing reads {}", names.join(", ")));
    }
    line("settings", names.is_empty(), told)?;
    match database::open(args.db.as_deref())
        .and_then(|db| db.verify().map(|()| db).map_err(Into::into))
    {
        Ok(db) if db.info().starter => {
            let text = "only the starter database; build one with `lazaret db build` or import one";
            line("database", true, text.into())?;
        }
        Ok(db) => line(
            "database",
            true,
            format!("{} built at {}", db.digest(), db.info().built_at),
        )?,
        Err(error) => line("database", false, format!("{error:#}"))?,
    }
    match home_dir("XDG_CACHE_HOME", ".cache") {
        Some(dir) => match lazaret_scan::Cache::open(&dir) {
            Ok(_) => line("cache", true, dir.display().to_string())?,
            Err(error) => line(
                "cache",
                false,
                format!("{error}; scans work, but none is remembered"),
            )?,
        },
        None => line(
            "cache",
            true,
            "no home directory, so nothing is remembered".into(),
        )?,
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    line("cores", true, cores.to_string())?;
    Ok(if healthy {
        Verdict::Allowed
    } else {
        Verdict::Refused
    })
}
