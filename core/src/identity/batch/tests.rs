use super::*;
use crate::identity::ActorSeen;

fn entry(payload: &[u8]) -> Entry {
    let payload = Payload::Change(payload.to_vec());
    Entry { doc: DocId([7; 16]), kind: DocKind::Visits, generation: 0, payload }
}

fn sealed_move(key: &DeviceKey) -> Batch {
    let actors = vec![ActorDevice { actor: Actor([4; 16]), device: key.device() }];
    let placed = Payload::Placed(Arrival { nth: 3, document: b"document".to_vec(), actors });
    let moved = Payload::Moved { to: SpaceId([2; 16]), nth: 3 };
    let entries = [moved, placed].map(|payload| Entry { payload, ..entry(b"") });
    let mut sealer = Sealer { key, policy: 3, now_ms: 1_000, end: ChainEnd::start_of(1) };
    sealer.seal(SpaceId([1; 16]), entries.to_vec())
}

#[test]
fn nothing_of_a_move_can_be_altered_and_its_document_can_be_erased() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let batch = Batch::from_bytes(&sealed_move(&key).to_bytes()).unwrap();
    assert!(batch.verify(&key.public()).is_ok());
    let altered: [fn(&mut Batch); 5] = [
        |batch| batch.entries[0].payload = Payload::Moved { to: SpaceId([9; 16]), nth: 3 },
        |batch| batch.entries[0].payload = Payload::Moved { to: SpaceId([2; 16]), nth: 4 },
        |batch| {
            if let Payload::Placed(placed) = &mut batch.entries[1].payload {
                placed.nth = 4;
            }
        },
        |batch| {
            if let Payload::Placed(placed) = &mut batch.entries[1].payload {
                placed.document.push(0);
            }
        },
        |batch| {
            if let Payload::Placed(placed) = &mut batch.entries[1].payload {
                placed.actors.clear();
            }
        },
    ];
    for alter in altered {
        let mut batch = batch.clone();
        alter(&mut batch);
        assert_eq!(batch.verify(&key.public()), Err(BatchError::Altered));
    }
    let mut erased = batch.clone();
    erased.entries[1].payload = Payload::Erased(batch.entries[1].payload_hash());
    assert!(erased.verify(&key.public()).is_ok());
    let mut large = batch;
    if let Payload::Placed(placed) = &mut large.entries[1].payload {
        placed.document = vec![0; Batch::PLACED_BYTES_MAX + 1];
    }
    assert_eq!(large.verify(&key.public()), Err(BatchError::TooLarge));
}

fn sealed(key: &DeviceKey) -> (Batch, Batch) {
    let mut sealer = Sealer { key, policy: 3, now_ms: 1_000, end: ChainEnd::start_of(1) };
    let space = SpaceId([1; 16]);
    (sealer.seal(space, vec![entry(b"one"), entry(b"two")]), sealer.seal(space, vec![entry(b"three")]))
}

#[test]
fn a_chain_of_batches_verifies_after_travelling() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let (first, second) = sealed(&key);
    let first = Batch::from_bytes(&first.to_bytes()).unwrap();
    let header = first.verify(&key.public()).unwrap();
    assert_eq!((header.number, header.count, header.previous), (1, 2, Hash::ZERO));
    assert!(ChainEnd::start_of(1).is_continued_by(&header));
    let next = second.verify(&key.public()).unwrap();
    let end = ChainEnd { epoch: 1, number: 1, hash: first.hash() };
    assert!(end.is_continued_by(&next));
    assert!(!ChainEnd::start_of(1).is_continued_by(&next));
}

#[test]
fn erasing_a_payload_keeps_the_signature_valid() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let (mut batch, _) = sealed(&key);
    batch.entries[0].payload = Payload::Erased(batch.entries[0].payload_hash());
    assert!(batch.verify(&key.public()).is_ok());
}

#[test]
fn an_altered_batch_is_refused() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let (batch, other) = sealed(&key);
    let mut payload = batch.clone();
    payload.entries[1] = entry(b"two!");
    assert_eq!(payload.verify(&key.public()), Err(BatchError::Altered));
    let mut dropped = batch.clone();
    dropped.entries.pop();
    assert_eq!(dropped.verify(&key.public()), Err(BatchError::Altered));
    let mut swapped = batch.clone();
    swapped.signature = other.signature;
    assert!(matches!(swapped.verify(&key.public()), Err(BatchError::Signature(_))));
    let stranger = DeviceKey::from_seed(&[2; 32]).public();
    assert!(batch.verify(&stranger).is_err());
    let mut bytes = batch.to_bytes();
    bytes.push(0);
    assert_eq!(Batch::from_bytes(&bytes), Err(BatchError::Malformed));
}

