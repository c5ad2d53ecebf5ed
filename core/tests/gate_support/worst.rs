//! The dearest documents and changes that the gate lets in, one for each bound that something can be driven to.

use crate::lab;
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ChangeHash, ROOT};
use linli_core::gate::{
    CHANGE_ACTORS_MAX, CHANGE_LOOKS_MAX, CHANGE_OPS_MAX, CHANGE_PREDS_MAX, DEPS_MAX, DOCUMENT_ACTORS_MAX,
    DOCUMENT_CHANGES_MAX, DOCUMENT_OPS_MAX, KEY_BYTES_MAX,
};

/// A document, and the dearest changes to it, by what makes them so.
pub(crate) struct Worst {
    pub(crate) name: &'static str,
    pub(crate) doc: AutoCommit,
    pub(crate) changes: Vec<(&'static str, Vec<u8>)>,
}

/// An actor that sorts before all with a lower number: each newcomer makes Automerge renumber the document.
fn newcomer(number: u64) -> ActorId {
    let mut bytes = [0xff; 16];
    bytes[..8].copy_from_slice(&(u64::MAX - number).to_be_bytes());
    ActorId::from(bytes)
}

/// The longest key with this number.
fn key(number: u64) -> String {
    format!("{number:0>width$}", width = KEY_BYTES_MAX as usize)
}

fn last(doc: &mut AutoCommit) -> Vec<u8> {
    doc.get_last_local_change().unwrap().raw_bytes().to_vec()
}

/// The change that writes these keys next, from the present or from an earlier state.
fn next(doc: &AutoCommit, heads: Option<&[ChangeHash]>, keys: impl Iterator<Item = u64>) -> Vec<u8> {
    let mut copy = match heads {
        Some(heads) => doc.clone().fork_at(heads).unwrap(),
        None => doc.clone(),
    };
    copy.set_actor(newcomer(1 << 40));
    for number in keys {
        copy.put(ROOT, key(number), 7).unwrap();
    }
    lab::commit(&mut copy, 9_000);
    last(&mut copy)
}

/// As many changes as there may be, all of one launch, each of as many operations as then fit, on few keys.
pub(crate) fn many_changes() -> Worst {
    let mut doc = AutoCommit::new().with_actor(newcomer(0));
    let each = DOCUMENT_OPS_MAX / DOCUMENT_CHANGES_MAX;
    let mut old = Vec::new();
    for round in 0..DOCUMENT_CHANGES_MAX - 2 {
        for field in 0..each {
            doc.put(ROOT, key(field), round % 2 == 0).unwrap();
        }
        lab::commit(&mut doc, round.cast_signed());
        if round == 100 {
            old = doc.get_heads();
        }
    }
    let changes =
        vec![("at its heads", next(&doc, None, 0..each)), ("from long ago", next(&doc, Some(&old), 0..each))];
    Worst { name: "many changes", doc, changes }
}

/// As many keys as one change may write, each already written, and a change that writes them all again.
pub(crate) fn many_keys() -> Worst {
    let mut doc = AutoCommit::new().with_actor(newcomer(0));
    let mut old = Vec::new();
    for number in 0..DOCUMENT_OPS_MAX - CHANGE_OPS_MAX {
        doc.put(ROOT, format!("{number}"), true).unwrap();
        if number % 400 == 399 {
            lab::commit(&mut doc, number.cast_signed());
            old = if number < 16_000 { doc.get_heads() } else { old };
        }
    }
    lab::commit(&mut doc, 1);
    let all = |heads: Option<&[ChangeHash]>| {
        let mut copy = heads.map_or_else(|| doc.clone(), |heads| doc.clone().fork_at(heads).unwrap());
        copy.set_actor(newcomer(1));
        for number in 0..CHANGE_OPS_MAX {
            copy.put(ROOT, format!("{number}"), false).unwrap();
        }
        lab::commit(&mut copy, 2);
        last(&mut copy)
    };
    let changes = vec![("at its heads", all(None)), ("from long ago", all(Some(&old)))];
    Worst { name: "many keys", doc, changes }
}

/// As many launches as there may be, each new one before all others.
pub(crate) fn many_actors() -> Worst {
    let mut doc = AutoCommit::new();
    let each = (DOCUMENT_OPS_MAX - CHANGE_OPS_MAX) / DOCUMENT_ACTORS_MAX;
    let mut old = Vec::new();
    for number in 0..DOCUMENT_ACTORS_MAX - 2 {
        doc.set_actor(newcomer(number));
        for field in 0..each {
            doc.put(ROOT, format!("{}", number * each + field), true).unwrap();
        }
        lab::commit(&mut doc, number.cast_signed());
        old = if number < DOCUMENT_ACTORS_MAX / 2 { doc.get_heads() } else { old };
    }
    // Each value replaced is another launch's, of which a change may name so many.
    let some = |heads: Option<&[ChangeHash]>| {
        let mut copy = heads.map_or_else(|| doc.clone(), |heads| doc.clone().fork_at(heads).unwrap());
        copy.set_actor(newcomer(1 << 40));
        for number in 0..CHANGE_ACTORS_MAX * each {
            copy.put(ROOT, format!("{number}"), false).unwrap();
        }
        for number in 0..CHANGE_OPS_MAX - CHANGE_ACTORS_MAX * each {
            copy.put(ROOT, format!("new/{number}"), false).unwrap();
        }
        lab::commit(&mut copy, 2);
        last(&mut copy)
    };
    let changes = vec![("at its heads", some(None)), ("from long ago", some(Some(&old)))];
    Worst { name: "many actors", doc, changes }
}

/// As many heads as there may be, all with other values of the same keys.
pub(crate) fn many_heads() -> Worst {
    let heads = DEPS_MAX - 2;
    let keys = (DOCUMENT_OPS_MAX - CHANGE_OPS_MAX) / heads;
    let mut doc = AutoCommit::new();
    for number in 0..heads {
        let mut one = AutoCommit::new().with_actor(newcomer(number));
        for field in 0..keys {
            one.put(ROOT, format!("{field}"), number.cast_signed()).unwrap();
        }
        lab::commit(&mut one, number.cast_signed());
        doc.merge(&mut one).unwrap();
    }
    // Settles as many conflicts as one change may, at all heads or at all but one.
    let settle = |heads: Option<&[ChangeHash]>| {
        let mut copy = heads.map_or_else(|| doc.clone(), |heads| doc.clone().fork_at(heads).unwrap());
        copy.set_actor(newcomer(1 << 40));
        for field in 0..(CHANGE_PREDS_MAX / DEPS_MAX) {
            copy.put(ROOT, format!("{field}"), -1).unwrap();
        }
        for number in 0..CHANGE_LOOKS_MAX / DEPS_MAX - CHANGE_PREDS_MAX / DEPS_MAX {
            copy.put(ROOT, format!("new/{number}"), -1).unwrap();
        }
        lab::commit(&mut copy, 2);
        last(&mut copy)
    };
    let mut but_one = doc.clone().get_heads();
    but_one.pop();
    let changes = vec![("at its heads", settle(None)), ("at all heads but one", settle(Some(&but_one)))];
    Worst { name: "many heads", doc, changes }
}

/// As many launches as there may be on as many branches as there may be heads: what was visible at an earlier state has
/// to be worked out from all of them.
///
/// With `looks` operations times dependencies: the gate's bound, or more to see what it is for.
pub(crate) fn many_branches(looks: u64) -> Worst {
    let heads = DEPS_MAX - 2;
    let launches = (DOCUMENT_ACTORS_MAX - 2) / heads;
    let mut doc = AutoCommit::new();
    let mut old = Vec::new();
    for branch in 0..heads {
        let mut one = AutoCommit::new();
        for launch in 0..launches {
            let number = branch * launches + launch;
            one.set_actor(newcomer(number));
            for field in 0..4 {
                one.put(ROOT, format!("{number}/{field}"), true).unwrap();
            }
            lab::commit(&mut one, number.cast_signed());
            if launch == launches - 2 {
                old.extend(one.get_heads());
            }
        }
        doc.merge(&mut one).unwrap();
    }
    let new = |heads: &[ChangeHash]| {
        let mut copy = doc.clone().fork_at(heads).unwrap();
        copy.set_actor(newcomer(1 << 40));
        for number in 0..CHANGE_OPS_MAX.min(looks / heads.len() as u64) {
            copy.put(ROOT, format!("new/{number}"), true).unwrap();
        }
        lab::commit(&mut copy, 2);
        last(&mut copy)
    };
    let few = looks.div_ceil(CHANGE_OPS_MAX) as usize;
    let changes = vec![
        ("at the heads before", new(&old)),
        ("at some of the heads before", new(&old[..few.min(old.len())])),
        ("at one of the heads before", new(&old[..1])),
    ];
    Worst { name: "many branches", doc, changes }
}
