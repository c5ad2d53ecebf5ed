//! A household-visit system to test as a whole: a real relay process, real phones, a bad network between.
//!
//! Stories live in `tests/`; this crate owns the words they are told in. Everything here stops the test at
//! the first thing that is not as it should be: a harness that goes on tests nothing.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a harness that cannot go on must stop the test"
)]

mod browser;
mod busy;
mod database;
pub mod day;
mod dice;
mod events;
mod folder;
mod forger;
pub mod http;
mod ledger;
mod lines;
mod listing;
mod loss;
mod phone;
mod photo;
mod program;
mod proxy;
mod refusal;
mod relay;
mod roster;
mod socket;
mod traces;
mod unlocked;
mod web;

pub use browser::Browser;
pub use busy::BusyPhone;
pub use database::change as change_database;
pub use dice::Dice;
pub use events::Listener;
pub use folder::Folder;
pub use forger::{Forger, Wire, entry, push};
pub use ledger::{ids, plain_state, strings, text};
pub use lines::Lines;
pub use listing::kept_listing;
pub use loss::{lose_one_batch, lost, visits_at};
pub use phone::{Phone, Watching};
pub use photo::camera_photo;
pub use program::{Refusal, binary, program, program_refuses};
pub use proxy::{Direction, Fault, Proxy};
pub use relay::{COMMUNITY, Metrics, Relay, copy_data, problems_beside, problems_in};
pub use roster::{GRID, Home, Roster};
pub use socket::RawSocket;
pub use traces::{raw_traces, traces};
pub use web::{Answer, Web, percent_encoded};