#[test]
fn a_batch_speaks_for_nobody_but_who_signed_it() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let (mut batch, _) = sealed(&key);
    let mut header = batch.claims().unwrap();
    header.device = DeviceKey::from_seed(&[2; 32]).device();
    batch.header = minicbor::to_vec(&header).unwrap();
    batch.signature = key.sign(PURPOSE, &batch.header);
    assert_eq!(batch.verify(&key.public()), Err(BatchError::Altered));
    assert_eq!(batch.verify_all_but_signature(), Ok(header.clone()), "who knows no key looks at the rest");
    assert_eq!(header.author(), header.device);
    let origin = Origin { device: key.device(), batch: Hash::ZERO, received_ms: 1, skew_ms: 0 };
    assert_eq!(Header { origin: Some(origin), ..header }.author(), key.device());
    batch.entries[0] = entry(b"other");
    assert_eq!(batch.verify_all_but_signature(), Err(BatchError::Altered));
    batch.entries.pop();
    assert_eq!(batch.verify_all_but_signature(), Err(BatchError::Altered));
}

/// The limits are what both ends have agreed on: phones of earlier versions keep to these numbers.
#[test]
fn limits_may_be_met_and_not_passed() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let judged = |entries: Vec<Entry>| {
        let mut sealer = Sealer { key: &key, policy: 3, now_ms: 1_000, end: ChainEnd::start_of(1) };
        sealer.seal(SpaceId([1; 16]), entries).verify(&key.public()).map(|header| header.count)
    };
    assert_eq!(judged(vec![entry(b""); 5_000]), Ok(5_000));
    assert_eq!(judged(vec![entry(b""); 5_001]), Err(BatchError::TooLarge));
    assert_eq!(judged(vec![entry(&[1; 65_536])]), Ok(1));
    assert_eq!(judged(vec![entry(&[1; 65_537])]), Err(BatchError::TooLarge));
    let actor = || ActorDevice { actor: Actor([4; 16]), device: key.device() };
    let placed = |bytes: usize| {
        let arrival = Arrival { nth: 1, document: vec![1; bytes], actors: vec![actor(), actor()] };
        vec![Entry { payload: Payload::Placed(arrival), ..entry(b"") }]
    };
    assert_eq!(judged(placed(2 * 1_048_576 - 72)), Ok(1));
    assert_eq!(judged(placed(2 * 1_048_576 - 71)), Err(BatchError::TooLarge));
    let forget = |bytes: usize| {
        let forget = Forget { anew: Some(vec![1; bytes]), ..Forget::default() };
        vec![Entry { payload: Payload::Forget(forget), ..entry(b"") }]
    };
    assert_eq!(judged(forget(2 * 1_048_576)), Ok(1));
    assert_eq!(judged(forget(2 * 1_048_576 + 1)), Err(BatchError::TooLarge));
    assert_eq!(Batch::BYTES_GOAL, 262_144);
}

#[test]
fn a_list_of_actors_that_is_too_long_is_not_read() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let read = |count: usize| {
        let actors = vec![ActorDevice { actor: Actor([4; 16]), device: key.device() }; count];
        let placed = Payload::Placed(Arrival { nth: 1, document: vec![], actors });
        let mut sealer = Sealer { key: &key, policy: 3, now_ms: 1_000, end: ChainEnd::start_of(1) };
        let batch = sealer.seal(SpaceId([1; 16]), vec![Entry { payload: placed, ..entry(b"") }]);
        assert!(batch.places());
        Batch::from_bytes(&batch.to_bytes()).is_ok()
    };
    assert!(read(4_096));
    assert!(!read(4_097));
    assert!(!sealed(&key).0.places());
}

