//! What goes through the pipes: a header (length and number as `u32`, little-endian, and a kind) and
//! the payload. Numbers tie an answer to its job.

use std::io;

/// Bytes of a header.
pub(super) const HEADER: usize = 9;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Parent to child, first: what it may use. Child to parent: the limits hold.
    Limits = 1,
    /// Parent to child.
    Job = 2,
    /// Child to parent.
    Answer = 3,
    /// Child to parent, without payload: the job panicked.
    Panicked = 4,
    /// Child to parent, without payload: the answer is too long to be sent.
    TooLarge = 5,
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub kind: Kind,
    pub number: u32,
    pub length: usize,
}

impl Header {
    /// The header of a payload of so many bytes, which must be fewer than 4 GB.
    pub fn of(kind: Kind, number: u32, length: usize) -> io::Result<[u8; HEADER]> {
        let length = u32::try_from(length).map_err(io::Error::other)?;
        let mut bytes = [0; HEADER];
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes[4..8].copy_from_slice(&number.to_le_bytes());
        bytes[8] = kind as u8;
        Ok(bytes)
    }

    /// Reads a header.
    ///
    /// # Errors
    /// If it is none, or announces more than `limit` bytes.
    pub fn read(bytes: [u8; HEADER], limit: usize) -> io::Result<Self> {
        let word = |from: usize| {
            let mut word = [0; 4];
            word.copy_from_slice(&bytes[from..from + 4]);
            u32::from_le_bytes(word)
        };
        let kind = match bytes[8] {
            1 => Kind::Limits,
            2 => Kind::Job,
            3 => Kind::Answer,
            4 => Kind::Panicked,
            5 => Kind::TooLarge,
            _ => return Err(io::Error::from(io::ErrorKind::InvalidData)),
        };
        let length = usize::try_from(word(0)).map_err(io::Error::other)?;
        if length > limit {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        Ok(Self { kind, number: word(4), length })
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, Kind};

    #[test]
    fn headers_come_back_and_nonsense_is_refused() {
        let bytes = Header::of(Kind::Job, 70_000, 300).unwrap();
        let header = Header { kind: Kind::Job, number: 70_000, length: 300 };
        assert_eq!(Header::read(bytes, 300).unwrap(), header);
        assert!(Header::read(bytes, 299).is_err());
        assert!(Header::read(*b"Hi there\n", usize::MAX).is_err());
    }
}
