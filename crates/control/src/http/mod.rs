//! What every request goes through, whoever answers it.

mod encode;
mod error;
mod etag;
mod extract;
mod listen;
mod rounds;

pub(crate) use encode::encoded;
pub use error::{ApiError, ApiResult};
pub(crate) use etag::etag;
pub use etag::{IfMatch, Untagged};
pub use extract::{Ask, At, Body};
pub(crate) use listen::{Listener, Peer};
pub(crate) use rounds::{RequestId, rounds};
