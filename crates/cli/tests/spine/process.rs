//! Processes that end with their test, and what they have said.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lazaret_testkit::process;

/// How long anything may take that does not wait for anything.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// A process, and the lines of its log.
pub(crate) struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    log: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        // What a failed test wants to know.
        if std::thread::panicking() {
            let lines = self.lines();
            let last = lines.iter().rev().take(15).rev();
            let text: String = last.map(|line| format!("    {line}\n")).collect();
            let _ = writeln!(std::io::stderr(), "process {}:\n{text}", self.child.id());
        }
    }
}

impl Process {
    pub(crate) fn spawn(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = process::spawn(command).expect("it starts");
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = BufReader::new(child.stderr.take().expect("a log"));
        let into = Arc::clone(&lines);
        let log = std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                into.lock().expect("a log").push(line);
            }
        });
        Self {
            child,
            lines,
            log: Some(log),
        }
    }

    /// The program under test.
    pub(crate) fn lazaret(arguments: &[&str], directory: &Path) -> Self {
        Self::spawn(command(arguments, directory))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("a log").clone()
    }

    /// The first line that has a text, as soon as it is there.
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) -> String {
        let until = Instant::now() + SOON;
        loop {
            let ended = self.child.try_wait().expect("its state");
            // The last words of a process may be read after its end.
            if ended.is_some()
                && let Some(log) = self.log.take()
            {
                log.join().expect("the log is read");
            }
            let lines = self.lines();
            if let Some(line) = lines.iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            assert!(
                ended.is_none(),
                "it ended ({ended:?}) without `{text}`: {lines:#?}"
            );
            assert!(
                Instant::now() < until,
                "it does not say `{text}`: {lines:#?}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGKILL: nothing is said, nothing is put in order.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and the end.
    pub(crate) fn stop(&mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("kill runs").success());
        assert!(self.child.wait().expect("ended").success());
    }
}

pub(crate) fn command(arguments: &[&str], directory: &Path) -> Command {
    // Another build of the same, for measurements.
    let other = std::env::var_os("LAZARET_PROGRAM");
    let program = other.unwrap_or_else(|| env!("CARGO_BIN_EXE_lazaret").into());
    let mut command = process::command(program);
    command.args(arguments).current_dir(directory).env_clear();
    command.env("HOME", directory).stdin(Stdio::null());
    command
}

/// A free address of this machine.
pub(crate) fn free() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    socket.local_addr().expect("it has an address").to_string()
}

/// Whether programs are installed; says so where one is not.
pub(crate) fn have(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there =
        |program: &&&str| !std::env::split_paths(&path).any(|d| d.join(program).is_file());
    match programs.iter().find(is_there) {
        Some(program) => {
            skipped(&format!("{program} is not installed"));
            false
        }
        None => true,
    }
}

/// A command as its program sees it another day: `clock` is a file with an offset such as `+1d`,
/// which may change while the program runs. Timers are left alone.
pub(crate) fn with_clock(mut command: Command, clock: &Path) -> Command {
    command
        .env("LD_PRELOAD", FAKETIME)
        .env("FAKETIME_TIMESTAMP_FILE", clock);
    command
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// Whether the clock of a program can be changed; says so where it cannot.
pub(crate) fn have_clocks() -> bool {
    let there = Path::new(FAKETIME).exists();
    if !there {
        skipped("libfaketime (Debian's faketime) is not installed");
    }
    there
}

pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Waits until something holds; `what` says what does not.
#[track_caller]
pub(crate) fn until<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + within;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < until, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Numbers that look random, the same for the same beginning (Numerical Recipes, chapter 7).
pub(crate) struct Dice(u64);

impl Dice {
    /// Those that `LAZARET_FAULT_SEED` begins, 1 where nobody says; and the beginning.
    pub(crate) fn of_env() -> (Self, u64) {
        let seed = of_env("LAZARET_FAULT_SEED", 1);
        (Self(seed), seed)
    }

    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A number of the environment, for longer and shorter runs.
pub(crate) fn of_env(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}
