//! `cargo xtask demo`: an office and three grid workers, played with the real binaries.
//!
//! Owns where things are kept and how the story starts and ends; [`office`] and [`field`] tell it.

mod field;
mod office;
mod program;
mod relay;
mod teller;

use crate::cargo::Workspace;
use anyhow::{Context as _, ensure};
use program::{Program, arg};
use relay::Relay;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use teller::{Lang, Teller};

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// 演完就停;有一项不成立则以非零退出 / stop at the end; a nonzero exit when anything did not hold
    #[arg(long)]
    once: bool,
    /// 样例社区的随机种子 / seed of the made-up community
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 服务器监听地址,默认任选空闲端口 / address of the relay; any free port unless given
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// 服务器数据目录,须为空;默认新建临时目录 / folder for the relay's data, empty; a new temporary one unless given
    #[arg(long)]
    data: Option<PathBuf>,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Everything the story needs to go on.
struct Stage {
    seed: u64,
    /// The relay's data folder.
    data: PathBuf,
    /// Phones, rosters and logs: nothing the relay should look at.
    props: PathBuf,
    linli: Program,
    bin: PathBuf,
    tell: Teller,
    /// Password of the account that the story leaves behind.
    password: String,
}

/// The console's account of the story.
const ACCOUNT: &str = "管理员";
/// Random bytes of its password, written in hexadecimal.
const PASSWORD_BYTES: usize = 8;

/// Builds, plays the story, and leaves the relay running unless told otherwise.
pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let bin = Workspace::find()?.build_release()?;
    let mut stage = Stage::new(args, bin)?;
    let address = play(&mut stage, &args.listen)?;
    let held = stage.tell.end();
    if args.once {
        if args.data.is_none() {
            std::fs::remove_dir_all(&stage.data)?;
        }
        return Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    stage.invite(&address)?;
    relay::become_relay(&stage.linli, &stage.data, &address)?;
    Ok(ExitCode::FAILURE)
}

/// The story. Gives back where the relay listened.
fn play(stage: &mut Stage, listen: &str) -> anyhow::Result<String> {
    let relay = stage.open(listen)?;
    let address = relay.address.clone();
    let desk = stage.desk(&relay)?;
    stage.open_account(&desk)?;
    office::import(stage, &desk)?;
    let mut team = field::enrol(stage, &desk, &relay.url)?;
    stage.tell.chapter("断网走访:服务器已关机", "Visits without a connection: the relay is switched off");
    relay.stop()?;
    let work = field::work_offline(stage, &mut team)?;
    stage.tell.chapter("恢复网络,同步", "The connection is back: everyone syncs");
    let relay = stage.open(&address)?;
    field::sync_all(stage, &team)?;
    office::wait_until_applied(&desk)?;
    office::decide(stage, &desk, &work)?;
    field::learn(stage, &desk, &team, &work)?;
    relay.stop()?;
    office::verify(stage)?;
    Ok(address)
}

impl Stage {
    fn new(args: &DemoArgs, bin: PathBuf) -> anyhow::Result<Stage> {
        let temporary = std::env::temp_dir().join(format!("linli-demo-{}", std::process::id()));
        let data = args.data.clone().unwrap_or(temporary);
        let empty = std::fs::read_dir(&data).map_or(true, |mut entries| entries.next().is_none());
        ensure!(empty, "{} is not empty; the demo needs a folder of its own", data.display());
        let props = data.join("demo");
        std::fs::create_dir_all(&props)
            .with_context(|| format!("cannot create {}; choose another --data", props.display()))?;
        let linli = Program::new(bin.join("linli"), &["--lang", args.lang.word()]);
        let (tell, password) = (Teller::new(args.lang), password()?);
        Ok(Stage { seed: args.seed, data, props, linli, bin, tell, password })
    }

    /// Makes an account for the console.
    fn open_account(&self, desk: &Program) -> anyhow::Result<()> {
        let file = self.props.join("password");
        std::fs::write(&file, &self.password)?;
        desk.one(&["users", "add", ACCOUNT, "--role", "admin", "--password-file", arg(&file)?])?;
        Ok(std::fs::remove_file(file)?)
    }

    /// Starts the relay.
    fn open(&mut self, listen: &str) -> anyhow::Result<Relay> {
        let relay = Relay::start(&self.linli, &self.data, listen, &self.props.join("relay.log"))?;
        self.tell.say(
            format!("社区服务器已启动:{}(内置 SQLite)", relay.url),
            format!("the relay is up: {} (embedded SQLite)", relay.url),
        );
        Ok(relay)
    }

    /// `linli` as the office calls it.
    fn desk(&self, relay: &Relay) -> anyhow::Result<Program> {
        let lang = self.tell.lang.word();
        let token_file = arg(&relay.token_file)?;
        let options = ["--lang", lang, "--url", &relay.url, "--token-file", token_file, "--json"];
        Ok(Program::new(self.bin.join("linli"), &options))
    }

    /// What to try next, with commands to copy.
    fn invite(&self, address: &str) -> anyhow::Result<()> {
        let (linli, token) = (self.bin.join("linli"), self.data.join("admin-token"));
        let (linli, token, data) = (arg(&linli)?, arg(&token)?, arg(&self.data)?);
        let call = format!("{linli} --url http://{address} --token-file {token}");
        println!();
        self.tell.say(
            format!("管理页面:http://{address}/  账号:{ACCOUNT}  密码:{}", self.password),
            format!("the console: http://{address}/  account: {ACCOUNT}  password: {}", self.password),
        );
        self.tell.say(
            format!("手机应用:http://{address}/app/(登记码在管理页面的“手机”里)"),
            format!(
                "the field app: http://{address}/app/ (codes for it are on the console's page of phones)"
            ),
        );
        self.tell.say(
            format!("服务器继续运行;数据在 {data}。可以试试:"),
            format!("the relay goes on running; its data is in {data}. Try:"),
        );
        println!("    {call} households --search 独居\n    {call} conflicts");
        self.tell.say("按 Ctrl-C 停止", "Ctrl-C stops it");
        Ok(())
    }
}

/// A new password for each demo: it may be left running, and be reached by others.
fn password() -> anyhow::Result<String> {
    let mut bytes = [0u8; PASSWORD_BYTES];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes).context("no random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
