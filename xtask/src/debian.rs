//! A newer Debian in a folder, for tools that this machine's packages do not have.
//!
//! Kept below the user's cache, because it takes minutes to make and serves every checkout. Whatever is mounted in it
//! is mounted for one command only, in a namespace of its own: deleting the folder never reaches through.

use crate::apt;
use anyhow::{Context as _, ensure};
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release that has Swift.
pub(crate) const STABLE: &str = "trixie";
/// The one that has everything newer, and changes.
pub(crate) const UNSTABLE: &str = "sid";
/// Mounts what comes after `--` of the first arguments, then runs the rest inside as the caller.
const ENTER: &str = r#"
root=$1; user=$2; shift 2
while [ "$1" != -- ]; do mkdir -p "$root$1"; mount --rbind "$1" "$root$1"; shift; done
shift
exec chroot --userspec="$user" "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
"#;

/// A folder with a Debian in it.
pub(crate) struct Debian {
    root: PathBuf,
}

impl Debian {
    /// The one called `name`, of a release, made with these packages when it is not there; `set_up` runs in it as root then.
    pub(crate) fn with(name: &str, release: &str, packages: &[&str], set_up: &str) -> anyhow::Result<Debian> {
        let cache = cache()?;
        std::fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
        // Two checkouts may want it at the same time.
        let lock = File::create(cache.join(format!("{name}.lock")))?;
        lock.lock()?;
        let debian = Debian { root: cache.join(name) };
        if !debian.root.exists() {
            debian.make(&cache.join(format!("{name}.new")), release, packages, set_up)?;
        }
        Ok(debian)
    }

    /// Made beside its place and moved there when it is whole.
    fn make(&self, new: &Path, release: &str, packages: &[&str], set_up: &str) -> anyhow::Result<()> {
        println!("==> Debian {release} with {} in {}", packages.join(", "), self.root.display());
        let by_hand = "it makes a Debian in a folder, for which there must be apt-get and root";
        if !runs("debootstrap") {
            apt::install(&["debootstrap"], by_hand)?;
        }
        let mirror = apt::mirror().context(by_hand)?;
        run(as_root("rm").arg("-rf").arg(new))?;
        run(as_root("debootstrap").args(["--variant=minbase", release]).arg(new).arg(&mirror))?;
        let making = Debian { root: new.to_owned() };
        // A mirror may stand still for weeks; what it has is signed all the same.
        let install = format!(
            "apt-get -o Acquire::Check-Valid-Until=false update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends {} \
             && apt-get clean && {set_up}",
            packages.join(" ")
        );
        run(making.enter("0:0", &[]).args(["sh", "-ec", &install]))?;
        run(as_root("mv").arg(new).arg(&self.root))
    }

    /// Something run in it as whoever runs us, with folders of this machine at their own paths. It gets no variable
    /// of ours: name them as `A=b` before the program.
    pub(crate) fn command(&self, folders: &[&Path]) -> anyhow::Result<Command> {
        let id = |what| -> anyhow::Result<String> {
            let out = Command::new("id").arg(what).output().context("cannot run id")?;
            Ok(String::from_utf8(out.stdout)?.trim().to_owned())
        };
        Ok(self.enter(&format!("{}:{}", id("-u")?, id("-g")?), folders))
    }

    fn enter(&self, user: &str, folders: &[&Path]) -> Command {
        let mut command = as_root("unshare");
        command.args(["--mount", "sh", "-ec", ENTER, "sh"]).arg(&self.root).arg(user);
        command.args(["/proc", "/dev"]).args(folders).arg("--");
        command
    }
}

/// Below the user's cache.
fn cache() -> anyhow::Result<PathBuf> {
    let named = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    Ok(cache.context("there is no place for tools: neither XDG_CACHE_HOME nor HOME is set")?.join("linli"))
}

/// A program run as root: mounts and chroot need it.
fn as_root(program: impl AsRef<OsStr>) -> Command {
    if apt::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg("-n").arg(program);
    command
}

fn runs(program: &str) -> bool {
    as_root(program).arg("--version").output().is_ok_and(|out| out.status.success())
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let help =
        "a Debian in a folder is made and entered as root: run this as root, or let sudo ask no password";
    let status = command.status().with_context(|| format!("cannot run {shown}; {help}"))?;
    ensure!(status.success(), "{shown} failed and says why above; {help}");
    Ok(())
}
