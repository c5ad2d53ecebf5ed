//! What a phone may do: how the office stands to it, what it asks, and whose space it is about. One pure answer,
//! denied unless written down.
//!
//! Relay and tests ask here; sockets, frames and grants as such are not known.

use crate::sync::refusal::SyncError;
use crate::sync::standing::{Cause, Standing};

/// How a space stands to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Granted to read and write: the worker's grids and own space.
    Own,
    /// Granted to read: the community's space.
    Shared,
    /// A grid that the worker looked after until lately.
    Former,
    /// Anything else.
    Elsewhere,
}

impl Place {
    /// All of them.
    pub const ALL: [Place; 4] = [Place::Own, Place::Shared, Place::Former, Place::Elsewhere];
}

/// What a phone asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// Send batches over its connection, its own or a colleague's.
    Push,
    /// Have a batch that it signed counted, whoever brings it.
    Write(Place),
    /// Read a space: its log or its snapshot.
    Read(Place),
}

/// What the relay does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may.
    Yes,
    /// It is kept, and counts only when a person says so.
    Review(Cause),
    /// It may not.
    No(SyncError),
}

/// Whether a phone may do this. Nobody's work is turned away once a person has let the phone in: what may not
/// count is kept for review, so that stopping a phone loses nothing.
pub fn phone_may(standing: Standing, deed: Deed) -> Answer {
    match (deed, standing) {
        // What nobody has confirmed hands in nothing: it stays where it is.
        (Deed::Push, Standing::Waiting) => Answer::No(SyncError::Waiting),
        (Deed::Push, _) => Answer::Yes,
        (Deed::Write(_), Standing::Waiting) => Answer::Review(Cause::Waiting),
        (Deed::Write(_), Standing::Suspended) => Answer::Review(Cause::Suspended),
        (Deed::Write(_), Standing::Revoked) => Answer::Review(Cause::Revoked),
        // An enrolment that has run out ends reading; the visits of its last day still count.
        (Deed::Write(Place::Own | Place::Former), Standing::Active | Standing::Expired) => Answer::Yes,
        (Deed::Write(_), Standing::Active | Standing::Expired) => Answer::Review(Cause::NotGranted),
        (Deed::Read(Place::Own | Place::Shared), Standing::Active) => Answer::Yes,
        (Deed::Read(_), _) => Answer::No(SyncError::NotGranted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole matrix, written out a second time.
    const MATRIX: &str = "
        active    push yes
        active    write own yes, shared not_granted, former yes, elsewhere not_granted
        active    read  own yes, shared yes, former no, elsewhere no
        expired   push yes
        expired   write own yes, shared not_granted, former yes, elsewhere not_granted
        expired   read  own no, shared no, former no, elsewhere no
        waiting   push no
        waiting   write own waiting, shared waiting, former waiting, elsewhere waiting
        waiting   read  own no, shared no, former no, elsewhere no
        suspended push yes
        suspended write own suspended, shared suspended, former suspended, elsewhere suspended
        suspended read  own no, shared no, former no, elsewhere no
        revoked   push yes
        revoked   write own revoked, shared revoked, former revoked, elsewhere revoked
        revoked   read  own no, shared no, former no, elsewhere no
    ";

    fn word(verdict: Answer) -> &'static str {
        match verdict {
            Answer::Yes => "yes",
            Answer::Review(cause) => cause.word(),
            Answer::No(_) => "no",
        }
    }

    #[test]
    fn every_standing_may_exactly_what_is_written_for_it() {
        let told: Vec<String> =
            MATRIX.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let mut asked = 0;
        for standing in Standing::ALL {
            let push = format!("{} push {}", standing.word(), word(phone_may(standing, Deed::Push)));
            assert!(told.contains(&push), "{push}");
            for (name, deed) in [("write", Deed::Write as fn(Place) -> Deed), ("read", Deed::Read)] {
                let names = ["own", "shared", "former", "elsewhere"];
                let says = Place::ALL.iter().zip(names).map(|(place, name)| {
                    asked += 1;
                    format!("{name} {}", word(phone_may(standing, deed(*place))))
                });
                let line = format!("{} {name} {}", standing.word(), says.collect::<Vec<_>>().join(", "));
                assert!(told.contains(&line), "{line}");
            }
        }
        assert_eq!(asked, Standing::ALL.len() * 2 * Place::ALL.len());
    }
}
