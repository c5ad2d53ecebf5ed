//! Writes the JavaScript around the phone engine that `linli-web` builds as WebAssembly.
//!
//! `linli-webgen <engine.wasm> <folder>`; `cargo xtask app` runs it.

use anyhow::Context as _;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1);
    let wasm = args.next().context("name the engine's .wasm")?;
    let folder = args.next().context("name the folder to write to")?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(folder).context("the engine cannot be given to JavaScript")
}
