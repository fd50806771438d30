//! What a request may cost at most.

use std::time::Duration;

/// Limits of the client. Worst memory: `global` × `decoded_bytes` (1 GiB by the defaults, were all
/// servers hostile at once; feeds and pages are mostly below 1 MiB).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest body that a server may announce. Default 8 MB.
    pub wire_bytes: u64,
    /// Largest body after gzip, brotli or zstd. Default 16 MB.
    pub decoded_bytes: usize,
    /// Longest wait for an address. Default 5 s.
    pub resolve: Duration,
    /// Longest wait for a connection. Default 10 s.
    pub connect: Duration,
    /// Longest wait for the head of an answer, connection included. Default 10 s.
    pub head: Duration,
    /// Longest time of a fetch with its redirects, without the wait for its turn. Default 20 s.
    pub total: Duration,
    /// Redirects of a GET. Default 5.
    pub redirects: usize,
    /// Requests under way. Default 64.
    pub global: usize,
    /// Requests under way to one host. Default 2.
    pub per_host: usize,
    /// Least time between the starts of two GETs to one host. Default 1 s.
    pub host_gap: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wire_bytes: 8_000_000,
            decoded_bytes: 16_000_000,
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            head: Duration::from_secs(10),
            total: Duration::from_secs(20),
            redirects: 5,
            global: 64,
            per_host: 2,
            host_gap: Duration::from_secs(1),
        }
    }
}
