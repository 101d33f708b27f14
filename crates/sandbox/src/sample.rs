//! What is made: a company, its history, and whom to look at it as.

use portcullis_model::{ChangeSet, Context, Id, User, World};

/// One step of the company's history.
#[derive(Clone, Debug)]
pub struct Step {
    /// Who did it, and when.
    pub context: Context,
    /// What was done.
    pub change: ChangeSet,
}

/// Somebody worth looking at the program as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    /// Who.
    pub user: Id<User>,
    /// What to try as them, in a line.
    pub note: String,
}

/// A generated company.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its history, oldest first, from an empty world.
    pub steps: Vec<Step>,
    /// Where the history leads.
    pub world: World,
    /// Whom the demo offers, an admin first.
    pub personas: Vec<Persona>,
}
