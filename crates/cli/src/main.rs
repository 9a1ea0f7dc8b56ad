//! The program `clipfit`. Everything is in the library, which the tests use as well.

fn main() -> std::process::ExitCode {
    clipfit_cli::run(std::env::args_os())
}
