//! The arguments of `plumbline invite`.

#![expect(clippy::doc_markdown, reason = "these comments are what --help prints")]

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with invitations.
#[derive(Debug, Subcommand)]
pub(crate) enum InviteTask {
    /// Draw a sample from a frame and print a sheet of codes for everybody in it.
    ///
    /// The folder then has codes.csv and the sheets, HTML to be printed on A4. Nothing else knows the codes: keep the folder
    /// safe, and hand the sheets out closed. docs/examples/sample.toml explains every key of a sample design.
    #[command(
        after_help = "Example:\n  plumbline invite draw --wave laocai-2024 --frame villages.csv --sample sample.toml \\\n                        --base-url https://khaosat.example.gov.vn --output sheets"
    )]
    Draw(DrawArguments),
    /// Take codes back that nobody has answered with.
    Revoke {
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
        /// A CSV file with a column `code`, such as a part of codes.csv; all codes of the wave if left out.
        #[arg(long, value_name = "FILE")]
        codes: Option<PathBuf>,
    },
    /// Let reserves step in for those who cannot be reached.
    ReleaseReserves {
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
        /// The stratum, as in codes.csv; all if left out.
        #[arg(long, value_name = "CODE")]
        stratum: Option<String>,
        /// The sampling unit, as in codes.csv; all if left out.
        #[arg(long, value_name = "CODE")]
        psu: Option<String>,
        /// Up to which turn, as it is printed on the sheets; all if left out.
        #[arg(long, value_name = "TURN", default_value_t = u32::MAX, hide_default_value = true)]
        up_to: u32,
    },
    /// Say how many codes of each unit were given out and spent.
    Status {
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
    },
}

/// What to draw from, and where the sheets go.
#[derive(Debug, Args)]
pub(crate) struct DrawArguments {
    /// The wave's code.
    #[arg(long, value_name = "CODE")]
    pub(crate) wave: String,
    /// The frame: CSV with a row for each place, or person, that could be drawn.
    #[arg(long, value_name = "FILE")]
    pub(crate) frame: PathBuf,
    /// The sample design, TOML.
    #[arg(long, value_name = "FILE")]
    pub(crate) sample: PathBuf,
    /// The address at which citizens reach the server, such as https://khaosat.example.gov.vn.
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) base_url: String,
    /// The folder that is made for the sheets; it must not be there.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// Draw although the wave has a draw: its codes stay, and further ones are given out.
    #[arg(long)]
    pub(crate) again: bool,
}

/// The longest address, in bytes; a longer one makes the QR code hard to read.
const BASE_URL_LENGTH_MAX: usize = 100;

/// The address of a server.
pub(crate) fn base_url(text: &str) -> Result<String, String> {
    let url: axum::http::Uri = text.parse().map_err(|error| format!("{error}"))?;
    let is_web = matches!(url.scheme_str(), Some("https" | "http")) && url.host().is_some_and(|host| !host.is_empty());
    // Without a name and a password, and with a port that can be one.
    let is_plain = url.authority().is_some_and(|authority| {
        authority.as_str() == authority.host() || (authority.port().is_some() && !authority.as_str().contains('@'))
    });
    if !is_web || !is_plain || url.query().is_some() || text.contains('#') {
        return Err("write the address of the server, such as https://khaosat.example.gov.vn".to_owned());
    }
    if text.len() > BASE_URL_LENGTH_MAX {
        return Err(format!("at most {BASE_URL_LENGTH_MAX} characters are taken"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_a_server() {
        assert_eq!(base_url("https://a.example/"), Ok("https://a.example".to_owned()));
        assert_eq!(base_url("http://127.0.0.1:8080/khaosat"), Ok("http://127.0.0.1:8080/khaosat".to_owned()));
        let long = format!("https://a.example/{}", "x".repeat(100));
        for bad in [
            "https://u:p@a.example",
            "https://a.example:99999",
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a?b=c",
            "https://a/#b",
            &long,
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }
}
