//! Whoever is started ends with whoever has started it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lazaret_testkit::process::{command, spawn};

/// What tells this program to start somebody and to wait.
const BE: &str = "LAZARET_TEST_PARENT";

/// The one in the middle, where this program is started as that.
#[test]
fn a_process_with_a_child() {
    if std::env::var_os(BE).is_none() {
        return;
    }
    let mut sleeps = command("sleep");
    sleeps.arg("600");
    // From a thread that is gone when the child is looked at.
    let child = std::thread::spawn(|| spawn(sleeps).expect("started"));
    let child = child.join().expect("no panic");
    let _ = writeln!(std::io::stderr(), "child={}", child.id());
    std::thread::sleep(Duration::from_secs(600));
}

/// Whether a process is there and no corpse that waits for somebody to look at it.
fn lives(id: &str) -> bool {
    let state = std::fs::read_to_string(PathBuf::from("/proc").join(id).join("stat"));
    state.is_ok_and(|state| !state.contains(") Z "))
}

#[test]
fn a_child_lives_as_long_as_whoever_has_started_it_and_no_longer() {
    if !Command::new("setpriv")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success())
    {
        let _ = writeln!(std::io::stderr(), "skipped: setpriv is not installed");
        return;
    }
    let mut parent = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "process::a_process_with_a_child", "--nocapture"])
        .env(BE, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let lines = BufReader::new(parent.stderr.take().expect("its words")).lines();
    let mut lines = lines.map_while(Result::ok);
    let id = lines.find_map(|line| Some(line.split_once("child=")?.1.to_owned()));
    let id = id.expect("the child's id");
    // The thread that asked for it has long ended.
    std::thread::sleep(Duration::from_millis(300));
    assert!(lives(&id), "it outlives a thread");
    parent.kill().expect("killed");
    parent.wait().expect("waited for");
    let end = Instant::now() + Duration::from_secs(10);
    while lives(&id) {
        assert!(Instant::now() < end, "it outlives whoever has started it");
        std::thread::sleep(Duration::from_millis(20));
    }
}
