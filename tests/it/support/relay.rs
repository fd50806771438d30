//! A wire between the daemon and a server that can be cut.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A running relay.
pub struct Relay {
    address: SocketAddr,
    whole: Arc<watch::Sender<bool>>,
    serving: JoinHandle<()>,
}

impl Relay {
    /// Carries everything to `to` and back.
    pub async fn open(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (whole, wire) = watch::channel(true);
        let serving = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut wire = wire.clone();
                if !*wire.borrow() {
                    continue;
                }
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(to).await.expect("the server is there");
                    tokio::select! {
                        carried = copy_bidirectional(&mut near, &mut far) => drop(carried),
                        cut = wire.wait_for(|whole| !whole) => drop(cut),
                    }
                });
            }
        });
        Self { address, whole: Arc::new(whole), serving }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Hangs up on everybody, and on whoever calls, until it is mended.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Carries again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
