//! What a request may cost at most.

use std::time::Duration;

/// Limits of the client. Worst memory for bodies: `in_flight_bytes`, and for each request under way
/// 256 KiB of body, the library's buffers (at most 0.5 MiB) and what a decoder looks back on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Ports that public addresses are asked on; empty: any. Default 80, 443, 8080, 8443.
    pub ports: Vec<u16>,
    /// Largest body as it comes over the wire. Default 8 MB.
    pub wire_bytes: u64,
    /// Largest body after gzip, brotli, zstd or deflate. Default 16 MB.
    pub decoded_bytes: usize,
    /// Bytes of all bodies above 256 KiB that are being read. Default 64 MB.
    pub in_flight_bytes: usize,
    /// Longest wait for an address. Default 5 s.
    pub resolve: Duration,
    /// Longest wait for a connection. Default 10 s.
    pub connect: Duration,
    /// Longest wait for the head of an answer, connection included. Default 10 s.
    pub head: Duration,
    /// Longest time of a fetch with its redirects, without the waits for a turn or for room; and the
    /// longest wait for room in `in_flight_bytes`. Default 20 s.
    pub total: Duration,
    /// Least bytes a second of a body, averaged, once it has lasted for `grace`. Default 1,000.
    pub min_rate: u64,
    /// See `min_rate`. Default 5 s.
    pub grace: Duration,
    /// Redirects of a GET. Default 5.
    pub redirects: usize,
    /// Requests under way. Default 64.
    pub global: usize,
    /// Requests under way to one host. Default 2.
    pub per_host: usize,
    /// Least time between the starts of two GETs to one host; robots.txt may ask for more, up to
    /// 60 s. Default 1 s.
    pub host_gap: Duration,
    /// Longest wait for a turn at a host. Default 2 min.
    pub patience: Duration,
    /// Failures in a row after which a host rests. Default 5.
    pub failures: u32,
    /// The first rest of a host; each further one is twice as long. Default 1 min.
    pub rest_min: Duration,
    /// The longest rest. Default 6 h.
    pub rest_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ports: vec![80, 443, 8080, 8443],
            wire_bytes: 8_000_000,
            decoded_bytes: 16_000_000,
            in_flight_bytes: 64_000_000,
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            head: Duration::from_secs(10),
            total: Duration::from_secs(20),
            min_rate: 1000,
            grace: Duration::from_secs(5),
            redirects: 5,
            global: 64,
            per_host: 2,
            host_gap: Duration::from_secs(1),
            patience: Duration::from_mins(2),
            failures: 5,
            rest_min: Duration::from_mins(1),
            rest_max: Duration::from_hours(6),
        }
    }
}
