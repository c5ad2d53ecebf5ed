//! How the office stands to a phone, and why a batch waits for a person.

/// How the office stands to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Enrolled, but nobody has compared its fingerprint: it reads nothing and hands in nothing.
    Waiting,
    /// It works.
    Active,
    /// It worked, and has not been renewed in time: it reads nothing, what it hands in still counts. Never
    /// stored; it follows from the day.
    Expired,
    /// Stopped for now: it reads nothing, what it hands in waits for a person.
    Suspended,
    /// Stopped for good, likewise.
    Revoked,
}

impl Standing {
    /// All of them.
    pub const ALL: [Standing; 5] =
        [Standing::Waiting, Standing::Active, Standing::Expired, Standing::Suspended, Standing::Revoked];

    /// As stored and shown in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Active => "active",
            Standing::Expired => "expired",
            Standing::Suspended => "suspended",
            Standing::Revoked => "revoked",
        }
    }

    /// The standing for a word. One that is not known gives no rights.
    pub fn from_word(word: &str) -> Standing {
        Standing::ALL.into_iter().find(|standing| standing.word() == word).unwrap_or(Standing::Suspended)
    }

    /// Whether it may become another by what the office does. Nothing comes back from being revoked: the
    /// phone may be in anybody's hands, and a new key costs a new enrolment only.
    pub fn may_become(self, next: Standing) -> bool {
        matches!(
            (self, next),
            (Standing::Waiting | Standing::Suspended, Standing::Active)
                | (Standing::Active, Standing::Suspended)
                | (Standing::Waiting | Standing::Active | Standing::Suspended, Standing::Revoked)
        )
    }
}

/// Why a batch waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nobody has confirmed its phone.
    Waiting,
    /// Its phone was suspended.
    Suspended,
    /// Its phone was revoked.
    Revoked,
    /// Its phone had no right to write to this space.
    NotGranted,
    /// It has changes under the actor of another phone, which only somebody who forges them makes.
    ForeignActor,
    /// It does not continue its phone's chain: the phone was restored from a backup or copied, and a
    /// colleague carried in what the other life of it had recorded.
    Parted,
}

impl Cause {
    const ALL: [Cause; 6] = [
        Cause::Waiting,
        Cause::Suspended,
        Cause::Revoked,
        Cause::NotGranted,
        Cause::ForeignActor,
        Cause::Parted,
    ];

    /// As stored and shown in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Waiting => "waiting",
            Cause::Suspended => "suspended",
            Cause::Revoked => "revoked",
            Cause::NotGranted => "not_granted",
            Cause::ForeignActor => "foreign_actor",
            Cause::Parted => "parted",
        }
    }

    /// The cause for a word.
    pub fn from_word(word: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_an_unknown_one_gives_no_rights() {
        for standing in Standing::ALL {
            assert_eq!(Standing::from_word(standing.word()), standing);
        }
        assert_eq!(Standing::from_word("blessed"), Standing::Suspended);
        for cause in Cause::ALL {
            assert_eq!(Cause::from_word(cause.word()), Some(cause));
        }
    }

    #[test]
    fn nothing_comes_back_from_being_revoked() {
        assert!(Standing::ALL.into_iter().all(|next| !Standing::Revoked.may_become(next)));
        assert!(Standing::Waiting.may_become(Standing::Active));
        assert!(!Standing::Waiting.may_become(Standing::Suspended));
        assert!(Standing::Suspended.may_become(Standing::Active));
        assert!(!Standing::Active.may_become(Standing::Active));
    }
}
