//! The advisory database: which one, and the commands on it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build_to};
use lazaret_advisory::feed;

use crate::args::DbCommand;
use crate::targets::home_dir;
use crate::{Verdict, console, delta, errors, update};
use lazaret_model::nearest;

/// Where the installed database is.
pub(crate) fn installed() -> Option<PathBuf> {
    home_dir("XDG_DATA_HOME", ".local/share").map(|dir| dir.join("advisories.db"))
}

/// The database to use: the one named, the installed one, or the starter.
pub(crate) fn open(named: Option<&Path>) -> anyhow::Result<Db> {
    let (place, database) = match (named, installed().filter(|p| p.is_file())) {
        (Some(path), _) => (path.display().to_string(), at(path)?),
        (None, Some(path)) => (format!("installed, {}", path.display()), at(&path)?),
        (None, None) => ("the starter inside the program".to_owned(), starter()?),
    };
    let info = database.info();
    console::detail(format_args!(
        "database: {place}; {} of {}",
        info.digest, info.built_at
    ));
    Ok(database)
}

pub(crate) fn at(path: &Path) -> anyhow::Result<Db> {
    Db::open(path).with_context(|| using(path))
}

/// A file is to serve as the advisory database.
pub(crate) fn using(path: &Path) -> errors::Doing {
    errors::doing(
        format!("use {} as the advisory database", path.display()),
        "lazaret db update, which makes a new one",
    )
}

/// The small database inside the program.
pub(crate) fn starter() -> anyhow::Result<Db> {
    Ok(lazaret_advisory::starter::database()?)
}

pub(crate) fn run(command: DbCommand) -> anyhow::Result<Verdict> {
    match command {
        DbCommand::Build {
            out,
            strict,
            as_of,
            sources,
        } => {
            let options = BuildOptions {
                strict,
                as_of,
                ..BuildOptions::default()
            };
            build(&out, &options, &sources)?;
        }
        DbCommand::Feeds => feeds()?,
        DbCommand::Status(database) => status(database.db.as_deref())?,
        DbCommand::Search { text, database } => search(&text, database.db.as_deref())?,
        DbCommand::Update(args) => update::run(&args)?,
        DbCommand::Diff {
            before,
            after,
            format,
        } => delta::diff(&before, &after, &format)?,
        DbCommand::Delta { before, after, out } => delta::write(&before, &after, &out)?,
        DbCommand::Apply { base, delta, out } => delta::apply(&base, &delta, &out)?,
        DbCommand::Import { file } => import(&file)?,
        DbCommand::Export { file } => export(&file)?,
    }
    Ok(Verdict::Allowed)
}

fn build(out: &Path, options: &BuildOptions, sources: &[String]) -> anyhow::Result<()> {
    let specs: Vec<SourceSpec> = sources
        .iter()
        .map(|source| specified(source))
        .collect::<Result<_, _>>()?;
    let report = build_to(out, &specs, options, &mut |_| {}).with_context(|| {
        errors::doing(
            format!("build {}", out.display()),
            "lazaret db feeds, for what each feed's files are",
        )
    })?;
    let mut err = anstream::stderr();
    for source in &report.sources {
        writeln!(
            err,
            "{}={}: {} records of {} files, {} could not be read",
            source.feed,
            source.path.display(),
            source.records,
            source.files,
            source.bad
        )?;
        for bad in source.named.iter().take(5) {
            writeln!(err, "  {}: {}", bad.record, bad.reason)?;
        }
    }
    writeln!(
        err,
        "{}: {} advisories, {} CVE records, {} bytes",
        out.display(),
        report.advisories,
        report.cve_records,
        report.size_bytes
    )?;
    Ok(())
}

fn specified(source: &str) -> anyhow::Result<SourceSpec> {
    let next = |name: &str| match nearest(name, feed::ALL.iter().map(|feed| feed.name)) {
        Some(near) => format!("{near}=PATH; lazaret db feeds lists all"),
        None => "lazaret db feeds, which lists all".to_owned(),
    };
    let Some((name, _)) = source.split_once('=') else {
        let known = feed::by_name(source).map_or("osv", |feed| feed.name);
        let what = format!("`{source}` is no source: it has no =PATH");
        return Err(errors::refused(what, next(known)));
    };
    if feed::by_name(name).is_none() {
        let what = format!("`{name}` is no feed");
        return Err(errors::refused(what, next(name)));
    }
    Ok(source.parse()?)
}

fn feeds() -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    for feed in feed::ALL {
        writeln!(
            out,
            "{:<14} {}\n{:14} {}",
            feed.name, feed.about, "", feed.upstream
        )?;
    }
    Ok(())
}

fn status(named: Option<&Path>) -> anyhow::Result<()> {
    let database = open(named)?;
    database.verify().with_context(|| match named {
        Some(path) => using(path),
        None => errors::doing("use the advisory database", "lazaret db update"),
    })?;
    let info = database.info();
    let mut out = anstream::stdout();
    writeln!(out, "digest     {}", info.digest)?;
    writeln!(out, "built at   {}", info.built_at)?;
    writeln!(out, "advisories {}", database.advisory_count())?;
    if info.starter {
        writeln!(
            out,
            "This is the starter database inside the program: landmark vulnerabilities only."
        )?;
    }
    for feed in &info.feeds {
        writeln!(
            out,
            "feed       {:<14} {:>8} records, newest {}",
            feed.name, feed.records, feed.as_of
        )?;
    }
    for space in database.spaces() {
        writeln!(
            out,
            "space      {:<18} {:>8} packages",
            space.name, space.packages
        )?;
    }
    Ok(())
}

fn search(text: &str, named: Option<&Path>) -> anyhow::Result<()> {
    let database = open(named)?;
    let mut out = anstream::stdout();
    let hits = database.search(text, 50)?;
    for hit in &hits {
        let group = database.group(hit.group)?;
        let title = match group.advisories.first() {
            Some(first) => database.advisory(*first)?.summary,
            None => String::new(),
        };
        let title: String = title.chars().filter(|c| !c.is_control()).take(60).collect();
        writeln!(out, "{:<20} {title}", group.primary)?;
    }
    if hits.is_empty() {
        writeln!(
            anstream::stderr(),
            "nothing in the database matches `{text}`"
        )?;
    }
    Ok(())
}

fn import(file: &Path) -> anyhow::Result<()> {
    let database = at(file)?;
    database.verify().with_context(|| using(file))?;
    let place = installed().context("there is no home directory to install a database in")?;
    copy(database.bytes(), &place)?;
    writeln!(
        anstream::stderr(),
        "installed {} as {}",
        database.digest(),
        place.display()
    )?;
    Ok(())
}

fn export(file: &Path) -> anyhow::Result<()> {
    let database = open(None)?;
    database.verify()?;
    copy(database.bytes(), file)
}

/// Writes beside the place and renames, so that nobody sees half a file.
fn copy(bytes: &[u8], place: &Path) -> anyhow::Result<()> {
    let parent = place
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(parent)?;
        let mut temporary = tempfile::NamedTempFile::new_in(parent)?;
        temporary.write_all(bytes)?;
        temporary.persist(place)?;
        Ok(())
    };
    write().with_context(|| errors::write(place))
}
