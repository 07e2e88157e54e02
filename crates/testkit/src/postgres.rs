//! A PostgreSQL of one's own: in a temporary directory, reached through a socket file, gone
//! with whoever started it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running cluster. Stopped and removed when dropped, and also when the process that holds
/// it is killed: its keeper reads a pipe that ends then.
pub struct Postgres {
    directory: PathBuf,
    programs: PathBuf,
    keeper: Mutex<Keeper>,
    databases: AtomicU32,
}

struct Keeper {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

// `$1`: the programs, `$2`: the directory, the rest: settings.
const KEEPER: &str = r#"
bin=$1 dir=$2; shift 2
up() {
    "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 "$@" >>"$dir/log" 2>&1 &
    pid=$!
    for _ in $(seq 600); do
        "$bin/pg_isready" -q -h "$dir" && { echo up; return; }
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    echo "failed: $(tail -n 1 "$dir/log")"
}
"$bin/initdb" -D "$dir/data" -U lazaret -A trust -E UTF8 --locale=C --no-sync >>"$dir/log" 2>&1
up "$@"
while read -r command; do
    case $command in
        start) up "$@" ;;
        stop) kill -INT $pid; wait $pid; echo down ;;
        kill) kill -QUIT $pid; wait $pid; echo down ;;
    esac
done
kill -QUIT $pid 2>/dev/null; wait $pid; rm -rf "$dir/data" "$dir/log"
"#;

impl Postgres {
    /// Starts one that forgets on a power failure (quicker), or says on the standard error why
    /// it cannot.
    #[must_use]
    pub fn start() -> Option<Postgres> {
        Postgres::with(&["fsync=off", "full_page_writes=off"])
    }

    /// Starts one with these settings, `name=value` each.
    #[must_use]
    pub fn with(settings: &[&str]) -> Option<Postgres> {
        match start(settings) {
            Ok(postgres) => Some(postgres),
            #[allow(clippy::print_stderr)] // It is for whoever reads the test's output.
            Err(why) => {
                eprintln!("skipped: no PostgreSQL: {why}");
                None
            }
        }
    }

    /// A new, empty database; its address.
    #[must_use]
    pub fn database(&self) -> Option<String> {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.programs.join("createdb"))
            .args(["-U", "lazaret", "-h"])
            .arg(&self.directory)
            .arg(&name)
            .status();
        let host = self.directory.display();
        made.is_ok_and(|status| status.success())
            .then(|| format!("postgres://lazaret@localhost/{name}?host={host}"))
    }

    /// Ends it as an operator does, sessions cut; `true` when it is down.
    pub fn stop(&self) -> bool {
        self.command("stop") == "down"
    }

    /// Ends it as a crash does.
    pub fn kill(&self) -> bool {
        self.command("kill") == "down"
    }

    /// Starts it again.
    pub fn resume(&self) -> bool {
        self.command("start") == "up"
    }

    fn command(&self, command: &str) -> String {
        let Ok(mut keeper) = self.keeper.lock() else {
            return String::new();
        };
        let sent = keeper
            .commands
            .as_mut()
            .is_some_and(|commands| writeln!(commands, "{command}").is_ok());
        if sent { keeper.answer() } else { String::new() }
    }
}

impl Keeper {
    fn answer(&mut self) -> String {
        let mut line = String::new();
        let _ = self.answers.read_line(&mut line);
        line.trim_end().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(keeper) = self.keeper.get_mut() {
            keeper.commands = None;
            let _ = keeper.child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn start(settings: &[&str]) -> Result<Postgres, String> {
    let programs = programs().ok_or("Debian's package `postgresql` is not installed")?;
    let directory = tempfile::Builder::new()
        .prefix("lazaret-pg")
        .tempdir()
        .map_err(|error| error.to_string())?
        .keep();
    // The server refuses to run as root; the package has made a user for it.
    let root = Command::new("id").arg("-u").output();
    let root = root.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = if root {
        let owned = Command::new("chown")
            .arg("postgres")
            .arg(&directory)
            .status();
        if !owned.is_ok_and(|status| status.success()) {
            return Err("there is no user `postgres`".to_owned());
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command
        .args(["-c", KEEPER, "keeper"])
        .arg(&programs)
        .arg(&directory);
    for setting in settings {
        command.args(["-c", setting]);
    }
    let mut child = command
        .current_dir(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (commands, answers) = (child.stdin.take(), child.stdout.take().ok_or("no pipe")?);
    let mut keeper = Keeper {
        child,
        commands,
        answers: BufReader::new(answers),
    };
    let answer = keeper.answer();
    let postgres = Postgres {
        directory,
        programs,
        keeper: Mutex::new(keeper),
        databases: AtomicU32::new(0),
    };
    if answer == "up" {
        Ok(postgres)
    } else {
        Err(answer)
    }
}

/// Where Debian has put the newest server.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin): &(u32, PathBuf)| Path::new(bin).join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}
