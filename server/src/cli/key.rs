//! `linli key`: what locks a data folder.

use super::client::{Failure, pick};
use crate::at_rest::key_file;
use linli_core::error::{Coded as _, Lang};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// 生成一个密钥文件;已有的不会覆盖 / make a key file; none is overwritten
    New {
        /// 密钥文件,放在数据目录之外 / the file, outside the data folder
        file: PathBuf,
    },
}

pub(crate) fn run(command: &KeyCommand, as_json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let KeyCommand::New { file } = command;
    key_file::make(file).map_err(|error| Failure::new(error.code(), error.text(lang)))?;
    let line = serde_json::json!({ "file": file.to_string_lossy() });
    super::print::one(&line, as_json, |_| {
        let zh = format!("密钥已写入 {}。请在别处另存一份:丢失后,用它加密的数据谁也打不开。", file.display());
        let en = format!(
            "the key is in {}. Keep a copy elsewhere: without it nobody opens what it locks.",
            file.display()
        );
        pick(lang, zh, en)
    });
    Ok(ExitCode::SUCCESS)
}
