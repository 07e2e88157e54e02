//! Processes that end with the test that has started them, whatever becomes of it.

use std::ffi::OsStr;
use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError, mpsc};

/// A command whose process the kernel kills when this one ends, killed or not: destructors do
/// not run in a test that is killed or runs out of its time. Start it with [`spawn`].
///
/// util-linux's `setpriv` stands before the program and becomes it, so that the id of the process
/// is that of the program; where it is not installed, the program stands alone. What the program
/// starts itself is not its concern.
#[must_use]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    const BEFORE: [&str; 3] = ["--pdeathsig", "KILL", "--"];
    static IS_THERE: LazyLock<bool> = LazyLock::new(|| {
        let mut tried = Command::new("setpriv");
        tried.args(BEFORE).arg("true").stderr(Stdio::null());
        tried.status().is_ok_and(|status| status.success())
    });
    if !*IS_THERE {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(BEFORE).arg(program);
    command
}

type Asked = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts a command from a thread that lasts as long as this process. The signal of [`command`]
/// is sent when the thread that has started a child ends (prctl(2)), and that of a test or of a
/// pool ends early.
///
/// # Errors
/// When it cannot be started.
pub fn spawn(command: Command) -> io::Result<Child> {
    static SPAWNER: LazyLock<Mutex<mpsc::Sender<Asked>>> = LazyLock::new(|| {
        let (sender, asked) = mpsc::channel::<Asked>();
        std::thread::spawn(move || {
            for (mut command, answer) in asked {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(sender)
    });
    let (answer, answered) = mpsc::channel();
    let gone = |_| io::Error::other("nobody starts processes any more");
    let spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
    spawner.send((command, answer)).map_err(|_| gone(()))?;
    drop(spawner);
    answered.recv().map_err(|_| gone(()))?
}
