//! Settings of the relay: flags, then environment, then a file, then defaults.

use anyhow::Context as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Address listened on when nothing says otherwise: this machine only, until an office decides.
const LISTEN: &str = "127.0.0.1:8737";

/// What the relay runs with.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    /// What locks the data folder.
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) listen: String,
    pub(crate) metrics_listen: Option<String>,
    pub(crate) public_url: Option<String>,
    /// Certificate and key, when the relay itself speaks TLS.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// The proxy whose word counts on where requests come from.
    pub(crate) behind_proxy: Option<IpAddr>,
    /// How many times sooner slow strangers are dropped; for tests.
    pub(crate) haste: u32,
    /// Added to the clock; for tests of days to come.
    pub(crate) clock_offset_ms: i64,
}

/// The flags of `linli serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// 数据目录 / folder for the databases, keys and token
    #[arg(long, env = "LINLI_DATA")]
    data: Option<PathBuf>,
    /// 数据目录的密钥文件(linli key new 生成):数据加密存放 / key file, as `linli key new` makes it: the data folder is locked with it
    #[arg(long, env = "LINLI_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// 监听地址,默认 127.0.0.1:8737 / address to listen on; port 0 takes any free port
    #[arg(long, env = "LINLI_LISTEN")]
    listen: Option<String>,
    /// 指标监听地址,默认不开 / address for Prometheus metrics; off unless given
    #[arg(long, env = "LINLI_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// 手机访问用的地址,写进登记码 / address under which phones reach this relay, put into enrolment codes
    #[arg(long, env = "LINLI_PUBLIC_URL")]
    public_url: Option<String>,
    /// 证书文件(PEM,整条链);给出后用 HTTPS / certificate chain in PEM; with it the relay speaks HTTPS
    #[arg(long, env = "LINLI_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// 证书的私钥文件(PEM)/ the certificate's private key in PEM
    #[arg(long, env = "LINLI_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// 反向代理的地址;只有它说的来源地址才算数 / address of the reverse proxy: only its word on where requests come from counts
    #[arg(long, env = "LINLI_BEHIND_PROXY")]
    behind_proxy: Option<IpAddr>,
    /// 测试用:提前多少倍断开慢连接 / for tests: slow strangers are dropped so many times sooner
    #[arg(long, env = "LINLI_HASTE", hide = true, default_value_t = 1)]
    haste: u32,
    /// 测试用:时钟偏移毫秒 / for tests: added to the clock
    #[arg(long, env = "LINLI_CLOCK_OFFSET_MS", hide = true, default_value_t = 0, allow_hyphen_values = true)]
    clock_offset_ms: i64,
    /// 配置文件(TOML,键名同参数)/ settings file in TOML with the same names: data, key_file, listen, metrics_listen, public_url, tls_cert, tls_key, behind_proxy
    #[arg(long, env = "LINLI_CONFIG")]
    config: Option<PathBuf>,
}

/// The settings file. Unknown names are errors: a misspelt setting must not be ignored.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    key_file: Option<PathBuf>,
    listen: Option<String>,
    metrics_listen: Option<String>,
    public_url: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    behind_proxy: Option<IpAddr>,
}

impl Config {
    pub(crate) fn read(args: ServeArgs) -> anyhow::Result<Config> {
        let file = args.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let tls = match (args.tls_cert.or(file.tls_cert), args.tls_key.or(file.tls_key)) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => anyhow::bail!("证书和私钥要一起给 / give both tls_cert and tls_key, or neither"),
        };
        Ok(Config {
            data: args.data.or(file.data).context("say where the data is kept: --data DIR")?,
            key_file: args.key_file.or(file.key_file),
            listen: args.listen.or(file.listen).unwrap_or_else(|| LISTEN.to_owned()),
            metrics_listen: args.metrics_listen.or(file.metrics_listen),
            public_url: args.public_url.or(file.public_url),
            tls,
            behind_proxy: args.behind_proxy.or(file.behind_proxy),
            haste: args.haste,
            clock_offset_ms: args.clock_offset_ms,
        })
    }
}

fn read_file(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not understood", path.display()))
}
