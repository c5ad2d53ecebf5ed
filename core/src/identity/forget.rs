//! A document is destroyed, and may begin anew: what the office signs for everybody who has something of it.
//!
//! The entry's generation is the one that begins. Everything of lower generations is refused from then on and
//! goes from stores, whatever order it arrives in; so a phone or a backup that was away brings nothing back.

use super::batch::{ActorDevice, Batch};
use crate::bounded::up_to;
use crate::ids::{Actor, DeviceId};
use minicbor::decode::{self, Decoder};

/// What becomes of a document of which everything that was is destroyed.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Forget {
    /// What it begins anew with, without history: an uncompressed Automerge document. Nothing: it is gone.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub anew: Option<Vec<u8>>,
    /// The devices behind the actors of what was and of what begins: ids, which say nothing of anybody at home.
    #[cbor(n(2), decode_with = "read_seen")]
    pub actors: Vec<ActorSeen>,
    /// Keys that begin like this were the reason, one a line: nobody writes them again from what they remember.
    #[n(3)]
    pub without: Option<String>,
}

/// How much the office had of an actor's work when it destroyed a document.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct ActorSeen {
    /// The actor.
    #[n(0)]
    pub actor: Actor,
    /// Whose it is.
    #[n(1)]
    pub device: DeviceId,
    /// How many of its changes were in the document. A phone that made more writes again what is in the others.
    #[n(2)]
    pub changes: u64,
}

fn read_seen<'b, C>(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Vec<ActorSeen>, decode::Error> {
    up_to(decoder, context, Batch::PLACED_ACTORS_MAX)
}

impl Forget {
    /// Takes over what an earlier one said of the same document, but for what it began with.
    pub fn add(&mut self, earlier: &Forget) {
        for seen in &earlier.actors {
            match self.actors.iter_mut().find(|known| known.actor == seen.actor) {
                Some(known) => known.changes = known.changes.max(seen.changes),
                None => self.actors.push(seen.clone()),
            }
        }
        let mut reasons: Vec<&str> = self.reasons().chain(earlier.reasons()).collect();
        reasons.sort_unstable();
        reasons.dedup();
        self.without = Some(reasons.join("\n")).filter(|reasons| !reasons.is_empty());
    }

    /// How the keys begin that were the reason.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        self.without.iter().flat_map(|lines| lines.lines()).filter(|line| !line.is_empty())
    }

    /// About how many bytes it adds to a batch.
    pub(super) fn bytes(&self) -> usize {
        self.anew.as_ref().map_or(0, Vec::len) + self.actors.len() * (ActorDevice::BYTES + size_of::<u64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(actor: u8, changes: u64) -> ActorSeen {
        ActorSeen { actor: Actor([actor; 16]), device: DeviceId([9; 16]), changes }
    }

    fn forget(actors: Vec<ActorSeen>, without: &str) -> Forget {
        let without = Some(without.to_owned()).filter(|without| !without.is_empty());
        Forget { anew: Some(vec![1]), actors, without }
    }

    #[test]
    fn a_later_erasure_says_what_the_earlier_one_said_as_well() {
        let mut later = forget(vec![seen(1, 5), seen(2, 1)], "b/\nc/");
        let earlier = forget(vec![seen(1, 3), seen(2, 4), seen(3, 7)], "a/\nb/\n\n");
        later.add(&Forget { anew: None, ..earlier });
        assert_eq!(later.actors, [seen(1, 5), seen(2, 4), seen(3, 7)]);
        assert_eq!(later.without.as_deref(), Some("a/\nb/\nc/"));
        assert_eq!(later.reasons().collect::<Vec<_>>(), ["a/", "b/", "c/"]);
        assert_eq!(later.anew, Some(vec![1]));
        let mut none = forget(vec![], "");
        none.add(&forget(vec![], ""));
        assert_eq!((none.without.as_ref(), none.reasons().count()), (None, 0));
    }

    #[test]
    fn actors_are_read_back_up_to_their_bound() {
        let read = |count: usize| {
            let forget = forget(vec![seen(1, 2); count], "");
            minicbor::decode::<Forget>(&minicbor::to_vec(&forget).unwrap()).map(|read| read == forget)
        };
        assert!(matches!(read(4_096), Ok(true)));
        assert!(read(4_097).is_err());
    }
}
