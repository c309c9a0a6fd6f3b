//! What witnesses are asked, and what becomes of their answers (C2SP tlog-witness). The asking over
//! the network is the shell's.

use pengayom_ledger::witness::{AddCheckpoint, take_answer};
use pengayom_ledger::{
    SignedCheckpoint, VerifierKey, needed_to_prove_consistency, prove_consistency,
};
use pengayom_store::ledger::Cosignature;

use crate::Node;
use crate::ledger::LedgerError;

/// What to ask a witness.
#[derive(Debug)]
pub enum Asking {
    /// Nothing: no checkpoint yet, or it has cosigned the last.
    Nothing,
    /// To cosign this.
    This(Box<AddCheckpoint>),
    /// The witness knows a larger ledger than there is: the store was set back to an older state.
    SetBack {
        /// How many acts the witness saw.
        known: u64,
        /// How many there are.
        found: u64,
    },
}

impl Node {
    /// What to ask a witness. `known` is the size it is believed to know: then it is asked even if
    /// there is nothing new. Without, it is what it cosigned last as far as this node remembers.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn asking(
        &self,
        witness: &VerifierKey,
        known: Option<u64>,
    ) -> Result<Asking, LedgerError> {
        let unit = self.unit().id.clone();
        let Some(ledger) = self.store.ledger(&unit).await? else {
            return Ok(Asking::Nothing);
        };
        let Some(text) = &ledger.checkpoint else {
            return Ok(Asking::Nothing);
        };
        let size = ledger.published_size;
        let last = self.cosigned(witness).await?;
        let old = known.unwrap_or(last);
        if old > size {
            return Ok(Asking::SetBack {
                known: old,
                found: size,
            });
        }
        if known.is_none() && last == size {
            return Ok(Asking::Nothing);
        }
        let proof = if old == 0 {
            Vec::new()
        } else {
            let needed = needed_to_prove_consistency(old, size)?;
            prove_consistency(old, size, &self.tiles(&unit, needed).await?)?
        };
        Ok(Asking::This(Box::new(AddCheckpoint {
            old,
            proof,
            checkpoint: SignedCheckpoint::parse(text)?,
        })))
    }

    /// How many acts the ledger had when this witness cosigned it last, as far as this node
    /// remembers; 0 for never.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn cosigned(&self, witness: &VerifierKey) -> Result<u64, LedgerError> {
        let cosigned = self.store.cosignatures(&self.unit().id).await?;
        let mut cosigned = cosigned.iter();
        let last = cosigned.find(|one| one.witness == witness.name());
        Ok(last.map_or(0, |one| one.size))
    }

    /// Keeps a witness's answer, if it is right.
    ///
    /// # Errors
    /// [`LedgerError::Note`] when it is not; then nothing is kept.
    pub async fn keep_cosignature(
        &self,
        asked: &AddCheckpoint,
        answer: &str,
        witness: &VerifierKey,
    ) -> Result<(), LedgerError> {
        let mut checkpoint = asked.checkpoint.clone();
        take_answer(&mut checkpoint, answer, std::slice::from_ref(witness))?;
        let mut lines = checkpoint.note().signatures().iter();
        let Some(line) = lines.find(|line| line.id() == witness.id()) else {
            return Ok(());
        };
        let cosignature = Cosignature {
            witness: witness.name().to_owned(),
            size: checkpoint.checkpoint().size(),
            line: line.to_string().trim_end().to_owned(),
            at: self.now(),
        };
        let unit = self.unit().id.clone();
        self.store.put_cosignature(&unit, cosignature).await?;
        Ok(())
    }
}
