//! A real mailbox: Dovecot with its own configuration, one user, a port that wants STARTTLS and one with TLS from the
//! first byte. `tests/run` installs it.

use std::fs::{self, File, Permissions};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::certificate::certify;
use super::postfix::{free_port, id};
use super::wait_for;

const START: Duration = Duration::from_mins(1);
/// The one who has a mailbox.
pub const USER: &str = "reclamaciones";

/// A running server; it is stopped when dropped.
pub struct Dovecot {
    directory: TempDir,
    /// None until it was started.
    master: Option<Child>,
    /// TLS from the first byte.
    pub tls_port: u16,
    /// STARTTLS, before which nobody may log in.
    pub port: u16,
}

impl Dovecot {
    /// Starts, with an empty mailbox that `password` opens.
    pub async fn start(password: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut server = Self { directory, master: None, tls_port: free_port(), port: free_port() };
        fs::set_permissions(server.directory.path(), Permissions::from_mode(0o755)).expect("chmod");
        for name in ["mail", "mail/cur", "mail/new", "mail/tmp"] {
            fs::create_dir(server.path(name)).expect("made");
            chown(server.path(name), Some(id("-u", "nobody")), Some(id("-g", "nobody")))
                .expect("tests run as root");
        }
        certify(server.directory.path());
        server.let_in(password);
        let conf = CONF
            .replace("@dir@", &server.directory.path().display().to_string())
            .replace("@uid@", &id("-u", "nobody").to_string())
            .replace("@gid@", &id("-g", "nobody").to_string())
            .replace("@tls_port@", &server.tls_port.to_string())
            .replace("@port@", &server.port.to_string());
        fs::write(server.path("conf"), conf).expect("written");
        let log = File::create(server.path("out")).expect("a log");
        let mut command = Command::new("dovecot");
        command.arg("-F").arg("-c").arg(server.path("conf"));
        let errors = log.try_clone().expect("a log");
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        server.master = Some(command.spawn().expect("dovecot starts (see tests/run)"));
        wait_for("dovecot listens", START, || {
            let ended = server.master.as_mut().and_then(|it| it.try_wait().expect("a child"));
            assert!(ended.is_none(), "dovecot ended: {ended:?} {}", server.log());
            let listens = |port| TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).ok();
            listens(server.port).and(listens(server.tls_port))
        })
        .await;
        server
    }

    /// Whoever logs in must know this from now on.
    pub fn let_in(&self, password: &str) {
        fs::write(self.path("users"), format!("{USER}:{{PLAIN}}{password}\n")).expect("written");
    }

    /// The certificate that its own is signed with.
    pub fn ca_file(&self) -> PathBuf {
        self.path("ca.crt")
    }

    /// A mail arrives, which nobody has read.
    pub fn deliver(&self, name: &str, mail: &str) {
        self.put(&format!("new/{name}"), mail);
    }

    /// A mail that somebody read before.
    pub fn keep_read(&self, name: &str, mail: &str) {
        self.put(&format!("cur/{name}:2,S"), mail);
    }

    /// What lies in the mailbox: the names of its files, which hold what is marked.
    pub fn files(&self) -> Vec<String> {
        let of = |directory: &str| fs::read_dir(self.path(directory)).expect("a directory");
        let all = of("mail/new").chain(of("mail/cur"));
        let names = all.map(|it| it.expect("a file").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// What it logged.
    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.path(name)).unwrap_or_default();
        read("out") + &read("log")
    }

    fn put(&self, name: &str, mail: &str) {
        let written = self.path("mail/tmp/mail");
        fs::write(&written, mail.replace('\n', "\r\n")).expect("written");
        chown(&written, Some(id("-u", "nobody")), Some(id("-g", "nobody"))).expect("chown");
        fs::rename(written, self.path("mail").join(name)).expect("moved");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the mailbox's log\n{}", self.log());
        }
        let Some(mut master) = self.master.take() else { return };
        let mut command = Command::new("kill");
        command.arg(master.id().to_string());
        if let Err(error) = command.status().and_then(|_| master.wait()) {
            eprintln!("dovecot was not stopped: {error}");
        }
    }
}

const CONF: &str = "\
protocols = imap
listen = 127.0.0.1
base_dir = @dir@/run
state_dir = @dir@/state
instance_name = atalaya-test
log_path = @dir@/log
ssl = required
ssl_cert = <@dir@/server.crt
ssl_key = <@dir@/server.key
mail_location = maildir:@dir@/mail
first_valid_uid = 1
auth_mechanisms = plain login
auth_failure_delay = 0
auth_cache_size = 0
passdb {
  driver = passwd-file
  args = @dir@/users
}
userdb {
  driver = static
  args = uid=@uid@ gid=@gid@ home=@dir@
}
service imap-login {
  inet_listener imap {
    port = @port@
  }
  inet_listener imaps {
    port = @tls_port@
    ssl = yes
  }
}
";
