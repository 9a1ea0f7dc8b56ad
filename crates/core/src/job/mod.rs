//! The job: carries out what is wished of a clip. A state machine that is fed events and answers with commands.

pub mod outcome;
pub mod package;
pub mod prelude;
pub mod session;
pub mod verify;

use crate::clip::facts::MediaFacts;
use crate::machine::Machine;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::step::{Command, Event};
use crate::wishes::Wishes;
use package::PackageSession;
use session::Session;

/// One clip on its way to one file or to many.
#[derive(Debug)]
pub enum Job {
    /// To one.
    One(Box<Session>),
    /// To a package.
    Package(Box<PackageSession>),
}

impl Job {
    /// For a plan made from `facts` and `wishes` for this machine.
    pub fn new(facts: MediaFacts, wishes: Wishes, plan: Plan, machine: Machine) -> Job {
        match PackageSession::new(&facts, &wishes, plan.clone(), machine) {
            Some(package) => Job::Package(Box::new(package)),
            None => Job::One(Box::new(Session::new(facts, wishes, plan, machine))),
        }
    }

    /// As `Session::handle`.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        match self {
            Job::One(session) => session.handle(event),
            Job::Package(session) => session.handle(event),
        }
    }

    /// As `Session::progress`.
    pub fn progress(&mut self) -> Progress {
        match self {
            Job::One(session) => session.progress(),
            Job::Package(session) => session.progress(),
        }
    }
}
