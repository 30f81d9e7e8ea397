//! The `shophouse` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match shophouse::cli::run().await {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(error) => {
            // Standard error is where a person or a supervisor looks; logs may not have been started yet.
            #[expect(clippy::print_stderr, reason = "the last word of a program that could not go on")]
            {
                eprintln!("shophouse: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
