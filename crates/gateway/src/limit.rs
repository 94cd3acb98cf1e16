//! How much may be called: rates and quotas, exact and without a lock.
//!
//! - [`Rate`]: calls in any second, by a sliding window: never one too many, and never one refused for which there was
//!   room.
//! - [`Quota`]: calls altogether.
//! - [`WindowCount`]: calls in windows that follow one another, and [`WindowCounts`]: those of each who calls.
//! - [`Limits`]: those that one call is under, taken together or not at all.

mod admission;
mod micros;
mod quota;
mod rate;
mod window;

#[cfg(test)]
mod tests;

pub use admission::{Exceeded, Limits};
pub use micros::Micros;
pub use quota::Quota;
pub use rate::Rate;
pub use window::{WindowAt, WindowCount, WindowCounts};
