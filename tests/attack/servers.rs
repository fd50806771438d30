//! One listener for all addresses: who connects to a forbidden one is written down, and everybody
//! is answered by the test's own handler.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address that was asked.
    pub at: IpAddr,
    /// All lines.
    pub head: String,
}

impl Request {
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

type Handler = dyn Fn(TcpStream, Request) -> BoxFuture<'static, ()> + Send + Sync;

/// What was seen.
#[derive(Clone, Default)]
pub struct Net {
    connections: Arc<Mutex<Vec<IpAddr>>>,
}

impl Net {
    /// Listens on all addresses.
    pub async fn open(
        ports: &[u16],
        handler: impl Fn(TcpStream, Request) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        let (net, handler): (Self, Arc<Handler>) = (Self::default(), Arc::new(handler));
        for &port in ports {
            let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await.unwrap();
            tokio::spawn(net.clone().listen(listener, Arc::clone(&handler)));
        }
        net
    }

    async fn listen(self, listener: TcpListener, handler: Arc<Handler>) {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let at = stream.local_addr().unwrap().ip().to_canonical();
            self.connections.lock().unwrap().push(at);
            let handler = Arc::clone(&handler);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                handler(stream, Request { at, head }).await;
            });
        }
    }

    /// Connections to addresses that are not public.
    pub fn forbidden(&self) -> Vec<IpAddr> {
        let all = self.connections.lock().unwrap();
        all.iter().copied().filter(|at| !is_public(*at)).collect()
    }

    /// Connections to public addresses.
    pub fn public(&self) -> usize {
        self.connections.lock().unwrap().iter().filter(|at| is_public(**at)).count()
    }
}

/// The public addresses of these tests; all others count as forbidden.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.octets()[..2] == [93, 184],
        IpAddr::V6(v6) => v6.segments()[..2] == [0x2606, 0x4700],
    }
}

/// Answers and closes. What cannot be sent any more is not wanted any more.
pub async fn answer(mut stream: TcpStream, head: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n");
    if stream.write_all(head.as_bytes()).await.is_ok() && stream.write_all(body).await.is_ok() {
        drop(stream.shutdown().await);
    }
}
