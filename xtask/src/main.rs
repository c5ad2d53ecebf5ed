//! The project's own commands. CI runs the same ones.
//!
//! Knows how to call cargo and the two binaries; links none of the project's crates, so that it compiles
//! in seconds on a fresh clone.

mod api;
mod app;
mod apt;
mod audit;
mod bench;
mod bindings;
mod browser;
mod cargo;
mod console;
mod debian;
mod demo;
mod fuzz;
mod mutants;
mod swift;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// 邻里的项目命令 / the project's own commands
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// CI 所做的一切:格式、clippy、测试、文档 / everything CI does: format, clippy, tests, docs
    Test {
        /// 从第几步接着做 / go on from this step, after mending the one that failed
        #[arg(long, default_value_t = 1)]
        from: usize,
    },
    /// 演示:导入一个社区,三部手机离线走访、合并、裁定 / a community, three phones offline, merging, deciding
    Demo(demo::DemoArgs),
    /// 手机引擎的 Kotlin、Swift、Python 接口 / the phone engine for Kotlin, Swift and Python
    Bindings {
        /// 接受改变了的接口,写入 bindings/*/api.txt / keep the API as it is now in bindings/*/api.txt
        #[arg(long)]
        accept_api: bool,
    },
    /// 编译管理页面 / build the office console
    Console,
    /// 编译手机网页应用 / build the field app
    App,
    /// 依赖的许可、来源与已知漏洞(需要联网)/ licences, sources and known holes of dependencies; needs the network
    Audit(audit::AuditArgs),
    /// 用随机字节找毛病(需要 nightly)/ look for bytes that break a reader; needs a nightly compiler
    Fuzz(fuzz::FuzzArgs),
    /// 逐处改动入口、权限、身份的代码,看测试是否发现(数小时)/ changes code in one place at a time; hours
    Mutants(mutants::MutantsArgs),
    /// 基准测试,参数原样传下去 / benchmarks; arguments are passed on
    Bench {
        /// 传给基准程序的参数 / arguments of the bench binary
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Test { from } => test::run(from),
        Command::Demo(args) => demo::run(&args),
        Command::Console => cargo::Workspace::find()
            .and_then(|workspace| console::build_if_stale(&workspace.root))
            .map(|()| ExitCode::SUCCESS),
        Command::App => cargo::Workspace::find()
            .and_then(|workspace| app::build_if_stale(&workspace))
            .map(|()| ExitCode::SUCCESS),
        Command::Bindings { accept_api } => cargo::Workspace::find()
            .and_then(|workspace| bindings::build(&workspace, accept_api))
            .map(|()| ExitCode::SUCCESS),
        Command::Audit(args) => audit::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Mutants(args) => mutants::run(&args),
        Command::Bench { args } => bench::run(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
