//! `doctor`: what this installation can reach and use.
//!
//! Nothing is asked over a network: a registry or a daemon that is named here may still
//! refuse.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use lazaret_image::DaemonKind;
use lazaret_image::daemon::sockets;

use crate::Verdict;
use crate::args::{DatabaseArgs, MaxAge};
use crate::targets::home_dir;
use crate::{age, config, database, settings};

/// The lines, and whether all is well so far.
struct Findings<W> {
    out: W,
    healthy: bool,
}

impl<W: Write> Findings<W> {
    fn line(&mut self, name: &str, well: bool, text: &str) -> std::io::Result<()> {
        self.healthy &= well;
        let word = if well { "ok  " } else { "BAD " };
        writeln!(self.out, "{word} {name:<10} {text}")
    }
}

pub(crate) fn run(args: &DatabaseArgs) -> anyhow::Result<Verdict> {
    let mut found = Findings {
        out: anstream::stdout(),
        healthy: true,
    };
    found.line("version", true, env!("CARGO_PKG_VERSION"))?;
    settings_file(&mut found)?;
    advisories(args, &mut found)?;
    cache(&mut found)?;
    daemons(&mut found)?;
    logins(&mut found)?;
    proxies(&mut found)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    found.line("cores", true, &cores.to_string())?;
    Ok(match found.healthy {
        true => Verdict::Allowed,
        false => Verdict::Refused,
    })
}

fn settings_file(found: &mut Findings<impl Write>) -> anyhow::Result<()> {
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
    Ok(found.line("settings", names.is_empty(), &told)?)
}

fn advisories(args: &DatabaseArgs, found: &mut Findings<impl Write>) -> anyhow::Result<()> {
    let opened = database::open(args.db.as_deref());
    let verified = opened.and_then(|db| {
        db.verify().context("verify it")?;
        Ok(db)
    });
    let database = match verified {
        Ok(database) => database,
        Err(error) => {
            let told = format!("{error:#}; lazaret db update makes a new one");
            return Ok(found.line("database", false, &told)?);
        }
    };
    let info = database.info();
    if info.starter {
        let told = "only the starter database; lazaret db update fetches all advisories";
        return Ok(found.line("database", true, told)?);
    }
    let max: MaxAge = "7d".parse().map_err(anyhow::Error::msg)?;
    let told = format!("{} of {}", info.digest, info.built_at);
    let is_young = age::is_young(info, &max);
    let told = match is_young {
        true => told,
        false => format!("{told}, older than {max}; lazaret db update renews it"),
    };
    Ok(found.line("database", is_young, &told)?)
}

fn cache(found: &mut Findings<impl Write>) -> std::io::Result<()> {
    let Some(dir) = home_dir("XDG_CACHE_HOME", ".cache") else {
        return found.line("cache", true, "no home directory, so nothing is remembered");
    };
    match lazaret_scan::Cache::open(&dir) {
        Ok(_) => found.line("cache", true, &dir.display().to_string()),
        Err(error) => {
            let told = format!("{error}; scans work, but none is remembered");
            found.line("cache", false, &told)
        }
    }
}

fn daemons(found: &mut Findings<impl Write>) -> std::io::Result<()> {
    for kind in DaemonKind::ALL {
        let told = match sockets(kind).first() {
            Some(socket) => socket.display().to_string(),
            None => "no socket; images are taken from elsewhere".to_owned(),
        };
        found.line(kind.name(), true, &told)?;
    }
    Ok(())
}

fn logins(found: &mut Findings<impl Write>) -> std::io::Result<()> {
    let below = |variable: &str, rest: &str| {
        let dir = std::env::var_os(variable).filter(|value| !value.is_empty())?;
        Some(PathBuf::from(dir).join(rest))
    };
    let places = [
        below("REGISTRY_AUTH_FILE", ""),
        below("XDG_RUNTIME_DIR", "containers/auth.json"),
        below("DOCKER_CONFIG", "config.json"),
        below("HOME", ".docker/config.json"),
    ];
    let there: Vec<String> = places
        .into_iter()
        .flatten()
        .filter(|path| path.is_file())
        .map(|path| path.display().to_string())
        .collect();
    let told = match there.is_empty() {
        true => "none; public images alone can be pulled".to_owned(),
        false => there.join(", "),
    };
    found.line("logins", true, &told)
}

fn proxies(found: &mut Findings<impl Write>) -> std::io::Result<()> {
    let names = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
    let set = names
        .into_iter()
        .filter(|name| std::env::var_os(name).is_some());
    // The value may hold a password.
    let set: Vec<&str> = set.collect();
    match set.is_empty() {
        true => found.line("proxy", true, "none"),
        false => found.line("proxy", true, &format!("{} set", set.join(" and "))),
    }
}
