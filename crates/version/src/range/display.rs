//! Ranges as people write them: `>= 1.2, < 1.4 || = 2.0`.

use std::fmt;

use super::{Bound, Interval, Range};

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.lower, &self.upper) {
            (Bound::Unbounded, Bound::Unbounded) => f.write_str("*"),
            (Bound::Unbounded, upper) => write_upper(f, upper),
            (lower, Bound::Unbounded) => write_lower(f, lower),
            (Bound::Inclusive(lower), Bound::Inclusive(upper)) if lower == upper => {
                write!(f, "= {lower}")
            }
            (lower, upper) => {
                write_lower(f, lower)?;
                f.write_str(", ")?;
                write_upper(f, upper)
            }
        }
    }
}

fn write_lower(f: &mut fmt::Formatter<'_>, bound: &Bound) -> fmt::Result {
    match bound {
        Bound::Unbounded => Ok(()),
        Bound::Inclusive(version) => write!(f, ">= {version}"),
        Bound::Exclusive(version) => write!(f, "> {version}"),
    }
}

fn write_upper(f: &mut fmt::Formatter<'_>, bound: &Bound) -> fmt::Result {
    match bound {
        Bound::Unbounded => Ok(()),
        Bound::Inclusive(version) => write!(f, "<= {version}"),
        Bound::Exclusive(version) => write!(f, "< {version}"),
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        let mut separator = "";
        for interval in &self.intervals {
            write!(f, "{separator}{interval}")?;
            separator = " || ";
        }
        for version in &self.exact {
            write!(f, "{separator}= {version}")?;
            separator = " || ";
        }
        if let Some(text) = &self.opaque {
            write!(f, "{separator}({text})")?;
        }
        Ok(())
    }
}
