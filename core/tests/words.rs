//! What errors of the gate, of access and of identity say: a code that never changes, a sentence in each language.

use linli_core::access::{Action, Role, RoleError};
use linli_core::error::Coded;
use linli_core::gate::GateError;
use linli_core::identity::{BatchError, GrantError, KeyError};

fn is_han(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

#[test]
fn every_error_has_its_code_and_a_sentence_in_both_languages() {
    let what = "a change";
    let during = "loading a document";
    let errors: Vec<(&str, Box<dyn Coded>)> = vec![
        ("user.bad_role", Box::new(RoleError)),
        ("batch.malformed", Box::new(BatchError::Malformed)),
        ("batch.too_large", Box::new(BatchError::TooLarge)),
        ("batch.altered", Box::new(BatchError::Altered)),
        ("batch.signature", Box::new(BatchError::Signature(KeyError::BadSignature))),
        ("grant.forged", Box::new(GrantError::Forged)),
        ("grant.outdated", Box::new(GrantError::Outdated)),
        ("gate.empty", Box::new(GateError::Empty)),
        ("gate.not_a_chunk", Box::new(GateError::NotAChunk)),
        ("gate.wrong_chunk", Box::new(GateError::WrongChunk { found: 1, wanted: 0 })),
        ("gate.too_large", Box::new(GateError::TooLarge { what, bytes: 2, bytes_max: 1 })),
        ("gate.too_many", Box::new(GateError::TooMany { what, found: 2, max: 1 })),
        ("gate.truncated", Box::new(GateError::Truncated { what })),
        ("gate.trailing", Box::new(GateError::Trailing { what, bytes: 1 })),
        ("gate.checksum", Box::new(GateError::Checksum)),
        ("gate.not_canonical", Box::new(GateError::NotCanonical { what })),
        ("gate.columns", Box::new(GateError::Columns { what })),
        ("gate.not_flat", Box::new(GateError::NotFlat { what })),
        ("gate.out_of_range", Box::new(GateError::OutOfRange { what })),
        ("gate.overwrites", Box::new(GateError::Overwrites { op: 3 })),
        ("gate.fork", Box::new(GateError::Fork { seq: 3 })),
        ("gate.seq_gap", Box::new(GateError::SeqGap { have: 3, found: 5 })),
        ("gate.own_history", Box::new(GateError::OwnHistory)),
        ("gate.start_op", Box::new(GateError::StartOp { expected: 3, found: 5 })),
        ("gate.unknown_actor", Box::new(GateError::UnknownActor)),
        ("gate.library", Box::new(GateError::Library { during })),
        ("gate.panicked", Box::new(GateError::Panicked { during })),
        ("gate.altered", Box::new(GateError::Altered)),
    ];
    for (code, error) in errors {
        assert_eq!(error.code(), code);
        assert!(is_han(&error.zh()), "{code}: {}", error.zh());
        let english = error.to_string();
        assert!(english.contains(' ') && !is_han(&english), "{code}: {english}");
    }
}

#[test]
fn roles_and_actions_are_shown_by_their_words() {
    let roles: Vec<String> = Role::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(roles, ["admin", "office", "supervisor", "readonly"]);
    assert_eq!(Action::Hello.to_string(), "hello");
}
