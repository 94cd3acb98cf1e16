//! How much may be called: rates and quotas, exact and without a lock.

mod admission;
mod micros;
mod quota;
mod rate;

pub use admission::{Exceeded, Limits};
pub use micros::Micros;
pub use quota::Quota;
pub use rate::Rate;
