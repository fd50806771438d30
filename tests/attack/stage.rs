//! The stage: the test runs itself again in a namespace where all addresses are local and the name
//! server is ours. Needs root, `unshare` (util-linux) and `ip` (iproute2); fails without them.

use std::process::Command;
use std::time::Duration;

use atalaya::guard::{Client, FetchError, Get, Limits, Reply};
use atalaya::model::{Reach, Validators};
use tokio::runtime::Builder;
use url::Url;

const INSIDE: &str = "ATALAYA_ATTACK_INSIDE";

const SET: &str = "set -e
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo
mount -t tmpfs none /mnt
printf 'nameserver 127.0.0.1\\noptions timeout:30 attempts:1\\n' > /mnt/resolv.conf
printf 'hosts: files dns\\n' > /mnt/nsswitch.conf
printf '127.0.0.1 localhost\\n::1 localhost\\n' > /mnt/hosts
mount --bind /mnt/resolv.conf /etc/resolv.conf
mount --bind /mnt/hosts /etc/hosts
[ ! -e /etc/nsswitch.conf ] || mount --bind /mnt/nsswitch.conf /etc/nsswitch.conf
exec \"$0\" \"$@\"";

/// Plays `play` as the test `name` (with its module) on a stage of its own.
pub fn on_stage(name: &str, play: impl Future<Output = ()>) {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play);
        // Threads that still wait for a silent name server are not waited for.
        runtime.shutdown_background();
        println!("played {name}");
        return;
    }
    let played = Command::new("unshare")
        .args(["--net", "--mount", "sh", "-c", SET])
        .arg(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare (util-linux) runs");
    let said = String::from_utf8_lossy(&played.stdout);
    let complaints = String::from_utf8_lossy(&played.stderr);
    assert!(
        played.status.success() && said.contains(&format!("played {name}")),
        "on stage (it needs root and iproute2):\n{said}\n{complaints}"
    );
    println!("{said}");
}

/// The shipped limits, without the gap between requests to a host.
pub fn limits() -> Limits {
    Limits { host_gap: Duration::ZERO, ..Limits::default() }
}

pub fn client(limits: Limits) -> Client {
    Client::new(limits, "Atalaya/test").unwrap()
}

/// A GET to the public internet.
pub async fn get(client: &Client, url: &str) -> Result<Reply, FetchError> {
    get_within(client, &url.parse().unwrap(), &Reach::default()).await
}

pub async fn get_within(client: &Client, url: &Url, reach: &Reach) -> Result<Reply, FetchError> {
    let validators = &Validators::default();
    client.get(Get { url, validators, reach, obey_robots: false }).await
}

/// Forgets how much memory was used before (proc(5), `clear_refs`); what is used now, in bytes.
pub fn from_now() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    peak()
}

/// The most memory that this process has had, in bytes.
pub fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
