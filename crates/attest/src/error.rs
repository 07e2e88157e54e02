//! Why something is no signature, key, certificate or statement.

/// Why bytes cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestError {
    /// The bytes are not what they should be.
    #[error("{what}: {why}")]
    Malformed {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// There is more of it than is looked at.
    #[error("{what}: more than {limit} {of}")]
    TooLarge {
        /// What was read.
        what: &'static str,
        /// How much is looked at.
        limit: usize,
        /// What is counted.
        of: &'static str,
    },
    /// A key or an algorithm that is not known here.
    #[error("{what}: {why}")]
    Unsupported {
        /// What was read.
        what: &'static str,
        /// What is not known.
        why: String,
    },
}

impl AttestError {
    pub(crate) fn malformed(what: &'static str, why: impl ToString) -> Self {
        Self::Malformed {
            what,
            why: why.to_string(),
        }
    }

    pub(crate) fn unsupported(what: &'static str, why: impl ToString) -> Self {
        Self::Unsupported {
            what,
            why: why.to_string(),
        }
    }

    /// Refuses what holds more than `limit` of something.
    pub(crate) fn bound(
        what: &'static str,
        count: usize,
        limit: usize,
        of: &'static str,
    ) -> Result<(), Self> {
        match count > limit {
            true => Err(Self::TooLarge { what, limit, of }),
            false => Ok(()),
        }
    }
}
