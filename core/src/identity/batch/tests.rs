use super::*;

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
