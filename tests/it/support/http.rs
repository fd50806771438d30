//! As much of an HTTP client as a test needs: one request, one answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Status and body. None where nobody answers.
pub fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    bare(address, "GET", path, "")
}

/// Status and body of the answer to a request without a body, with further headers (each with its line end).
pub fn bare(address: SocketAddr, method: &str, path: &str, headers: &str) -> Option<(u16, String)> {
    ask(address, &format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n"))
}

/// Status and body of the answer to a form, with further headers (each with its line end).
pub fn post(address: SocketAddr, path: &str, headers: &str, form: &str) -> Option<(u16, String)> {
    let length = form.len();
    ask(
        address,
        &format!(
            "POST {path} HTTP/1.0\r\nHost: {address}\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n\r\n{form}"
        ),
    )
}

fn ask(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
