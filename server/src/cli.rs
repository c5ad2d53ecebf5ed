//! The office's command line. Everything but `serve`, `sample`, `key`, `verify`, `backup`, `restore`
//! and `gate` talks to a running relay.

mod backup;
mod campaigns;
mod client;
mod directives;
mod erasures;
mod forgetting;
mod gate;
mod issues;
mod key;
mod office;
mod organisation;
mod phones;
mod print;
mod sample;
mod subject;
mod users;
mod verify;

use crate::config::{Config, ServeArgs};
use clap::{Parser, Subcommand};
use client::{Client, Failure};
use linli_core::error::Lang;
use std::path::PathBuf;
use std::process::ExitCode;

/// 邻里:社区走访数据的中继服务器 / linli: the relay for community visits.
#[derive(Parser)]
#[command(name = "linli", version)]
struct Cli {
    /// 以 JSON 输出,每行一个对象 / print JSON, one object a line
    #[arg(long, global = true)]
    json: bool,
    /// 语言:zh 或 en,默认看 LANG / language: zh or en; LANG unless given
    #[arg(long, global = true, env = "LINLI_LANG")]
    lang: Option<String>,
    #[command(flatten)]
    relay: RelayArgs,
    #[command(subcommand)]
    command: Command,
}

/// Where a running relay is.
#[derive(clap::Args, Clone)]
pub(crate) struct RelayArgs {
    /// 服务器地址 / address of the running relay
    #[arg(long, global = true, env = "LINLI_URL", default_value = "http://127.0.0.1:8737")]
    url: String,
    /// 管理令牌;也可用环境变量 LINLI_TOKEN / admin token
    #[arg(long, global = true, env = "LINLI_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// 只信任这个根证书文件(PEM);默认信任系统的 / believe only this authority's file (PEM)
    #[arg(long, global = true, env = "LINLI_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// 令牌文件(数据目录里的 admin-token)/ file with the token
    #[arg(long, global = true, env = "LINLI_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// 启动服务器 / run the relay
    Serve(ServeArgs),
    /// 生成样例社区的名册 / write the rosters of a made-up community
    Sample(sample::SampleArgs),
    /// 检查数据目录:签名、链、重建比对 / check a data folder: signatures, chains, rebuilt models
    Verify(verify::VerifyArgs),
    /// 数据目录的密钥 / keys of data folders
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// 备份数据目录(服务器可以在运行),加密成一个文件 / back a data folder up into one encrypted file; its relay may run
    Backup(backup::BackupArgs),
    /// 用备份文件恢复出数据目录,并检查 / make a data folder of a backup, and check it
    Restore(backup::RestoreArgs),
    /// 判断文件能否进入系统:一条改动、一份文档或一个数据帧 / judge files as a relay would: a change, a document or a frame each
    Gate(gate::GateArgs),
    /// 打印接口说明(OpenAPI) / print the API's description (OpenAPI)
    Openapi,
    #[command(flatten)]
    Office(office::OfficeCommand),
}

/// Runs the command line; errors go to standard error with a stable code.
pub(crate) async fn run() -> ExitCode {
    let cli = match linli_arguments::parse::<Cli>() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let lang = linli_arguments::language(cli.lang.as_deref());
    let result = match cli.command {
        Command::Serve(args) => {
            log_to_stderr();
            serve(args, cli.json, lang).await
        }
        Command::Sample(args) => sample::run(args, cli.json, lang),
        Command::Openapi => {
            print::one(&serde_json::json!(crate::routes::description()), true, |_| String::new());
            Ok(ExitCode::SUCCESS)
        }
        Command::Gate(args) => Ok(gate::run(&args, cli.json, lang)),
        Command::Verify(args) => verify::run(&args, cli.json, lang).await,
        Command::Key(command) => key::run(&command, cli.json, lang),
        Command::Backup(args) => backup::backup(&args, cli.json, lang).await,
        Command::Restore(args) => backup::restore(&args, cli.json, lang).await,
        Command::Office(command) => match Client::new(&cli.relay, lang) {
            Ok(client) => office::run(command, &client, cli.json).await,
            Err(failure) => Err(failure),
        },
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            failure.print(cli.json);
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: ServeArgs, json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let config = Config::read(args).map_err(|error| Failure::new("serve.config", format!("{error:#}")))?;
    crate::serve::run(config, json).await.map_err(|error| Failure::of(&error, "serve.failed", lang))?;
    Ok(ExitCode::SUCCESS)
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LINLI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // Automerge may panic on bytes that the gate let through; the panic is caught and the change is put in
    // quarantine, so one line in the log is enough.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic was caught");
    }));
}
