//! A real browser, spoken to through a pipe (the Chrome DevTools protocol).

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use lazaret_testkit::process;
use serde_json::{Value, json};

/// How long a browser may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page. It ends when it is dropped.
pub(crate) struct Chromium {
    child: Child,
    to: File,
    from: Receiver<Value>,
    calls: u64,
    session: Option<String>,
    events: Vec<Value>,
    _folder: tempfile::TempDir,
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

impl Chromium {
    /// `None`, and a word about it, where there is no browser.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            let _ = writeln!(std::io::stderr(), "skipped: chromium is not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a directory");
        let pipe = |name: &str| {
            let path = folder.path().join(name);
            let made = Command::new("mkfifo").arg(&path).status();
            assert!(made.expect("mkfifo runs").success());
            path
        };
        let (to, from) = (pipe("to"), pipe("from"));
        // The browser reads file 3 and writes file 4; a shell is what opens them there.
        let script = "to=$1 from=$2; shift 2; exec \"$@\" 3<\"$to\" 4>\"$from\"";
        let mut command = process::command("sh");
        command
            .args(["-c", script, "sh"])
            .args([&to, &from, &program])
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--remote-debugging-pipe",
                "--hide-scrollbars",
                "--disable-dev-shm-usage",
            ])
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("profile").display()
            ))
            .stderr(Stdio::null());
        let child = process::spawn(command).expect("the browser starts");
        let to = OpenOptions::new()
            .write(true)
            .open(to)
            .expect("the pipe to it");
        let mut reader = BufReader::new(File::open(from).expect("the pipe from it"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while reader
                .read_until(0, &mut message)
                .is_ok_and(|read| read > 0)
            {
                message.pop();
                let parsed = serde_json::from_slice(&message).unwrap_or_default();
                if sender.send(parsed).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut browser = Self {
            child,
            to,
            from,
            calls: 0,
            session: None,
            events: Vec::new(),
            _folder: folder,
        };
        let page = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let wanted = json!({"targetId": page["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", wanted);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            browser.call(domain, json!({}));
        }
        Some(browser)
    }

    fn hear(&mut self) -> Value {
        self.from
            .recv_timeout(PATIENCE)
            .expect("the browser answers")
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser listens");
        loop {
            let mut heard = self.hear();
            if heard["id"] == json!(id) {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].take();
            }
            self.events.push(heard);
        }
    }

    /// Waits until a page has been loaded since the last time this was asked.
    pub(crate) fn loaded(&mut self) {
        let end = Instant::now() + PATIENCE;
        let is_load = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(is_load) {
            assert!(Instant::now() < end, "no page was loaded");
            let heard = self.hear();
            self.events.push(heard);
        }
        self.events.retain(|event| !is_load(event));
    }

    pub(crate) fn go(&mut self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        self.loaded();
    }

    /// What an expression comes to.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        self.evaluated(expression, false)
    }

    /// What the promise that an expression is comes to.
    pub(crate) fn settled(&mut self, expression: &str) -> Value {
        self.evaluated(expression, true)
    }

    fn evaluated(&mut self, expression: &str, waits: bool) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true,
            "awaitPromise": waits});
        let mut told = self.call("Runtime.evaluate", asked);
        assert!(told["exceptionDetails"].is_null(), "{expression}: {told}");
        told["result"]["value"].take()
    }

    /// How wide the window is, and whether the system is `light` or `dark`.
    pub(crate) fn view(&mut self, width: u32, theme: &str) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1,
            "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", size);
        let features = json!([{"name": "prefers-color-scheme", "value": theme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str, modifiers: u32) {
        let text = if key.len() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "modifiers": modifiers});
            if kind == "keyDown" && modifiers == 0 {
                event["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// What the page complained about since the last time this was asked.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        let events = std::mem::take(&mut self.events);
        let bad = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            _ => false,
        };
        events
            .iter()
            .filter(bad)
            .map(|event| event["params"].to_string())
            .collect()
    }

    /// Takes a picture of the whole page, for whoever set `LAZARET_SCREENSHOTS`.
    pub(crate) fn picture(&mut self, name: &str) {
        use base64::Engine as _;
        let Some(folder) = std::env::var_os("LAZARET_SCREENSHOTS") else {
            return;
        };
        let wanted = json!({"format": "png", "captureBeyondViewport": true});
        let told = self.call("Page.captureScreenshot", wanted);
        let data = told["data"].as_str().unwrap_or_default();
        let bytes = base64::engine::general_purpose::STANDARD.decode(data);
        let path = PathBuf::from(folder).join(format!("{name}.png"));
        std::fs::write(path, bytes.expect("a picture")).expect("written");
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
