//! Fuzzes `entries::rosters`; CONTRIBUTING.md says how.
#![no_main]

libfuzzer_sys::fuzz_target!(init: linli_fuzz::let_panics_be_caught(), |bytes: &[u8]| {
    linli_fuzz::entries::rosters(bytes);
});
