//! How slow a line may be: one that brings next to nothing is as broken as a silent one.
//!
//! Every read has a time-out of its own, which a server that sends a byte now and then
//! never meets. Only the time spent waiting counts, not what the reader does in between.

use std::io::{self, Read};
use std::time::{Duration, Instant};

/// Fewest bytes that a line has to bring in the time in which it may be silent. 64 KiB a
/// minute is less than any modem ever had.
pub(crate) const LEAST: u64 = 64 << 10;

/// Watches the pace of one line.
#[derive(Debug)]
pub(crate) struct Pace {
    window: Duration,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    /// A line that has to bring [`LEAST`] bytes in each `window` of waiting.
    pub(crate) fn new(window: Duration) -> Self {
        Self {
            window,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    /// Reads once, and fails when the line has been too slow for too long.
    pub(crate) fn read(&mut self, from: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
        let begin = Instant::now();
        let n = from.read(buf)?;
        self.waited += begin.elapsed();
        self.bytes += n as u64;
        if self.waited > self.window {
            if self.bytes < LEAST && n > 0 {
                let text = format!("{} bytes in {:?}", self.bytes, self.waited);
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            self.waited = Duration::ZERO;
            self.bytes = 0;
        }
        Ok(n)
    }
}

/// A reader under watch.
pub(crate) struct Paced<R> {
    inner: R,
    pace: Pace,
}

impl<R: Read> Paced<R> {
    pub(crate) fn new(inner: R, window: Duration) -> Self {
        Self {
            inner,
            pace: Pace::new(window),
        }
    }
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.pace.read(&mut self.inner, buf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes at a time, after a wait.
    struct Slow(usize, Duration);

    impl Read for Slow {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            std::thread::sleep(self.1);
            Ok(self.0.min(buf.len()))
        }
    }

    #[test]
    fn only_a_line_that_brings_next_to_nothing_breaks() {
        let read = |bytes: usize| {
            let slow = Slow(bytes, Duration::from_millis(2));
            let mut paced = Paced::new(slow, Duration::from_millis(20));
            let mut buf = vec![0; 64 << 10];
            (0..64)
                .try_for_each(|_| paced.read(&mut buf).map(drop))
                .map_err(|e| e.kind())
        };
        // Each read alone brings enough, so a busy machine fails nothing.
        assert_eq!(read(64 << 10), Ok(()));
        assert_eq!(read(1), Err(io::ErrorKind::TimedOut));
    }
}
