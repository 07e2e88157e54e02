//! `serve`: the centre.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use lazaret_control::Settings;

use crate::args::ServeArgs;
use crate::targets::home_dir;
use crate::{Verdict, console, errors};

/// How long threads that read layers may take to end; a job that is cut off comes again.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<Verdict> {
    let settings = settings(args)?;
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the threads of the centre")?;
    let served = runtime.block_on(async {
        let served = lazaret_control::serve(settings.clone()).await;
        let served = served.with_context(|| {
            errors::doing("start the centre".to_owned(), "lazaret serve --help")
        })?;
        let mut err = anstream::stderr();
        writeln!(err, "The centre answers at http://{}", served.address)?;
        if let Some(file) = &served.setup {
            writeln!(
                err,
                "Nobody is known yet. The one-time token for the first administrator is in\n  {}\n\
                 See docs/centre.md, or: curl -d @- http://{}/api/v1/setup",
                file.display(),
                served.address
            )?;
        }
        served.run(told_to_stop()).await;
        anyhow::Ok(())
    });
    runtime.shutdown_timeout(LAST_PATIENCE);
    served.map(|()| Verdict::Allowed)
}

fn settings(args: &ServeArgs) -> anyhow::Result<Settings> {
    let data = match &args.data {
        Some(data) => data.clone(),
        None => home_dir("XDG_DATA_HOME", ".local/share")
            .map(|dir| dir.join("centre"))
            .with_context(|| {
                errors::refused("there is no home directory", "lazaret serve --data DIR")
            })?,
    };
    Ok(Settings {
        listen: args.listen.clone(),
        data,
        database: args.database.clone(),
        public_url: args.public_url.clone(),
    })
}

/// Until Ctrl-C, or until whoever started it says so.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// What the centre and its workers tell of themselves: lines on standard error.
fn log() {
    let level = match (console::is_quiet(), console::is_verbose()) {
        (true, _) => tracing::Level::ERROR,
        (_, true) => tracing::Level::DEBUG,
        _ => tracing::Level::INFO,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish();
    // Another one is there only in tests, which hear as well.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
