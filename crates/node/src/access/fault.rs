//! What is wrong with a set of policies.

use std::fmt;

use super::{Permission, Role};

/// Most faults told of one set.
pub const FAULTS_MAX: usize = 50;

/// One fault: file, line, what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// File, as the pack names it.
    pub file: String,
    /// Line on which the policy begins, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub hole: Hole,
}

/// What is wrong with a policy or the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hole {
    /// It does not read.
    Syntax(String),
    /// The schema does not read.
    Schema(String),
    /// It does not fit the schema: an action, a role or an attribute that is not there, another type.
    Unfit(String),
    /// It has a slot to be filled later; nothing fills it.
    Template,
    /// It opens something to everybody.
    Everybody,
    /// It opens everything.
    EveryAction,
    /// It names a role that no account can have.
    UnknownRole(String),
    /// The schema names an action the program never asks about.
    UnknownAction(String),
    /// The schema lacks an action the program asks about.
    MissingAction(&'static str),
    /// It fails when it is asked.
    Fails(String),
    /// The schema does not take what the program asks with.
    Shape(String),
    /// It opens what must stay shut.
    OpensShut {
        /// To whom.
        role: Role,
        /// What.
        permission: Permission,
    },
    /// A role may do nothing at all.
    Nothing(Role),
    /// More policies than are read.
    TooMany(usize),
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(fault) => write!(
                f,
                "is not a policy: {fault}. Write `permit (…);` or `forbid (…);`"
            ),
            Self::Schema(fault) => write!(
                f,
                "is not a schema: {fault}. Start from the schema of packs/id"
            ),
            Self::Unfit(fault) => write!(
                f,
                "does not fit the schema: {fault}. Use only what access/schema.cedarschema names"
            ),
            Self::Template => f.write_str(
                "has a slot (?principal, ?resource) that nothing fills. Name a role instead",
            ),
            Self::Everybody => f.write_str(
                "permits to everybody. Begin it with `permit (principal in Role::\"…\", …`",
            ),
            Self::EveryAction => {
                f.write_str("permits every action. List the actions: `action in [Action::\"…\"]`")
            }
            Self::UnknownRole(role) => write!(
                f,
                "names the role {role:?}, which no account has. Use one of {}",
                roles()
            ),
            Self::UnknownAction(action) => write!(
                f,
                "names the action {action:?}, which the program never asks about. Remove it"
            ),
            Self::MissingAction(action) => write!(
                f,
                "lacks the action {action:?}, which the program asks about. Add it"
            ),
            Self::Fails(fault) => write!(
                f,
                "fails when it is asked: {fault}. A rule must give an answer for every case"
            ),
            Self::Shape(fault) => write!(
                f,
                "does not take what the program asks with: {fault}. Start from the schema of packs/id"
            ),
            Self::OpensShut { role, permission } => write!(
                f,
                "opens {} to the role {:?}, which must stay shut. Take it out of this policy",
                permission.as_str(),
                role.as_str()
            ),
            Self::Nothing(role) => write!(
                f,
                "gives the role {:?} nothing at all. Write a permit for it",
                role.as_str()
            ),
            Self::TooMany(limit) => write!(f, "has more than {limit} policies. Put them together"),
        }
    }
}

fn roles() -> String {
    Role::ALL.map(Role::as_str).join(", ")
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.hole)
    }
}

/// Every fault found, in the order of files and lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFaults(pub Vec<PolicyFault>);

impl fmt::Display for PolicyFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().take(FAULTS_MAX).enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        if self.0.len() > FAULTS_MAX {
            write!(f, "\nand {} more", self.0.len() - FAULTS_MAX)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyFaults {}
