//! Files of a case held to what they were when they were put there (S13).

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{CaseCommand, CaseRefusal, ProofCommand, ProofRefusal};
use pengayom_core::value::CaseId;
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseCursor, CaseOrder, CasePage, CaseQuery, StoreError};
use sha2::{Digest as _, Sha256};

use super::RETRIES;
use super::case::CaseHistory;
use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;

/// Most cases on one page of things in keeping.
const PAGE: u32 = 50;

/// Most cases with evidence that is wrong that are read for a list.
const WRONG_READ: u32 = 100;

/// Under which name the program marks files.
const JOB: &str = "file check";

impl Node {
    /// Cases with something in keeping that are open to somebody, a page at a time, the latest filed first.
    /// A page may be short: what is shut to them is left out.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn in_keeping(
        &self,
        by: &Staff,
        after: Option<CaseCursor>,
    ) -> Result<CasePage, HandleError> {
        by.require(Permission::ReadCase)?;
        let query = CaseQuery {
            exhibits: true,
            after,
            limit: PAGE,
            ..CaseQuery::default()
        };
        let mut page = self.store.cases(&self.unit().id, &query).await?;
        page.rows
            .retain(|row| self.sight_of(by, row) == Sight::Open);
        Ok(page)
    }

    /// Cases with a file of evidence that was altered, or with money that was counted, differs, and was not
    /// explained: the earliest filed first. Kinds kept narrow are left out for those who may not read them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn evidence_wrong(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        let query = CaseQuery {
            evidence_wrong: true,
            order: CaseOrder::EvidenceWrong,
            limit: WRONG_READ,
            ..CaseQuery::default()
        };
        Ok(self.list_cases(by, query).await?.rows)
    }

    /// Reads a file of a case whole and holds it to its name; where its content is no longer what was
    /// put there, the evidence is marked and counts no longer. `true`: it is what it was.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for a file that is not one of the case or whose content was erased, or
    /// the store's.
    pub async fn hold_to_its_hash(
        &self,
        history: &CaseHistory,
        sha256: &str,
    ) -> Result<bool, HandleError> {
        let piece = history.case.proof.piece_of_file(sha256);
        if piece.is_some_and(|(_, piece)| piece.altered) {
            return Ok(false);
        }
        let found = self.hash_of_file(sha256).await?;
        if found.as_deref() == Some(sha256) {
            return Ok(true);
        }
        tracing::error!(sha256, "a file of a case is no longer what was put there");
        if piece.is_some() {
            self.mark_altered(history.id, sha256, found).await?;
        }
        Ok(false)
    }

    /// SHA-256 of what is kept as a file; `None`: it cannot be read whole.
    async fn hash_of_file(&self, sha256: &str) -> Result<Option<String>, HandleError> {
        let file = self.file(sha256).await?;
        if file.body.is_none() {
            return Err(HandleError::NotFound("file"));
        }
        let end = file.size_bytes;
        let mut reader = self.read_file(file, 0, end);
        let mut hash = Sha256::new();
        loop {
            match reader.next().await {
                Ok(Some(part)) => hash.update(&part),
                Ok(None) => break,
                Err(StoreError::Damaged { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        let digits = hash
            .finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                use std::fmt::Write as _;
                // Writing to a `String` cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            });
        Ok(Some(digits))
    }

    async fn mark_altered(
        &self,
        id: CaseId,
        sha256: &str,
        found: Option<String>,
    ) -> Result<(), HandleError> {
        let actor = Actor::Program {
            job: JOB.to_owned(),
        };
        let moment = self.moment(None);
        for _ in 0..RETRIES {
            let known = self.known_case(id).await?;
            let mark = CaseCommand::Proof(ProofCommand::MarkAltered {
                file: sha256.to_owned(),
                found: found.clone(),
            });
            let done = Box::pin(self.append_command(id, known, mark, &actor, moment, None)).await;
            match done {
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                // Somebody else found it at the same time.
                Err(HandleError::Case(CaseRefusal::Proof(ProofRefusal::NothingToMark))) => {
                    return Ok(());
                }
                other => return other.map(|_| ()),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }
}
