//! A child whose jobs do the worst that a parser could be made to do.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::net::{TcpStream, UdpSocket};
use std::process::ExitCode;

use atalaya::sandbox;

pub fn serve() -> ExitCode {
    match sandbox::serve(job) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn job(request: &[u8]) -> Vec<u8> {
    match request {
        b"panic" => panic!("as asked"),
        b"loop" => spin(),
        b"sleep" => loop {
            std::thread::park();
        },
        b"allocate" => allocate(),
        b"overflow" => recurse(1).to_le_bytes().to_vec(),
        b"exit" => std::process::exit(0),
        b"abort" => std::process::abort(),
        b"long" => vec![b'x'; sandbox::MAX_ANSWER + 1],
        b"garbage" => {
            std::io::stdout().write_all(b"not a frame, but long enough to be read as one").unwrap();
            std::io::stdout().flush().unwrap();
            request.to_vec()
        }
        b"shout" => {
            // More than a pipe holds.
            std::io::stderr().write_all(&vec![b'!'; 1 << 20]).unwrap();
            request.to_vec()
        }
        b"reach out" => reach_out().into_bytes(),
        b"look around" => {
            let names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
            format!("{names:?} {}", std::env::current_dir().unwrap().display()).into_bytes()
        }
        b"who" => std::process::id().to_string().into_bytes(),
        echo => echo.to_vec(),
    }
}

fn spin() -> ! {
    let mut n = 0_u64;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

fn allocate() -> Vec<u8> {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(black_box(vec![1; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "that is the attack")]
fn recurse(depth: u64) -> u64 {
    let block = black_box([depth; 64]);
    recurse(block[7] + 1) + block[3]
}

/// What could be opened, of all that should not.
fn reach_out() -> String {
    let mut opened = Vec::new();
    if File::open("/etc/hostname").is_ok() || File::open("/proc/self/maps").is_ok() {
        opened.push("a file");
    }
    if File::create("/tmp/atalaya-sandbox-escape").is_ok() {
        opened.push("a new file");
    }
    if TcpStream::connect("127.0.0.1:1").is_err_and(|error| error.raw_os_error() != Some(24)) {
        opened.push("a TCP socket");
    }
    if UdpSocket::bind("127.0.0.1:0").is_ok() {
        opened.push("a UDP socket");
    }
    if std::process::Command::new("/bin/true").status().is_ok() {
        opened.push("a process");
    }
    opened.join(", ")
}
