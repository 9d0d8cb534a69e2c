//! What people see on the terminal.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Prints a line, as `println!` does.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::app::terminal::print_line(format_args!($($line)*))
    };
}
pub(super) use say;

/// Prints a line. Where nobody reads any more, as behind `| head`, the command goes on in silence; where the line cannot be kept, as on
/// a full disk, it ends.
pub(super) fn print_line(line: Arguments<'_>) {
    if let Err(error) = writeln!(stdout(), "{line}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        print_error(&error);
        std::process::exit(1);
    }
}

/// Prints an error and what caused it.
pub(super) fn print_error(error: &(dyn std::error::Error + Send + Sync)) {
    eprintln!("error: {error}");
}

/// Prints what is no error and yet should be known.
pub(super) fn print_note(note: &str) {
    eprintln!("note: {}.", note.trim_end_matches('.'));
}

/// A bar for `length` things called `what`.
pub(super) fn progress_bar(length: u64, what: &'static str) -> ProgressBar {
    styled(length, &format!("{{msg}} [{{bar:32}}] {{human_pos}} of {{human_len}} {what}, {{per_sec}}, {{eta}} left"))
}

/// A bar for the bytes of a file.
pub(super) fn byte_bar(length: u64) -> ProgressBar {
    styled(length, "{msg} [{bar:32}] {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    let bar = ProgressBar::new(length).with_style(style.progress_chars("=> "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
