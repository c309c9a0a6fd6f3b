//! How somebody was told their rights: the usual case, and how it is recorded.

use super::{GiveRights, ListGiven, Manner, RightsGiven, Signing};

impl GiveRights {
    /// Told aloud and in print to somebody grown up, who understood and signed.
    pub fn understood(person: u32, language: &str) -> Self {
        Self {
            person,
            manner: Manner::Both,
            language: language.to_owned(),
            interpreter: false,
            guardian: None,
            adviser: None,
            absent: String::new(),
            understood: true,
            help: String::new(),
            signing: Signing::Signed,
        }
    }

    /// The same as it is recorded, with the lists that were told.
    pub(crate) fn recorded(self, lists: Vec<ListGiven>) -> RightsGiven {
        RightsGiven {
            person: self.person,
            lists,
            manner: self.manner,
            language: self.language,
            interpreter: self.interpreter,
            guardian: self.guardian,
            adviser: self.adviser,
            absent: self.absent,
            understood: self.understood,
            help: self.help,
            signing: self.signing,
        }
    }
}
