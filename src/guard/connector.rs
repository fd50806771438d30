//! The last check: a connection whose other end is not allowed is dropped before a byte of the
//! request is written (with https: after the handshake, whose certificate must hold too). The checks before it (literals, resolver) keep such a connection from being
//! opened at all; this one holds even if they were wrong.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Extensions;
use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tokio::time::timeout;
use tower::{Layer, Service, ServiceExt};

use super::rule::{Forbidden, Rule};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Lays the check around the connector of an HTTP client.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// Where connections may lead.
    pub(super) rule: Rule,
    /// How long one may take, handshakes included.
    pub(super) patience: Duration,
}

/// A connector behind a [`Gate`]. The HTTP library clones it several times for each request, and all
/// that it consists of; so it is shared, and cloned for connections only.
#[derive(Debug)]
pub(super) struct Gated<S> {
    shared: Arc<Shared<S>>,
}

#[derive(Debug)]
struct Shared<S> {
    inner: S,
    gate: Gate,
}

impl<S> Clone for Gated<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;
    fn layer(&self, inner: S) -> Gated<S> {
        Gated { shared: Arc::new(Shared { inner, gate: self.clone() }) }
    }
}

impl<S, R> Service<R> for Gated<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Response: Connection + Send,
    S::Future: Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        async move {
            let connecting = shared.inner.clone().oneshot(request);
            let Gate { rule, patience } = &shared.gate;
            let connection = timeout(*patience, connecting).await.map_err(io::Error::from)??;
            check(&connection, rule)?;
            Ok(connection)
        }
        .boxed()
    }
}

fn check(connection: &impl Connection, rule: &Rule) -> Result<(), Forbidden> {
    let mut extras = Extensions::new();
    connection.connected().get_extras(&mut extras);
    let address = extras.get::<HttpInfo>().ok_or(Forbidden::Unknown)?.remote_addr().ip();
    if rule.allows(address) { Ok(()) } else { Err(Forbidden::Private(address.to_string())) }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::thread::JoinHandle;
    use std::time::Duration;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};

    use super::{Gate, Rule};
    use crate::guard::FetchError;
    use crate::model::Reach;

    const LONG: Duration = Duration::from_secs(10);

    /// Lets through whatever leads to this machine.
    fn open(patience: Duration) -> Gate {
        let url = "http://127.0.0.1/".parse().unwrap();
        let rule = crate::guard::rule::check(&url, &Reach::anywhere(), &[]).unwrap();
        Gate { rule, patience }
    }

    fn file(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/notify/testdata").join(name)
    }

    fn tls(stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
        let certificate = CertificateDer::from_pem_file(file("localhost.crt")).unwrap();
        let key = PrivateKeyDer::from_pem_file(file("localhost.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream)
    }

    /// Answers one client; what it asked, decrypted.
    fn server(https: bool) -> (SocketAddr, JoinHandle<Vec<u8>>) {
        fn talk(mut stream: impl Read + Write) -> Vec<u8> {
            let mut asked = vec![0; 4096];
            match stream.read(&mut asked) {
                Ok(length) => asked.truncate(length),
                Err(error) => {
                    let closed = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset];
                    assert!(closed.contains(&error.kind()), "{error}");
                    asked.clear();
                }
            }
            if !asked.is_empty() {
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            }
            asked
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            if https { talk(tls(stream)) } else { talk(stream) }
        });
        (address, serving)
    }

    /// A client that has no check but the gate.
    #[expect(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "what the guard is built of is tested"
    )]
    async fn ask(address: SocketAddr, https: bool, gate: Gate) -> Result<u16, FetchError> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let pem = std::fs::read(file("localhost.crt")).unwrap();
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
            .resolve("localhost", address)
            .connector_layer(gate)
            .build()
            .unwrap();
        let scheme = if https { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}/", address.port());
        client.get(url).send().await.map(|reply| reply.status().as_u16()).map_err(FetchError::of)
    }

    #[tokio::test]
    async fn nothing_is_sent_where_the_rule_does_not_lead() {
        for https in [false, true] {
            let (address, serving) = server(https);
            let public = Gate { rule: Rule::public(), patience: LONG };
            let refused = ask(address, https, public).await.unwrap_err();
            assert_eq!(
                refused.to_string(),
                "refused: 127.0.0.1 leads to a private or reserved address"
            );
            assert_eq!(serving.join().unwrap(), b"", "https: {https}");

            let (address, serving) = server(https);
            assert_eq!(ask(address, https, open(LONG)).await.unwrap(), 204);
            assert!(serving.join().unwrap().starts_with(b"GET / HTTP/1.1"), "https: {https}");
        }
    }

    #[tokio::test]
    async fn a_handshake_that_nobody_answers_is_given_up() {
        // The kernel takes the connection, and nobody the handshake.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let given_up = ask(address, true, open(Duration::from_millis(50))).await.unwrap_err();
        assert_eq!(given_up.to_string(), "no answer in time: connection");
    }
}
