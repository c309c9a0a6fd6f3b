//! Two cases of the month with a plan of proof and a chain of custody: a theft that is nearly proved, a
//! fraud at its beginning. Through the same handlers as real work; all of it is made up.

use std::fmt::Write as _;

use pengayom_core::subject::case::{
    Bearing, CaseCommand, CaseStage, CustodyCommand, ProofCommand, TakeExhibit, TypeEvidence,
};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::media::Wanted;
use pengayom_node::{HandleError, Node};

use super::words::ProofWords;
use crate::fault::Fault;

/// Who proves: an investigator and a colleague at the desk, both of the unit itself.
pub(super) struct Provers<'a> {
    node: &'a Node,
    words: &'a ProofWords,
    one: &'a Staff,
    other: &'a Staff,
}

impl<'a> Provers<'a> {
    /// `None` where the unit has not both.
    pub(super) fn of(node: &'a Node, words: &'a ProofWords, staff: &'a [Staff]) -> Option<Self> {
        let with = |role| {
            let mut known = staff.iter();
            known.find(|it: &&Staff| it.roles.contains(&role) && it.station.is_none())
        };
        Some(Self {
            node,
            words,
            one: with(Role::Investigator)?,
            other: with(Role::Desk)?,
        })
    }

    /// Proves the latest open case of each, given latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn prove(&self, thefts: &[CaseId], frauds: &[CaseId]) -> Result<(), Fault> {
        if let Some(case) = self.open(thefts).await? {
            self.theft(case).await?;
        }
        if let Some(case) = self.open(frauds).await? {
            self.fraud(case).await?;
        }
        Ok(())
    }

    async fn open(&self, cases: &[CaseId]) -> Result<Option<CaseId>, Fault> {
        for case in cases {
            match self.node.case_history(self.one, *case).await {
                Ok(known) if known.case.stage != CaseStage::Closed => return Ok(Some(*case)),
                Ok(_) | Err(HandleError::CaseShut(_) | HandleError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// A stolen motorcycle that was found: a statement, the thing itself with a hand-over that waits, and
    /// one element still open.
    async fn theft(&self, case: CaseId) -> Result<(), Fault> {
        let words = self.words;
        self.name(case, "pencurian").await?;
        self.file(case, &words.statement).await?;
        self.typed(
            case,
            1,
            ("keterangan_saksi", "pemeriksaan_saksi"),
            &words.witness,
        )
        .await?;
        let take = TakeExhibit {
            description: words.thing.clone(),
            quantity: 1,
            seal: Some("SGL-0042".to_owned()),
            from: Some(words.from.clone()),
            place: words.place.clone(),
            rupiah: None,
        };
        let take = CaseCommand::Custody(CustodyCommand::Take(take));
        self.ask(self.one, case, take).await?;
        self.typed(case, 2, ("barang_bukti", "penyerahan"), &words.from)
            .await?;
        for (evidence, element, bearing) in [
            (1, "pencurian_mengambil", Bearing::Supports),
            (1, "pencurian_milik", Bearing::Supports),
            (2, "pencurian_barang", Bearing::Supports),
            (1, "pencurian_maksud", Bearing::Weakens),
        ] {
            self.link(case, evidence, ("pencurian", element), bearing)
                .await?;
        }
        let sought = ProofCommand::SeekOtherSide {
            found: true,
            text: words.other_side.clone(),
        };
        self.ask(self.one, case, CaseCommand::Proof(sought)).await?;
        self.ask(self.one, case, CaseCommand::Proof(ProofCommand::Submit))
            .await?;
        let offer = CustodyCommand::Offer {
            evidence: 2,
            to: self.other.id,
            note: Some(words.note.clone()),
        };
        self.ask(self.one, case, CaseCommand::Custody(offer)).await
    }

    async fn fraud(&self, case: CaseId) -> Result<(), Fault> {
        self.name(case, "penipuan").await?;
        self.file(case, &self.words.transfer).await?;
        self.typed(case, 1, ("surat", "dari_pelapor"), &self.words.reporter)
            .await?;
        let moved = ("penipuan", "penipuan_menggerakkan");
        self.link(case, 1, moved, Bearing::Supports).await
    }

    fn today(&self) -> jiff::civil::Date {
        self.node.unit().zone.to_datetime(self.node.now()).date()
    }

    async fn name(&self, case: CaseId, offence: &str) -> Result<(), Fault> {
        let today = self.today();
        let name = ProofCommand::NameOffence {
            offence: offence.to_owned(),
            from: None,
            until: Some(today),
            today,
        };
        self.ask(self.one, case, CaseCommand::Proof(name)).await
    }

    async fn file(&self, case: CaseId, told: &str) -> Result<(), Fault> {
        let mut intake = self.node.begin_file(Wanted::Evidence);
        intake.write(&page(told)).await?;
        let file = intake.finish().await?;
        let add = CaseCommand::AddEvidence {
            file,
            description: told.to_owned(),
            obtained_from: None,
            obtained_at: None,
        };
        self.ask(self.one, case, add).await
    }

    async fn typed(
        &self,
        case: CaseId,
        n: u32,
        (kind, way): (&str, &str),
        from: &str,
    ) -> Result<(), Fault> {
        let today = self.today();
        let told = TypeEvidence {
            evidence: n,
            kind: kind.to_owned(),
            way: way.to_owned(),
            on: today,
            today,
            collector: None,
            place: None,
            from: Some(from.to_owned()),
            number: None,
            urgent: None,
            witnesses: [None, None],
            copy_on: Some(today),
            recording: None,
            no_recording: None,
        };
        let told = ProofCommand::TypeEvidence(Box::new(told));
        self.ask(self.one, case, CaseCommand::Proof(told)).await
    }

    async fn link(
        &self,
        case: CaseId,
        evidence: u32,
        (offence, element): (&str, &str),
        bearing: Bearing,
    ) -> Result<(), Fault> {
        let link = ProofCommand::Link {
            evidence,
            offence: offence.to_owned(),
            element: element.to_owned(),
            bearing,
        };
        self.ask(self.one, case, CaseCommand::Proof(link)).await
    }

    async fn ask(&self, by: &Staff, case: CaseId, command: CaseCommand) -> Result<(), Fault> {
        self.node.change_case(by, case, None, command, None).await?;
        Ok(())
    }
}

/// A page of PDF 1.4 with one line, so that what can be downloaded can be read.
fn page(line: &str) -> Vec<u8> {
    let plain: String = line
        .chars()
        .filter(|sign| sign.is_ascii() && !matches!(sign, '(' | ')' | '\\'))
        .collect();
    let text = format!("BT /F1 12 Tf 50 780 Td ({plain}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (n, object) in (1..).zip(&objects) {
        places.push(file.len());
        // Writing to a `String` cannot fail.
        let _ = write!(file, "{n} 0 obj\n{object}\nendobj\n");
    }
    let at = file.len();
    let count = objects.len() + 1;
    let _ = write!(file, "xref\n0 {count}\n0000000000 65535 f \n");
    for place in places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ = write!(
        file,
        "trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n"
    );
    file.into_bytes()
}
