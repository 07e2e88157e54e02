//! `serve`: the centre.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use lazaret_control::Settings;

use crate::args::{ConsoleArgs, ServeArgs};
use crate::targets::home_dir;
use crate::{Verdict, database, errors, journal};

/// How long threads that read layers may take to end; a job that is cut off comes again.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &ServeArgs, console: &ConsoleArgs) -> anyhow::Result<Verdict> {
    let settings = settings(args)?;
    let mut journal = journal::begin(console, &args.trace, "lazaret-centre")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the threads of the centre")?;
    let served = runtime.block_on(async {
        journal.start();
        let served = lazaret_control::serve(settings.clone()).await;
        let served = served.with_context(|| {
            errors::doing("start the centre".to_owned(), "lazaret serve --help")
        })?;
        let mut err = anstream::stderr();
        writeln!(err, "The centre answers at http://{}", served.address)?;
        if let Some(address) = served.edges {
            writeln!(err, "Edges are answered at https://{address}")?;
        }
        if let Some(file) = &served.setup {
            writeln!(
                err,
                "Nobody is known yet. The one-time token for the first administrator is in\n  {}\n\
                 Open http://{}/ with a browser; docs/centre.md tells how to do without one.",
                file.display(),
                served.address
            )?;
        }
        served.run(told_to_stop()).await;
        journal.finish().await;
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
        blobs: args.blobs.clone(),
        advisories: args.db.clone().or_else(database::installed),
        policy: args.policy.clone(),
        notify: args.notify.clone(),
        oidc: args.oidc.clone(),
        workers: args.workers,
        workload_metrics: args.workload_metrics,
        link_local: args.link_local_registries,
        keep_blobs: args.keep_blobs,
        edge_listen: args.edge_listen.clone(),
        edge_names: args.edge_name.clone(),
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
