//! `clipfit man`: prints the manual page, or writes pages for all commands into a folder.

use crate::error::Error;
use crate::options::{EXIT_CODES, Options};
use clap::CommandFactory;
use clap_mangen::Man;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) fn run(folder: Option<&Path>) -> Result<(), Error> {
    match folder {
        Some(folder) => {
            let not_written = |source| Error::NotWritten { path: folder.to_owned(), source };
            fs::create_dir_all(folder).map_err(not_written)?;
            clap_mangen::generate_to(Options::command(), folder).map_err(not_written)?;
            fs::write(folder.join("clipfit.1"), page().map_err(not_written)?).map_err(not_written)
        }
        None => {
            let not_written = |source| Error::NotWritten { path: PathBuf::from("standard output"), source };
            let page = page().map_err(not_written)?;
            io::stdout().lock().write_all(&page).map_err(not_written)
        }
    }
}

/// Returns the page of the program itself, with a section for the exit codes.
fn page() -> io::Result<Vec<u8>> {
    let man = Man::new(Options::command());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_subcommands_section(&mut page)?;
    writeln!(page, ".SH \"EXIT STATUS\"")?;
    for (code, meaning) in EXIT_CODES {
        writeln!(page, ".TP\n\\fB{code}\\fR\n{meaning}")?;
    }
    man.render_version_section(&mut page)?;
    Ok(page)
}
