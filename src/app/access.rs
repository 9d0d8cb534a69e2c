//! `plumbline access`: codes for devices at a counter and for people who enter forms.

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rand::rngs::SysRng;

use super::error::AnyError;
use super::terminal::say;
use crate::foundation::Code;
use crate::pipeline::Platform;
use crate::survey::{Access, AccessKind};

/// What to do with codes of devices and collectors.
#[derive(Debug, Subcommand)]
pub(super) enum AccessTask {
    /// Make a code for a device or a collector. It is shown once.
    #[command(after_help = "\
Examples:
  plumbline access grant kiosk --wave laocai-2024 --name counter-1 --unit 082
  plumbline access grant collector --wave laocai-2024 --name lan")]
    Grant {
        /// kiosk: a device on which visitors answer. collector: a person who asks people or enters paper forms.
        #[arg(value_parser = kind())]
        kind: AccessKind,
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
        /// What the device or the person is called. The name is kept with each answer.
        #[arg(long)]
        name: String,
        /// The only unit that it may answer for; a device must have one.
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
    },
    /// Take a code back. Answers that came by it stay.
    Revoke {
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
        /// What the device or the person is called.
        #[arg(long)]
        name: String,
    },
    /// List the devices and collectors of a wave.
    List {
        /// The wave's code.
        #[arg(long, value_name = "CODE")]
        wave: String,
    },
}

fn kind() -> impl TypedValueParser<Value = AccessKind> {
    let named = |name: String| AccessKind::from_name(&name).ok_or("there is no such kind");
    PossibleValuesParser::new(AccessKind::ALL.map(AccessKind::as_str)).try_map(named)
}

pub(super) async fn run(platform: &Platform, task: AccessTask) -> Result<(), AnyError> {
    match task {
        AccessTask::Grant { kind, wave, name, unit } => {
            let name = Code::new(&name).map_err(|error| format!("--name {name:?}: {error}"))?;
            let code = platform.collectors().grant(&wave, kind, &name, unit.as_deref(), &mut SysRng).await?;
            say!("{code}");
            match kind {
                AccessKind::Kiosk => {
                    say!("Open /k/{code} on the device. Whoever has the address can answer there.");
                }
                AccessKind::Collector => {
                    say!("Enter the code at /entry. Whoever has it can enter forms.");
                }
            }
        }
        AccessTask::Revoke { wave, name } => {
            platform.collectors().revoke(&wave, &name).await?;
            say!("The code of {name} is taken no more.");
        }
        AccessTask::List { wave } => {
            for Access { kind, name, unit, revoked, .. } in platform.collectors().all(&wave).await? {
                let unit = unit.map_or_else(|| "all units".to_owned(), |unit| format!("unit {unit}"));
                say!("{}  {name}  {unit}{}", kind.as_str(), if revoked { "  taken back" } else { "" });
            }
        }
    }
    Ok(())
}
