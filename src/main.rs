//! The `atalaya` binary: see `atalaya --help` and the library's `cli` room.

use std::process::ExitCode;

fn main() -> ExitCode {
    atalaya::cli::main()
}
