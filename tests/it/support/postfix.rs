//! A real mail server: Postfix with its own configuration, queue, certificate and two ports — one
//! that demands STARTTLS and a login, one that knows neither. `tests/run` installs it.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

use super::certificate::certify;
use super::mail::{Mail, mails};
use super::wait_for;

/// Postfix checks its directories with shell scripts before it starts.
const START: Duration = Duration::from_mins(1);

/// A running server; it is stopped when dropped.
pub struct Postfix {
    directory: TempDir,
    /// None until it was started.
    master: Option<Child>,
    /// Demands STARTTLS and a login.
    pub port: u16,
    /// Offers neither.
    pub clear_port: u16,
}

impl Postfix {
    /// Starts; whoever logs in must be `user` with `password`.
    pub async fn start(user: &str, password: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (port, clear_port) = (free_port(), free_port());
        let mut server = Self { directory, master: None, port, clear_port };
        server.lay_out();
        certify(server.directory.path());
        server.accept_login(user, password);
        let log = File::create(server.path("out")).expect("a log");
        let mut command = Command::new("postfix");
        command.arg("-c").arg(server.path("conf")).arg("start-fg");
        let errors = log.try_clone().expect("a log");
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        server.master = Some(command.spawn().expect("postfix starts (see tests/run)"));
        wait_for("postfix listens", START, || {
            let ended =
                server.master.as_mut().and_then(|master| master.try_wait().expect("a child"));
            assert!(ended.is_none(), "postfix ended: {ended:?}");
            let listens = |port| TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).ok();
            listens(port).and(listens(clear_port))
        })
        .await;
        server
    }

    /// The certificate that its own is signed with.
    pub fn ca_file(&self) -> PathBuf {
        self.path("ca.crt")
    }

    /// What arrived for anybody at almenara.example.
    pub fn mails(&self) -> Vec<Mail> {
        mails(&self.path("mail/inbox/new"))
    }

    /// What it logged.
    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.path(name)).unwrap_or_default();
        read("out") + &read("log")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Postfix refuses to run as one user: queue and mail belong to others, who must get there.
    fn lay_out(&self) {
        for name in ["conf", "queue", "data", "mail"] {
            fs::create_dir(self.path(name)).expect("made");
        }
        let everybody = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("chmod");
        };
        everybody(self.directory.path(), 0o755);
        chown(self.path("data"), Some(id("-u", "postfix")), None).expect("tests run as root");
        chown(self.path("mail"), Some(id("-u", "nobody")), None).expect("tests run as root");
        fs::write(self.path("conf/main.cf"), self.main_cf()).expect("written");
        fs::write(self.path("conf/master.cf"), self.master_cf()).expect("written");
    }

    fn main_cf(&self) -> String {
        let (nobody, group) = (id("-u", "nobody"), id("-g", "nobody"));
        MAIN_CF
            .replace("@dir@", &self.directory.path().display().to_string())
            .replace("@uid@", &nobody.to_string())
            .replace("@gid@", &group.to_string())
    }

    fn master_cf(&self) -> String {
        MASTER_CF
            .replace("@port@", &self.port.to_string())
            .replace("@clear_port@", &self.clear_port.to_string())
    }

    /// Answers Postfix's questions about logins, as Dovecot does on most hosts.
    fn accept_login(&self, user: &str, password: &str) {
        let listener = UnixListener::bind(self.path("auth")).expect("a socket");
        fs::set_permissions(self.path("auth"), Permissions::from_mode(0o777)).expect("chmod");
        let good = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let good = good.clone();
                std::thread::spawn(move || judge_logins(stream, &good));
            }
        });
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the mail server's log\n{}", self.log());
        }
        let Some(mut master) = self.master.take() else { return };
        let mut command = Command::new("postfix");
        command.arg("-c").arg(self.path("conf")).arg("stop").stderr(Stdio::null());
        if let Err(error) = command.status().and_then(|_| master.wait()) {
            eprintln!("postfix was not stopped: {error}");
        }
    }
}

/// The server's side of the Dovecot authentication protocol 1.1, for mechanism PLAIN
/// (<https://doc.dovecot.org/main/developers/design/auth_protocol.html>). Ends with the client.
fn judge_logins(stream: UnixStream, good: &str) {
    let mut answers = stream.try_clone().expect("a socket");
    let greeting = "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n";
    let mut said = answers.write_all(greeting.as_bytes());
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split('\t').collect();
        if let ["AUTH", id, "PLAIN", rest @ ..] = words.as_slice() {
            let given = rest.iter().find_map(|word| word.strip_prefix("resp="));
            let verdict = if given == Some(good) { "OK" } else { "FAIL" };
            said = said.and_then(|()| writeln!(answers, "{verdict}\t{id}\tuser=atalaya"));
        }
        if said.is_err() {
            return;
        }
    }
}

pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

pub(super) fn id(which: &str, user: &str) -> u32 {
    let output = Command::new("id").args([which, user]).output().expect("id");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("there is no user {user} (see tests/run)"))
}

const MAIN_CF: &str = "\
compatibility_level = 3.6
queue_directory = @dir@/queue
data_directory = @dir@/data
maillog_file = @dir@/log
maillog_file_prefixes = @dir@
myhostname = localhost
mydestination =
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = almenara.example
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = @dir@/mail
virtual_uid_maps = static:@uid@
virtual_gid_maps = static:@gid@
smtpd_tls_cert_file = @dir@/server.crt
smtpd_tls_key_file = @dir@/server.key
smtpd_tls_security_level = encrypt
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = @dir@/auth
smtpd_recipient_restrictions = check_recipient_access inline:{chen.yu@almenara.example=REJECT}, permit_sasl_authenticated, reject
";

const MASTER_CF: &str = "\
127.0.0.1:@port@ inet n - n - - smtpd
127.0.0.1:@clear_port@ inet n - n - - smtpd
  -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=no
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";
