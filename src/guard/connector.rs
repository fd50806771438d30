//! The last check: a connection whose other end is not allowed is dropped before a byte of the
//! request is written. The checks before it (literals, resolver) keep such a connection from being
//! opened at all; this one holds even if they were wrong.

use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Extensions;
use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

use super::rule::{Forbidden, Rule};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Lays the check around the connector of an HTTP client.
#[derive(Debug, Clone)]
pub(super) struct Gate(pub(super) Rule);

/// A connector behind a [`Gate`].
#[derive(Debug, Clone)]
pub(super) struct Gated<S> {
    inner: S,
    rule: Rule,
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;
    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, rule: self.0.clone() }
    }
}

impl<S, R> Service<R> for Gated<S>
where
    S: Service<R, Error = BoxError>,
    S::Response: Connection + Send,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let (connecting, rule) = (self.inner.call(request), self.rule.clone());
        async move {
            let connection = connecting.await?;
            check(&connection, &rule)?;
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
