//! Installs exactly the npm packages of package-lock.json.

use std::fs;

use super::announce;
use crate::{error::Error, process::Workspace};

const LOCK: &str = "package-lock.json";
/// A copy of the lock file that node_modules was last installed from.
const STAMP: &str = "target/npm-installed.json";

/// Installs them if node_modules is missing or the lock file has changed.
pub(super) fn install(workspace: &Workspace) -> Result<(), Error> {
    let (lock, stamp) = (workspace.join(LOCK), workspace.join(STAMP));
    let wanted = fs::read(&lock).map_err(Error::file(lock))?;
    let up_to_date = workspace.join("node_modules/.bin").is_dir()
        && fs::read(&stamp).is_ok_and(|installed| installed == wanted);
    if up_to_date {
        return Ok(());
    }
    announce("installing npm packages", "ten seconds");
    workspace.run_aside("npm", &["ci", "--no-audit", "--no-fund"])?;
    fs::write(&stamp, wanted).map_err(Error::file(stamp))
}

#[cfg(test)]
mod unit {
    /// A server's address in the lock file would tie everyone to that server.
    #[test]
    fn the_lock_file_names_no_server() {
        assert!(!include_str!("../../../../package-lock.json").contains("\"resolved\""));
    }
}
