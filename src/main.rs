//! The `plumbline` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Rows and submissions are many small texts that one thread makes and another drops; the system's allocator is slow at that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    plumbline::app::run()
}
