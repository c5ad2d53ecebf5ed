//! Writes the Kotlin, Swift and Python of the phone engine from the library that `linli-mobile` builds.
//!
//! A program of its own, so that the library that apps carry has no generator in it. `cargo xtask bindings` runs it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
