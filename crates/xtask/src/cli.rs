//! The command line, parsed by hand: a few commands and options need no library.

use crate::{error::Error, tests::Step};

/// The output of `cargo xtask help`.
pub(crate) const HELP: &str = "\
Usage: cargo xtask <command>

  setup                        install everything that building and testing need (a second run takes a second)
  build                        write the release site to dist/
  serve [--port N] [--prefix /sub/path] [--isolate]
                               set up, build, and serve the site at http://127.0.0.1:8080; --isolate for x265
  test [--only STEP,...]       set up and run every test
                               steps: fmt, clippy, types, lint, core, web, wasm, x264, e2e
  bench FILE... [--target 10MB] [--hls] [--phone] [--cli] [--json]
                               compare Clipfit with the plain recipe and native ffmpeg: the page, or with --hls its
                               streaming packages, with --cli the command line (docs/benchmarks.md)
  soak [--jobs 200] [--gigabytes 3] [--browser chromium]
                               whether a tab stays small: many jobs in one tab, and a source of some gigabytes
                               (docs/reliability.md)
  generate                     write web/src/generated: the worker protocol and the modules' types
  fmt                          format Rust and TypeScript
";

/// A parsed command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print the help.
    Help,
    /// Install everything needed.
    Setup,
    /// Write dist/.
    Build,
    /// Build and serve.
    Serve {
        /// Port on the loopback address.
        port: u16,
        /// Sub-path of the site; empty for the root.
        prefix: String,
        /// Whether to send the headers that give a page shared memory.
        isolate: bool,
    },
    /// Run the tests.
    Test {
        /// In the order in which they run.
        steps: Vec<Step>,
    },
    /// Run the benchmark; the arguments are the benchmark's own.
    Bench {
        /// Passed on unchanged.
        arguments: Vec<String>,
    },
    /// Run the soak; the arguments are its own.
    Soak {
        /// Passed on unchanged.
        arguments: Vec<String>,
    },
    /// Write the generated TypeScript.
    Generate,
    /// Format all sources.
    Format,
}

/// Parses the arguments after `cargo xtask`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, Error> {
    let mut arguments = arguments.into_iter();
    let Some(word) = arguments.next() else { return Ok(Command::Help) };
    let rest: Vec<String> = arguments.collect();
    match word.as_str() {
        "help" | "--help" | "-h" => Ok(Command::Help),
        "setup" => bare(&rest, Command::Setup),
        "build" => bare(&rest, Command::Build),
        "generate" => bare(&rest, Command::Generate),
        "fmt" => bare(&rest, Command::Format),
        "serve" => serve(rest),
        "test" => test(rest),
        "bench" => Ok(Command::Bench { arguments: rest }),
        "soak" => Ok(Command::Soak { arguments: rest }),
        other => Err(Error::Usage(format!("there is no command `{other}`"))),
    }
}

fn bare(rest: &[String], command: Command) -> Result<Command, Error> {
    match rest.first() {
        None => Ok(command),
        Some(extra) => Err(unknown(extra)),
    }
}

fn serve(rest: Vec<String>) -> Result<Command, Error> {
    let (mut port, mut prefix, mut isolate) = (8080, String::new(), false);
    let mut rest = rest.into_iter();
    while let Some(option) = rest.next() {
        match option.as_str() {
            "--port" => {
                let text = value(&option, rest.next())?;
                port = text.parse().map_err(|_| Error::Usage(format!("`{text}` is not a port")))?;
            }
            "--prefix" => prefix = value(&option, rest.next())?,
            "--isolate" => isolate = true,
            other => return Err(unknown(other)),
        }
    }
    Ok(Command::Serve { port, prefix, isolate })
}

fn test(rest: Vec<String>) -> Result<Command, Error> {
    let mut wanted = Vec::new();
    let mut rest = rest.into_iter();
    while let Some(option) = rest.next() {
        match option.as_str() {
            "--only" => {
                for name in value(&option, rest.next())?.split(',') {
                    let step = Step::ALL.into_iter().find(|step| step.name() == name);
                    wanted.push(step.ok_or_else(|| Error::Usage(format!("there is no step `{name}`")))?);
                }
            }
            other => return Err(unknown(other)),
        }
    }
    let chosen = |step: &Step| wanted.is_empty() || wanted.contains(step);
    Ok(Command::Test { steps: Step::ALL.into_iter().filter(chosen).collect() })
}

fn value(option: &str, value: Option<String>) -> Result<String, Error> {
    value.ok_or_else(|| Error::Usage(format!("{option} needs a value")))
}

fn unknown(argument: &str) -> Error {
    Error::Usage(format!("unexpected argument `{argument}`"))
}

#[cfg(test)]
mod unit {
    use super::*;

    fn parsed(line: &str) -> Option<Command> {
        parse(line.split_whitespace().map(str::to_owned)).ok()
    }

    #[test]
    fn commands_and_options_are_read() {
        assert_eq!(parsed(""), Some(Command::Help));
        let plain = Command::Serve { port: 8080, prefix: String::new(), isolate: false };
        assert_eq!(parsed("serve"), Some(plain));
        assert_eq!(
            parsed("serve --prefix /a/b --isolate --port 9000"),
            Some(Command::Serve { port: 9000, prefix: "/a/b".to_owned(), isolate: true })
        );
        assert_eq!(
            parsed("bench a.mp4 --json"),
            Some(Command::Bench { arguments: vec!["a.mp4".to_owned(), "--json".to_owned()] })
        );
        assert_eq!(
            parsed("soak --jobs 20"),
            Some(Command::Soak { arguments: vec!["--jobs".to_owned(), "20".to_owned()] })
        );
    }

    #[test]
    fn steps_run_in_their_own_order() {
        assert_eq!(parsed("test"), Some(Command::Test { steps: Step::ALL.to_vec() }));
        assert_eq!(parsed("test --only e2e,fmt"), Some(Command::Test { steps: vec![Step::Fmt, Step::E2e] }));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in
            ["dance", "build fast", "serve --port", "serve --port x", "test --only nothing", "test e2e"]
        {
            assert_eq!(parsed(line), None, "{line}");
        }
    }
}
