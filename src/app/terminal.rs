//! What people see on the terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

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
