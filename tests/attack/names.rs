//! A name server (RFC 1035) whose answers each test decides query by query.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::net::UdpSocket;

/// What a query is answered.
pub enum Answer {
    /// These addresses, as far as they are of the kind that was asked for; `alias` comes first.
    Addresses(Option<&'static str>, Vec<IpAddr>),
    /// There is no such name.
    NoName,
    /// Nothing at all.
    Silence,
}

/// All addresses of the text.
pub fn addresses(text: &str) -> Answer {
    Answer::Addresses(None, text.split(' ').map(|one| one.parse().unwrap()).collect())
}

/// Queries so far.
pub type Queries = Arc<AtomicUsize>;

/// Serves 127.0.0.1:53. `decide` gets the name and the number of the query, from 0.
pub async fn serve(decide: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Queries {
    let socket = UdpSocket::bind("127.0.0.1:53").await.unwrap();
    let queries = Queries::default();
    let count = Arc::clone(&queries);
    tokio::spawn(async move {
        let mut query = [0; 1500];
        loop {
            let (length, from) = socket.recv_from(&mut query).await.unwrap();
            let query = &query[..length];
            let (name, end) = name_of(query);
            let decision = decide(&name, count.fetch_add(1, SeqCst));
            if let Some(reply) = reply(query, end, decision) {
                socket.send_to(&reply, from).await.unwrap();
            }
        }
    });
    queries
}

/// The name that is asked for, and where its question ends.
fn name_of(query: &[u8]) -> (String, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    (labels.join("."), at + 5)
}

fn reply(query: &[u8], end: usize, decision: Answer) -> Option<Vec<u8>> {
    let wants_v6 = query[end - 3] == 28;
    let (code, alias, addresses) = match decision {
        Answer::Silence => return None,
        Answer::NoName => (3, None, Vec::new()),
        Answer::Addresses(alias, addresses) => (0, alias, addresses),
    };
    let mut records = Vec::new();
    let mut owner = vec![0xc0, 12];
    if let Some(alias) = alias {
        let mut name = Vec::new();
        for label in alias.split('.') {
            name.push(u8::try_from(label.len()).unwrap());
            name.extend_from_slice(label.as_bytes());
        }
        name.push(0);
        records.push(record(&owner, 5, &name));
        owner = name;
    }
    for address in addresses {
        match address {
            IpAddr::V4(v4) if !wants_v6 => records.push(record(&owner, 1, &v4.octets())),
            IpAddr::V6(v6) if wants_v6 => records.push(record(&owner, 28, &v6.octets())),
            _ => {}
        }
    }
    let count = u8::try_from(records.len()).unwrap();
    let mut reply = query[..end].to_vec();
    reply[2..4].copy_from_slice(&[0x85, 0x80 | code]);
    reply[4..12].copy_from_slice(&[0, 1, 0, count, 0, 0, 0, 0]);
    reply.extend(records.concat());
    Some(reply)
}

/// A record that nobody may keep (TTL 0).
fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap();
    [owner, &[0, kind, 0, 1, 0, 0, 0, 0, 0, length], data].concat()
}
