//! JSON Lines in, JSON Lines out: in the input's order, memory bounded whatever the length.
//! A line that cannot be answered becomes `{"id":…,"error":"…"}` and the stream goes on.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Lines that are held at a time: the worst memory is this many inputs and their answers.
const BATCH: usize = 256;

/// An answer beside the `id` of its question: one line of a stream.
#[derive(Serialize, JsonSchema)]
pub struct Answer<T> {
    /// As the question gave it; null where it had none.
    id: Value,
    #[serde(flatten)]
    result: Outcome<T>,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Outcome<T> {
    /// The answer.
    Done(T),
    /// The line could not be answered.
    Failed {
        /// Why.
        error: String,
    },
}

/// Answers each line of standard input on all cores.
///
/// # Errors
/// Only if standard input or output fails.
pub fn parallel<In, Out>(work: impl Fn(In) -> Result<Out, String> + Sync) -> io::Result<ExitCode>
where
    In: DeserializeOwned,
    Out: Serialize + Send,
{
    stream(|lines| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = lines.len().div_ceil(threads).max(1);
        let work = &work;
        std::thread::scope(|scope| {
            let running: Vec<_> = lines
                .chunks(share)
                .map(|chunk| {
                    scope.spawn(move || {
                        chunk.iter().map(|line| answer(line, work)).collect::<Vec<_>>()
                    })
                })
                .collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    })
}

/// Answers each line of standard input after the one before it.
///
/// # Errors
/// Only if standard input or output fails.
pub fn serial<In, Out>(mut work: impl FnMut(In) -> Result<Out, String>) -> io::Result<ExitCode>
where
    In: DeserializeOwned,
    Out: Serialize,
{
    stream(|lines| lines.iter().map(|line| answer(line, &mut work)).collect())
}

fn stream<Out: Serialize>(
    mut batch: impl FnMut(&[String]) -> Vec<Answer<Out>>,
) -> io::Result<ExitCode> {
    let mut input = io::stdin().lock();
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut failed = false;
    loop {
        let lines = read_batch(&mut input)?;
        if lines.is_empty() {
            break;
        }
        for answer in batch(&lines) {
            failed |= matches!(answer.result, Outcome::Failed { .. });
            serde_json::to_writer(&mut output, &answer)?;
            output.write_all(b"\n")?;
        }
    }
    output.flush()?;
    Ok(ExitCode::from(u8::from(failed)))
}

/// Up to [`BATCH`] lines that are not blank. Bytes that are not UTF-8 are replaced, so that the
/// line fails by itself and not the stream.
fn read_batch(input: &mut impl BufRead) -> io::Result<Vec<String>> {
    let mut lines = Vec::with_capacity(BATCH);
    let mut line = Vec::new();
    while lines.len() < BATCH {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            lines.push(text.into_owned());
        }
    }
    Ok(lines)
}

fn answer<In: DeserializeOwned, Out>(
    line: &str,
    work: impl FnOnce(In) -> Result<Out, String>,
) -> Answer<Out> {
    let value: Result<Value, _> = serde_json::from_str(line);
    let id = value.as_ref().ok().and_then(|value| value.get("id")).cloned().unwrap_or(Value::Null);
    let result = value
        .and_then(serde_json::from_value)
        .map_err(|error| format!("not a valid line: {error}"))
        .and_then(work);
    let result = match result {
        Ok(done) => Outcome::Done(done),
        Err(error) => Outcome::Failed { error },
    };
    Answer { id, result }
}
