//! `linli sample`: rosters of a made-up community, to try everything with.

use super::client::{Failure, pick};
use linli_core::error::{Coded as _, Lang};
use linli_roster::sample::{Profile, generate};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct SampleArgs {
    /// large-community、weak-community、estate 或 district / which community
    #[arg(long, value_enum)]
    profile: ProfileName,
    /// 随机种子:同一种子,同样的文件 / the same seed gives the same files
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 输出目录 / folder for the files
    #[arg(long)]
    out: PathBuf,
    /// 像真实名册一样凌乱 / as untidy as real rosters
    #[arg(long)]
    messy: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ProfileName {
    LargeCommunity,
    WeakCommunity,
    Estate,
    District,
}

pub(crate) fn run(args: SampleArgs, as_json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let profile = match args.profile {
        ProfileName::LargeCommunity => Profile::LargeCommunity,
        ProfileName::WeakCommunity => Profile::WeakCommunity,
        ProfileName::Estate => Profile::Estate,
        ProfileName::District => Profile::District,
    };
    let sample = generate(profile, args.seed, args.messy)
        .map_err(|error| Failure::new(error.code(), error.text(lang)))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = args.out.join(name);
        std::fs::write(&path, bytes).map_err(|error| {
            let zh = format!("写不了 {}:{error}", path.display());
            Failure::new(
                "sample.cannot_write",
                pick(lang, zh, format!("cannot write {}: {error}", path.display())),
            )
        })
    };
    std::fs::create_dir_all(&args.out)
        .map_err(|error| Failure::new("sample.cannot_write", error.to_string()))?;
    for (name, bytes) in &sample.files {
        write(name, bytes)?;
        let line = json!({"file": args.out.join(name), "bytes": bytes.len()});
        super::print::one(&line, as_json, |_| {
            format!("{} ({} B)", args.out.join(name).display(), bytes.len())
        });
    }
    write("expected.json", sample.expected.to_json().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
