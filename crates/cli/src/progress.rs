//! Progress on standard error, only on a terminal and only when it takes a while.

use std::time::Duration;

use crate::console;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of compressed bytes.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::hidden();
        if console::shows_progress() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        Self(bar)
    }
}

impl lazaret_scan::Progress for Bar {
    fn begin(&self, layers: usize, bytes: Option<u64>, cached: usize) {
        console::detail(format_args!(
            "layers: {} to read, {cached} known from the cache",
            layers
        ));
        if layers == 0 {
            return;
        }
        let known = "{spinner} {msg} {bar:24} {bytes}/{total_bytes} {bytes_per_sec}";
        let template = if bytes.is_some() {
            known
        } else {
            "{spinner} {msg} {bytes} {bytes_per_sec}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        if let Some(bytes) = bytes {
            self.0.set_length(bytes);
        }
        self.0
            .set_message(format!("reading {layers} layers ({cached} known)"));
        self.0.enable_steady_tick(Duration::from_millis(500));
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// One line that says what is being done.
pub(crate) struct Steps(ProgressBar);

impl Steps {
    pub(crate) fn new() -> Self {
        let Bar(bar) = Bar::new();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    pub(crate) fn show(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
