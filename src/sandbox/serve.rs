//! The child's side: reads jobs from standard input and answers on standard output until the input
//! ends.

use std::fs::File;
use std::io::{self, BufReader, IoSlice, Read, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::confine::{Allowance, Clock, confine};
use super::frame::{HEADER, Header, Kind};
use super::{MAX_ANSWER, MAX_REQUEST};

/// Parsers recurse; what fits into this much stack is answered.
const STACK: usize = 16 << 20;

/// One read brings an ordinary feed with its header.
const BUFFER: usize = 64 << 10;

/// Serves jobs until standard input ends, which it does when the parent dies. The process is of no
/// other use from then on: it has no more memory than the parent allows, can open nothing, and loses
/// its panic messages.
///
/// What holds where. Linux: address space, CPU time of each job, no new file descriptor, so that no
/// file, socket or pipe is opened, no byte written to a file, no core dump; from 5.13 on no path is
/// opened, from 6.7 on no TCP port reached even by code that closes a descriptor first (Landlock, as
/// far as kernel and system-call filter allow). Elsewhere it refuses to serve.
///
/// # Errors
/// If the limits cannot be set, or a pipe breaks.
pub fn serve(handler: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> io::Result<()> {
    // What a panic says would fill the pipe of standard error in time.
    std::panic::set_hook(Box::new(|_| {}));
    // Not through `stdin` and `stdout`: their buffers would copy, and look for lines.
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut input = BufReader::with_capacity(BUFFER, input);
    let Some((first, allowance)) = next(&mut input)? else { return Ok(()) };
    let allowance = Allowance::from_bytes(&allowance)
        .filter(|_| first.kind == Kind::Limits)
        .ok_or(io::ErrorKind::InvalidData)?;
    confine(allowance)?;
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let clock = Clock::new(allowance.cpu);
        work(input, output, clock, handler)
    })?;
    worker.join().unwrap_or_else(|_| Err(io::Error::other("the worker panicked")))
}

fn work(
    mut input: impl Read,
    mut output: impl Write,
    mut clock: Clock,
    mut handler: impl FnMut(&[u8]) -> Vec<u8>,
) -> io::Result<()> {
    send(&mut output, Kind::Limits, 0, &[])?;
    while let Some((job, request)) = next(&mut input)? {
        clock.wind()?;
        let answer = catch_unwind(AssertUnwindSafe(|| handler(&request)));
        match answer {
            Ok(answer) if answer.len() <= MAX_ANSWER => {
                send(&mut output, Kind::Answer, job.number, &answer)?;
            }
            Ok(_) => send(&mut output, Kind::TooLarge, job.number, &[])?,
            Err(_) => send(&mut output, Kind::Panicked, job.number, &[])?,
        }
    }
    Ok(())
}

/// The next frame; none at the end of the input.
fn next(input: &mut impl Read) -> io::Result<Option<(Header, Vec<u8>)>> {
    let mut header = [0; HEADER];
    match input.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let header = Header::read(header, MAX_REQUEST)?;
    let mut payload = vec![0; header.length];
    input.read_exact(&mut payload)?;
    Ok(Some((header, payload)))
}

fn send(output: &mut impl Write, kind: Kind, number: u32, payload: &[u8]) -> io::Result<()> {
    let header = Header::of(kind, number, payload.len())?;
    // Mostly one write: the parent is woken once.
    let written = output.write_vectored(&[IoSlice::new(&header), IoSlice::new(payload)])?;
    output.write_all(header.get(written..).unwrap_or_default())?;
    output.write_all(payload.get(written.saturating_sub(HEADER)..).unwrap_or_default())
}
