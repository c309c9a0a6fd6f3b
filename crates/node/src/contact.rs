//! What persons are found by: keyed hashes of telephone numbers and mail addresses.

use pengayom_core::value::{CaseNumber, ContactKey, PersonId, SecretHash};

use pengayom_store::rows::CaseRow;

use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::seal::PersonDetails;

/// Persons read and hashed at a time.
const BATCH: u32 = 200;

impl Node {
    /// The keyed hash by which whoever has this number or address is found.
    pub(crate) fn contact_hash(&self, contact: &ContactKey) -> SecretHash {
        if self.left_out.sealing {
            // As it is, in the same room.
            let mut open = [0_u8; 32];
            for (to, from) in open.iter_mut().zip(contact.as_bytes()) {
                *to = *from;
            }
            return SecretHash(open);
        }
        self.hash(Purpose::ContactSearch, contact.as_bytes())
    }

    /// The keyed hashes of a person's number and address.
    pub(crate) fn contact_hashes(&self, details: &PersonDetails) -> Vec<SecretHash> {
        let phone = details.phone.as_deref().and_then(ContactKey::phone);
        let mail = details.email.as_deref().and_then(ContactKey::mail);
        phone
            .iter()
            .chain(&mail)
            .map(|contact| self.contact_hash(contact))
            .collect()
    }

    /// Cases whose words fit, that the staff member may see. A telephone number or mail address also
    /// finds the cases of whoever has it, first, for those who may read who reported.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn search_cases(
        &self,
        by: &Staff,
        words: &str,
        limit: u32,
    ) -> Result<Vec<CaseRow>, HandleError> {
        by.require(Permission::ReadCase)?;
        let unit = self.unit();
        let contact = ContactKey::typed(words).filter(|_| by.may(Permission::ReadPerson));
        let mut rows = match contact {
            Some(contact) => {
                let hash = self.contact_hash(&contact);
                self.store.cases_by_contact(&unit.id, hash, limit).await?
            }
            None => Vec::new(),
        };
        for row in self.store.search_cases(&unit.id, words, limit).await? {
            if rows.iter().all(|known| known.id != row.id) {
                rows.push(row);
            }
        }
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        // That words fit a case tells something of it: only what is open to the reader is found. Whoever
        // has its number, such as its reporter at the desk, is told that it is there.
        let number: Option<CaseNumber> = words.trim().parse().ok();
        rows.retain(|row| match self.sight_of(by, row) {
            Sight::Open => true,
            Sight::Waits => {
                number.is_some() && row.number == number && by.may(Permission::ReadSensitiveCase)
            }
            Sight::Hidden => false,
        });
        Ok(rows)
    }

    /// Gives every person in the store the hashes they are found by; those who have them keep them.
    /// Safe to do again, and to stop anywhere.
    ///
    /// # Errors
    /// The store's. A person whose details do not open is passed over.
    pub(crate) async fn hash_contacts(&self) -> Result<(), HandleError> {
        let unit = self.unit().id.clone();
        let mut after: Option<PersonId> = None;
        let mut closed = 0_u32;
        loop {
            let persons = self.store.persons_after(&unit, after, BATCH).await?;
            let Some(last) = persons.last() else { break };
            after = Some(last.id);
            let mut contacts = Vec::new();
            for person in &persons {
                match self.open_person(person) {
                    Ok(details) => contacts.extend(
                        self.contact_hashes(&details)
                            .into_iter()
                            .map(|hash| (hash, person.id)),
                    ),
                    Err(_) => closed += 1,
                }
            }
            if !contacts.is_empty() {
                self.store.put_contacts(&unit, &contacts).await?;
            }
        }
        if closed > 0 {
            tracing::warn!(
                closed,
                "persons whose details do not open are not found by number"
            );
        }
        Ok(())
    }
}
