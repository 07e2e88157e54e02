//! Charts, rendered by the `helm` of this machine where there is one.
//!
//! A chart may be hostile: helm is started without plug-ins, sees no cluster, and fetches
//! nothing, since `helm template` takes dependencies from the chart alone. Time and output are
//! bounded.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lazaret_check::charts;
use lazaret_check::walk::Gathered;
use lazaret_model::{Gap, GapKind};

use crate::console;

/// Longest that one chart may take.
const LONGEST: Duration = Duration::from_secs(30);

/// Largest output of one chart, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// Most charts of a run.
const MOST_CHARTS: usize = 500;

/// Takes the rendered form of every chart in the place of its templates. Without helm nothing
/// changes: the check itself tells that they were not rendered.
pub(crate) fn render(gathered: &mut Gathered) {
    let charts = charts::charts(&gathered.sources);
    if charts.is_empty() || !is_there() {
        return;
    }
    for dir in charts.into_iter().take(MOST_CHARTS) {
        match template(&dir) {
            Ok(text) => {
                charts::without_templates(&mut gathered.sources, &dir);
                gathered.sources.extend(charts::rendered(&dir, &text));
            }
            Err(why) => {
                let shown = if dir.is_empty() { "." } else { &dir };
                charts::without_templates(&mut gathered.sources, &dir);
                let detail = format!(
                    "helm did not render the chart: {why}; `helm template {shown} -f VALUES | lazaret check -` looks at what it makes"
                );
                gathered
                    .gaps
                    .push(Gap::new(GapKind::Unreadable, shown, detail));
            }
        }
    }
}

fn is_there() -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    // The directory that is checked may hold anything, a program of that name too.
    let mut dirs = std::env::split_paths(&path).filter(|dir| dir.is_absolute());
    dirs.any(|dir| dir.join("helm").is_file())
}

fn template(dir: &str) -> Result<String, String> {
    let place = Path::new(".").join(dir);
    console::detail(format_args!("helm template {}", place.display()));
    let mut child = Command::new("helm")
        .args(["template", "release"])
        .arg(&place)
        .env("HELM_NO_PLUGINS", "1")
        .env("HELM_PLUGINS", "/nonexistent")
        .env("KUBECONFIG", "/nonexistent")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let out = child.stdout.take().map(drain);
    let err = child.stderr.take().map(drain);
    let end = Instant::now() + LONGEST;
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if Instant::now() > end => {
                // It may have ended by itself meanwhile.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it took more than {} seconds", LONGEST.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |handle: Option<std::thread::JoinHandle<Vec<u8>>>| {
        handle
            .and_then(|handle| handle.join().ok())
            .unwrap_or_default()
    };
    let (out, err) = (text(out), text(err));
    if out.len() as u64 > MOST_BYTES {
        return Err(format!("it is larger than {MOST_BYTES} bytes"));
    }
    if !status.success() {
        let told = String::from_utf8_lossy(&err);
        let line = told.lines().find(|line| line.starts_with("Error: "));
        let line = line.or_else(|| told.lines().next()).unwrap_or("it failed");
        let line = line.strip_prefix("Error: ").unwrap_or(line);
        return Err(line.chars().filter(|c| !c.is_control()).take(300).collect());
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Reads a stream to its end, and keeps no more of it than is asked for.
fn drain(stream: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut stream = stream;
        // A stream that breaks off ends; what is missing shows in helm's own status.
        let _ = stream.by_ref().take(MOST_BYTES + 1).read_to_end(&mut kept);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        kept
    })
}
