//! Complaints of customers: read from what is sent, masked, and led through their life.
//!
//! Pure: `now` and the rules are arguments.

mod clock;
mod identity;
mod intake;
mod letter;
mod life;
mod mask;
#[cfg(test)]
mod sample;
mod service;
mod table;

pub use clock::{deadline, due, next_reminder, reminder, year};
pub use intake::{CustomerRecord, Fault, Record, entry, take_in};
pub use letter::{Letter, NoLetter, letter};
pub use life::{Act, Refusal, after, begin};
pub use mask::{mask, mask_of};
pub use service::served;
pub use table::{Row, TableError, read_table};
