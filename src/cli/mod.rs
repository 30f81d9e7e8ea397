//! The command line: parses, reads the settings, and hands over.
//!
//! To add a command: a file with its `run`, a variant of `Command` with the help people see.

mod audit;
mod doctor;
mod migrate;
mod openapi;
mod serve;
mod tenants;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::platform::config::{Config, Source};
use crate::platform::telemetry;

/// Shophouse: a hosted commerce platform. Many shops on one server.
#[derive(Debug, Parser)]
#[command(
    name = "shophouse",
    version,
    about,
    after_help = "Settings come from the environment (SHOPHOUSE_…), or a file of NAME=value lines. `.env.example` explains each."
)]
struct Cli {
    /// A file of settings, one NAME=value a line; the environment goes before it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server. Without database and Redis URLs it starts private ones under the data folder and stops them with itself.
    Serve,
    /// Bring the database's schema up to date, as the role that owns it, and leave.
    Migrate,
    /// Check every shop's books against each other; prints each difference and exits 1 on any.
    Audit,
    /// Look for what would keep this installation from working well, and say what to do about it.
    Doctor,
    /// Write the three OpenAPI documents as files.
    Openapi {
        /// The folder to write to.
        #[arg(long, default_value = "openapi")]
        out: PathBuf,
    },
    /// Work with shops as files.
    Tenants {
        #[command(subcommand)]
        command: TenantsCommand,
    },
}

#[derive(Debug, Subcommand)]
enum TenantsCommand {
    /// Create or update shops from their folders; says what it changes, and changes nothing the second time.
    Apply {
        /// Folders of shops, each with a `shop.toml`.
        #[arg(required = true, value_name = "FOLDER")]
        folders: Vec<PathBuf>,
    },
}

/// Runs the program to its exit code.
///
/// # Errors
/// What went wrong, in words for whoever started it.
pub async fn run() -> anyhow::Result<i32> {
    let cli = Cli::parse();
    if let Command::Openapi { out } = &cli.command {
        return openapi::run(out);
    }
    let source = Source::environment(cli.config.as_deref())?;
    let config = Config::read(&source)?;
    telemetry::start_logs(&config.log)?;
    for name in source.unknown() {
        tracing::warn!("{name} is no setting of ours; see .env.example for those there are");
    }
    match cli.command {
        Command::Serve => serve::run(config).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Audit => audit::run(&config).await,
        Command::Doctor => doctor::run(&config).await,
        Command::Tenants { command: TenantsCommand::Apply { folders } } => tenants::run(&config, &folders).await,
        Command::Openapi { .. } => Ok(0),
    }
}

/// Writes a line for people; the command line is the one place that prints.
#[expect(clippy::print_stdout, reason = "the command line talks to people here")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
