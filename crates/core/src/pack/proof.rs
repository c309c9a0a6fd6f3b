//! What the rules of proof ask a pack: offences, evidence, and the codes they stand in.

use super::evidence::{EvidenceLaw, EvidenceRule};
use super::lang::Localized;
use super::offence::{Codes, Offence};

/// The law of proof as a pack states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofLaw {
    /// The criminal codes.
    pub codes: Codes,
    /// What is said of acts of before the change.
    pub milder_words: Localized,
    /// Offences, in the order they are offered.
    pub offences: Vec<Offence>,
    /// Evidence.
    pub evidence: EvidenceLaw,
}

impl ProofLaw {
    /// The offence with this code.
    #[must_use]
    pub fn offence(&self, code: &str) -> Option<&Offence> {
        let mut all = self.offences.iter();
        all.find(|known| known.code.as_str() == code)
    }

    /// How much evidence an offence needs.
    #[must_use]
    pub fn enough(&self, offence: &Offence) -> Option<&EvidenceRule> {
        let rule = offence.minimum.as_ref().unwrap_or(&self.evidence.minimum);
        self.evidence.rule(rule.as_str())
    }
}

impl ProofLaw {
    /// A small law for trying rules without a pack: `theft` of two elements needs two pieces of evidence,
    /// `assault` one that somebody says and one more; the codes changed on 2 January 2026.
    #[doc(hidden)]
    #[must_use]
    pub fn trial() -> Self {
        trial::law()
    }
}

mod trial {
    use jiff::civil::date;

    use super::super::code::{CollectionCode, ElementCode, EvidenceCode, OffenceCode, RuleCode};
    use super::super::evidence::{
        Collection, EvidenceLaw, EvidenceRule, EvidenceType, Nature, Need,
    };
    use super::super::lang::Localized;
    use super::super::offence::{Codes, ComplaintOnly, Element, Offence};
    use super::super::read::FromCode as _;
    use super::super::source::{Certainty, Sourced};
    use super::ProofLaw;

    fn sourced() -> Sourced {
        Sourced {
            source: String::new(),
            certainty: Certainty::Draft,
            verify: None,
        }
    }

    fn codes() -> Codes {
        Codes {
            new_from: date(2026, 1, 2),
            old: Localized::default(),
            new: Localized::default(),
            sourced: sourced(),
        }
    }

    fn offence(code: &str, elements: [&str; 2], minimum: &str) -> Offence {
        let element = |code: &str| Element {
            code: ElementCode::from_code(code.to_owned()),
            text: Localized::default(),
            of: None,
        };
        Offence {
            code: OffenceCode::from_code(code.to_owned()),
            name: Localized::default(),
            article_old: "1".to_owned(),
            article_new: "2".to_owned(),
            elements: elements.map(element).to_vec(),
            complaint_only: ComplaintOnly::No,
            complaint_note: None,
            penalty_old: None,
            penalty_old_certainty: None,
            penalty_new: None,
            penalty_words: None,
            lookalike: None,
            minimum: Some(RuleCode::from_code(minimum.to_owned())),
            sourced: sourced(),
        }
    }

    fn kind(code: &str, nature: Nature, collectable: bool) -> EvidenceType {
        EvidenceType {
            code: EvidenceCode::from_code(code.to_owned()),
            name: Localized::default(),
            law: String::new(),
            nature,
            collectable,
            sourced: sourced(),
        }
    }

    fn way(code: &str, needs: &[Need]) -> Collection {
        Collection {
            code: CollectionCode::from_code(code.to_owned()),
            name: Localized::default(),
            law: String::new(),
            needs: needs.to_vec(),
            copy_within_days: Some(2),
            sourced: sourced(),
        }
    }

    fn rule(code: &str, with_statement: bool) -> EvidenceRule {
        EvidenceRule {
            code: RuleCode::from_code(code.to_owned()),
            rule: Localized::default(),
            product: Localized::default(),
            minimum: Some(2),
            with_statement,
            sourced: sourced(),
        }
    }

    pub(super) fn law() -> ProofLaw {
        ProofLaw {
            codes: codes(),
            milder_words: Localized::default(),
            offences: vec![
                offence("theft", ["takes", "not_own"], "two"),
                offence("assault", ["hits", "hurts"], "one_and_one"),
            ],
            evidence: EvidenceLaw {
                codes: codes(),
                types_old: vec![kind("paper", Nature::Document, true)],
                types_new: vec![
                    kind("statement", Nature::Statement, true),
                    kind("document", Nature::Document, true),
                    kind("thing", Nature::Exhibit, true),
                    kind("judge", Nature::Judge, false),
                ],
                collections: vec![
                    way("free", &[]),
                    way(
                        "permit",
                        &[Need::Number, Need::TwoWitnesses, Need::CopyGiven],
                    ),
                    way("urgent", &[Need::UrgentReason]),
                    way("suspect", &[Need::Recording]),
                ],
                rules: vec![rule("two", false), rule("one_and_one", true)],
                minimum: RuleCode::from_code("two".to_owned()),
            },
        }
    }
}