#[test]
fn an_entry_knows_its_size_and_whether_it_tells_of_anybody() {
    let actor = ActorDevice { actor: Actor([4; 16]), device: DeviceId([5; 16]) };
    let seen = ActorSeen { actor: Actor([4; 16]), device: DeviceId([5; 16]), changes: 3 };
    let arrival = Arrival { nth: 1, document: vec![1; 10], actors: vec![actor; 3] };
    let gone = Forget { actors: vec![seen.clone(), seen], ..Forget::default() };
    let anew = Forget { anew: Some(vec![1; 10]), ..gone.clone() };
    for (payload, bytes, contents) in [
        (Payload::Change(vec![1; 10]), 10, true),
        (Payload::Placed(arrival), 10 + 3 * 36, true),
        (Payload::Forget(gone), 2 * 44, false),
        (Payload::Forget(anew), 10 + 2 * 44, true),
        (Payload::Moved { to: SpaceId([1; 16]), nth: 1 }, 0, false),
        (Payload::Erased(Hash::ZERO), 0, false),
    ] {
        let mut entry = Entry { payload, ..entry(b"") };
        assert_eq!((entry.bytes(), entry.has_contents()), (bytes, contents), "{entry:?}");
        let hash = entry.payload_hash();
        entry.erase();
        assert_eq!(entry.payload, Payload::Erased(hash));
    }
}

#[test]
fn a_chain_goes_on_by_one_or_begins_a_later_epoch() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let (first, second) = sealed(&key);
    let end = ChainEnd { epoch: 1, number: 1, hash: first.hash() };
    let next = second.claims().unwrap();
    let goes_on = |edit: fn(&mut Header)| {
        let mut header = next.clone();
        edit(&mut header);
        end.is_continued_by(&header)
    };
    assert!(goes_on(|_| {}));
    assert!(!goes_on(|header| header.number = 3));
    assert!(!goes_on(|header| header.previous = Hash([9; 32])));
    assert!(!goes_on(|header| header.epoch = 2), "the first of an epoch has number 1");
    let anew = |edit: fn(&mut Header)| {
        let mut header = Header { epoch: 2, number: 1, previous: Hash::ZERO, ..next.clone() };
        edit(&mut header);
        end.is_continued_by(&header)
    };
    assert!(anew(|_| {}));
    assert!(anew(|header| header.epoch = 7));
    assert!(!anew(|header| header.epoch = 1));
    assert!(!anew(|header| header.epoch = 0));
    assert!(!anew(|header| header.number = 2));
    assert!(!anew(|header| header.previous = Hash([9; 32])));
    let last = ChainEnd { number: u64::MAX, ..end };
    assert!(!last.is_continued_by(&Header { number: 0, ..next }), "there is no number after the last");
}

#[test]
fn another_life_of_a_phone_has_what_the_newer_one_began_without() {
    let stands = |epoch, number| ChainEnd { epoch, number, hash: Hash::ZERO };
    let known = stands(2, 4);
    assert!(stands(1, 7).is_of_another_life(&known, Some(7)));
    assert!(stands(1, 8).is_of_another_life(&known, Some(7)));
    assert!(!stands(1, 6).is_of_another_life(&known, Some(7)), "restored before its last batch");
    assert!(!stands(2, 7).is_of_another_life(&known, Some(7)), "the same epoch");
    assert!(!stands(3, 7).is_of_another_life(&known, Some(7)), "a later epoch");
    assert!(!stands(1, 7).is_of_another_life(&known, None));
}

#[test]
fn a_key_that_may_say_no_seals_the_same_and_moves_only_when_it_has() {
    struct Locked(DeviceKey);
    impl Signer for Locked {
        fn public(&self) -> PublicKey {
            self.0.public()
        }
        fn sign(&self, _: &str, _: &[u8]) -> Result<Signature, KeyError> {
            Err(KeyError::Unavailable("locked".into()))
        }
    }
    let key = DeviceKey::from_seed(&[1; 32]);
    let (space, start) = (SpaceId([1; 16]), ChainEnd::start_of(4));
    assert_eq!((start.epoch, start.number, start.hash), (4, 0, Hash::ZERO));
    let mut asking = Sealer { key: &key, policy: 3, now_ms: 1_000, end: start };
    let mut sealing = Sealer { key: &key, policy: 3, now_ms: 1_000, end: start };
    for number in 1..4 {
        let batch = asking.try_seal(space, vec![entry(b"one")]).unwrap();
        assert_eq!(batch, sealing.seal(space, vec![entry(b"one")]));
        assert_eq!(batch.verify(&key.public()).unwrap().number, number);
        assert_eq!(asking.end, ChainEnd { epoch: 4, number, hash: batch.hash() });
    }
    let locked = Locked(DeviceKey::from_seed(&[1; 32]));
    let mut refused = Sealer { key: &locked, policy: 3, now_ms: 1_000, end: start };
    assert!(refused.try_seal(space, vec![entry(b"one")]).is_err());
    assert_eq!(refused.end, start);
}
