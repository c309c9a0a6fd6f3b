//! Chains of custody: nobody is both sides, and what differs is not lost.

use proptest::prelude::*;

use super::*;
use crate::subject::case::proof::tests::Story;
use crate::subject::case::{CaseCommand, CaseRefusal};
use crate::subject::testing::{by, officer};

fn ask(story: &mut Story, who: u128, command: CustodyCommand) -> Result<Vec<CaseAct>, CaseRefusal> {
    story.ask(&by(who), CaseCommand::Custody(command))
}

fn take(rupiah: Option<u64>) -> CustodyCommand {
    CustodyCommand::Take(TakeExhibit {
        description: "Amplop.".to_owned(),
        quantity: 1,
        seal: Some(" SGL-1 ".to_owned()),
        from: None,
        place: "Lemari A.".to_owned(),
        rupiah,
    })
}

fn offer(to: u128) -> CustodyCommand {
    CustodyCommand::Offer {
        evidence: 1,
        to: officer(to),
        note: None,
    }
}

fn accept(counted: Option<u64>) -> CustodyCommand {
    CustodyCommand::Accept {
        evidence: 1,
        place: "Gudang.".to_owned(),
        counted,
    }
}

fn propose(counted: Option<u64>) -> CustodyCommand {
    CustodyCommand::Propose {
        evidence: 1,
        leaving: Leaving {
            way: Disposal::Returned,
            recipient: Some("Pemilik.".to_owned()),
            letter: "B/1".to_owned(),
            reason: "Selesai.".to_owned(),
            counted,
        },
    }
}

const fn confirm(counted: Option<u64>) -> CustodyCommand {
    CustodyCommand::Confirm {
        evidence: 1,
        counted,
    }
}

fn send(counted: Option<u64>) -> CustodyCommand {
    CustodyCommand::Send {
        evidence: 1,
        to: Outside::Prosecutor,
        recipient: "Jaksa.".to_owned(),
        letter: "B/3".to_owned(),
        counted,
    }
}

fn back(counted: Option<u64>) -> CustodyCommand {
    CustodyCommand::TakeBack {
        evidence: 1,
        note: "Utuh.".to_owned(),
        place: "Gudang.".to_owned(),
        seal: Some("SGL-2".to_owned()),
        counted,
    }
}

fn explain() -> CustodyCommand {
    CustodyCommand::Explain {
        evidence: 1,
        text: "Salah hitung.".to_owned(),
    }
}

fn refused(result: Result<Vec<CaseAct>, CaseRefusal>) -> CustodyRefusal {
    match result {
        Err(CaseRefusal::Custody(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn with(rupiah: Option<u64>) -> Story {
    let mut story = Story::new();
    ask(&mut story, 1, take(rupiah)).unwrap();
    story
}

fn thing(story: &Story) -> &Exhibit {
    story
        .case
        .proof
        .piece(1)
        .unwrap()
        .exhibit
        .as_deref()
        .unwrap()
}

#[test]
fn a_thing_passes_when_the_colleague_accepts_it_and_not_before() {
    // S13
    let mut story = with(None);
    assert_eq!(thing(&story).seal.as_deref(), Some("SGL-1"));
    ask(&mut story, 1, offer(2)).unwrap();
    assert_eq!(thing(&story).officer(), Some(officer(1)));
    assert_eq!(
        refused(ask(&mut story, 1, offer(3))),
        CustodyRefusal::OfferPending
    );
    // Neither the one who offers it nor a third accepts it.
    for other in [1, 3] {
        assert_eq!(
            refused(ask(&mut story, other, accept(None))),
            CustodyRefusal::NotOffered
        );
    }
    ask(&mut story, 2, accept(None)).unwrap();
    assert_eq!(thing(&story).officer(), Some(officer(2)));
    assert_eq!(thing(&story).place, "Gudang.");
    let holder = Some(officer(2));
    assert_eq!(
        refused(ask(&mut story, 1, offer(3))),
        CustodyRefusal::NotHolder { holder }
    );
    assert_eq!(
        refused(ask(&mut story, 2, offer(2))),
        CustodyRefusal::ToOneself
    );
}

#[test]
fn an_offer_is_declined_taken_back_or_lapses() {
    // S13
    let mut story = with(None);
    let end = || CustodyCommand::EndOffer {
        evidence: 1,
        reason: "Segel rusak.".to_owned(),
    };
    for who in [2, 1] {
        ask(&mut story, 1, offer(2)).unwrap();
        assert_eq!(
            refused(ask(&mut story, 3, end())),
            CustodyRefusal::NotOffered
        );
        ask(&mut story, who, end()).unwrap();
        assert_eq!(thing(&story).offer, None);
    }
    ask(&mut story, 1, offer(2)).unwrap();
    story.pass(60 * OFFER_HOLDS_HOURS);
    assert!(matches!(
        refused(ask(&mut story, 2, accept(None))),
        CustodyRefusal::OfferLapsed { .. }
    ));
    let until = thing(&story).offer.unwrap().until();
    assert_eq!(thing(&story).faults(until), [CustodyFault::OfferLapsed]);
    // It may be offered anew.
    ask(&mut story, 1, offer(3)).unwrap();
    ask(&mut story, 3, accept(None)).unwrap();
    assert_eq!(thing(&story).faults(until), []);
}

#[test]
fn an_end_takes_two_and_is_the_end() {
    // S13
    let mut story = with(None);
    assert_eq!(
        refused(ask(&mut story, 2, confirm(None))),
        CustodyRefusal::NotProposed
    );
    ask(&mut story, 1, propose(None)).unwrap();
    assert_eq!(
        refused(ask(&mut story, 1, confirm(None))),
        CustodyRefusal::OwnProposal
    );
    assert_eq!(
        refused(ask(&mut story, 1, offer(2))),
        CustodyRefusal::ProposalPending
    );
    ask(&mut story, 2, confirm(None)).unwrap();
    assert_eq!(thing(&story).holder, Holder::Gone(Disposal::Returned));
    assert_eq!(
        refused(ask(&mut story, 1, offer(2))),
        CustodyRefusal::NotHolder { holder: None }
    );
}

#[test]
fn money_is_counted_by_both_and_a_difference_is_explained_by_a_third() {
    // S13
    let mut story = with(Some(1_000));
    ask(&mut story, 1, offer(2)).unwrap();
    assert_eq!(
        refused(ask(&mut story, 2, accept(None))),
        CustodyRefusal::CountMissing
    );
    let acts = ask(&mut story, 2, accept(Some(900))).unwrap();
    assert!(matches!(
        acts.as_slice(),
        [
            CaseAct::HandoverAccepted(_),
            CaseAct::CountDiffered(CountDiffered {
                expected: 1_000,
                counted: 900,
                ..
            }),
        ]
    ));
    assert_eq!(
        thing(&story).faults(thing(&story).since),
        [CustodyFault::CountDiffers]
    );
    assert_eq!(
        refused(ask(&mut story, 2, propose(Some(900)))),
        CustodyRefusal::DifferenceOpen
    );
    for party in [1, 2] {
        assert_eq!(
            refused(ask(&mut story, party, explain())),
            CustodyRefusal::OwnDifference
        );
    }
    ask(&mut story, 3, explain()).unwrap();
    assert_eq!(
        (thing(&story).rupiah, thing(&story).difference),
        (Some(900), None)
    );
    // What differs at the end stays where it is.
    ask(&mut story, 2, propose(Some(900))).unwrap();
    let acts = ask(&mut story, 3, confirm(Some(800))).unwrap();
    assert!(matches!(acts.as_slice(), [CaseAct::CountDiffered(_)]));
    assert_eq!(thing(&story).officer(), Some(officer(2)));
}

#[test]
fn a_thing_goes_to_a_laboratory_and_comes_back_under_a_new_seal() {
    // S13
    let mut story = with(None);
    let to_laboratory = CustodyCommand::Send {
        evidence: 1,
        to: Outside::Laboratory,
        recipient: "Petugas labfor.".to_owned(),
        letter: "B/2".to_owned(),
        counted: None,
    };
    ask(&mut story, 1, to_laboratory).unwrap();
    assert_eq!(thing(&story).holder, Holder::Outside(Outside::Laboratory));
    // Another officer than who sent it takes it back.
    assert_eq!(
        refused(ask(&mut story, 1, back(None))),
        CustodyRefusal::ToOneself
    );
    ask(&mut story, 2, back(None)).unwrap();
    assert_eq!(thing(&story).officer(), Some(officer(2)));
    assert_eq!(thing(&story).seal.as_deref(), Some("SGL-2"));
    assert_eq!(
        refused(ask(&mut story, 2, back(None))),
        CustodyRefusal::NotOutside
    );
}

#[test]
fn money_that_differs_neither_goes_out_nor_comes_back_unexplained() {
    // S13
    let mut story = with(Some(1_000));
    ask(&mut story, 1, offer(2)).unwrap();
    ask(&mut story, 2, accept(Some(900))).unwrap();
    assert_eq!(
        refused(ask(&mut story, 2, send(Some(900)))),
        CustodyRefusal::DifferenceOpen
    );
    ask(&mut story, 3, explain()).unwrap();
    ask(&mut story, 2, send(Some(900))).unwrap();
    ask(&mut story, 3, confirm(Some(900))).unwrap();
    assert_eq!(thing(&story).sent_by, Some(officer(2)));
    // As a case reads in which it was sent before that was refused.
    let at = thing(&story).since;
    let exhibit = story.case.proof.exhibit_mut(1).unwrap();
    exhibit.difference = Some(Difference {
        expected: 900,
        counted: 800,
        had: Some(officer(1)),
        by: Some(officer(2)),
        at,
    });
    assert_eq!(
        refused(ask(&mut story, 1, back(Some(900)))),
        CustodyRefusal::DifferenceOpen
    );
}

#[test]
fn money_goes_outside_when_two_counted_it_and_a_count_that_differs_keeps_it_here() {
    // S13
    let mut story = with(Some(1_000));
    assert_eq!(
        refused(ask(&mut story, 1, send(None))),
        CustodyRefusal::CountMissing
    );
    // Who sends it counts short: it stays, and a third explains.
    let acts = ask(&mut story, 1, send(Some(900))).unwrap();
    assert!(matches!(acts.as_slice(), [CaseAct::CountDiffered(_)]));
    assert_eq!(thing(&story).officer(), Some(officer(1)));
    ask(&mut story, 2, explain()).unwrap();

    let acts = ask(&mut story, 1, send(Some(900))).unwrap();
    assert!(matches!(acts.as_slice(), [CaseAct::DisposalProposed(_)]));
    assert_eq!(thing(&story).officer(), Some(officer(1)));
    assert_eq!(
        refused(ask(&mut story, 1, confirm(Some(900)))),
        CustodyRefusal::OwnProposal
    );
    assert_eq!(
        refused(ask(&mut story, 2, confirm(None))),
        CustodyRefusal::CountMissing
    );
    // The second counts short: it stays as well.
    ask(&mut story, 2, confirm(Some(800))).unwrap();
    assert_eq!(thing(&story).officer(), Some(officer(1)));
    ask(&mut story, 3, explain()).unwrap();
    ask(&mut story, 2, confirm(Some(800))).unwrap();
    assert_eq!(thing(&story).holder, Holder::Outside(Outside::Prosecutor));
    assert_eq!(thing(&story).sent_by, Some(officer(1)));
}

#[test]
fn money_is_counted_when_it_comes_back_and_what_differs_stands_beside_it() {
    // S13
    let mut story = with(Some(1_000));
    ask(&mut story, 1, send(Some(1_000))).unwrap();
    ask(&mut story, 2, confirm(Some(1_000))).unwrap();
    assert_eq!(
        refused(ask(&mut story, 2, back(None))),
        CustodyRefusal::CountMissing
    );
    let acts = ask(&mut story, 2, back(Some(700))).unwrap();
    let [
        CaseAct::ExhibitBack(returned),
        CaseAct::CountDiffered(differed),
    ] = acts.as_slice()
    else {
        panic!("{acts:?}");
    };
    assert_eq!(returned.counted, Some(700));
    // Who sent it had it, as far as the unit knows, and so does not explain it.
    assert_eq!(differed.had, Some(officer(1)));
    for party in [1, 2] {
        assert_eq!(
            refused(ask(&mut story, party, explain())),
            CustodyRefusal::OwnDifference
        );
    }
    ask(&mut story, 3, explain()).unwrap();
    assert_eq!(thing(&story).rupiah, Some(700));
    assert_eq!(thing(&story).officer(), Some(officer(2)));
}

/// Any step, by any of three officers, whether or not it is allowed.
fn step() -> impl Strategy<Value = (u128, CustodyCommand)> {
    let what = prop_oneof![
        (1_u128..4).prop_map(offer),
        Just(accept(None)),
        Just(propose(None)),
        Just(confirm(None)),
        Just(send(None)),
        Just(back(None)),
    ];
    (1_u128..4, what)
}

/// Any step with money, counted as it should be or short, by any of four officers.
fn step_with_money() -> impl Strategy<Value = (u128, CustodyCommand)> {
    let counted = prop_oneof![Just(None), Just(Some(1_000_u64)), Just(Some(900))];
    let what = (0..8_u8, 1_u128..5, counted).prop_map(|(what, to, counted)| match what {
        0 => offer(to),
        1 => accept(counted),
        2 => propose(counted),
        3 | 4 => confirm(counted),
        5 => send(counted),
        6 => back(counted),
        _ => explain(),
    });
    (1_u128..5, what)
}

proptest! {
    // S13: money passes to nobody and from nowhere without a count, and a count that differs is recorded with it.
    #[test]
    fn money_never_passes_uncounted(steps in proptest::collection::vec(step_with_money(), 0..60)) {
        let mut story = with(Some(1_000));
        for (who, command) in steps {
            let (holder, amount) = (thing(&story).holder, thing(&story).rupiah);
            let Ok(acts) = ask(&mut story, who, command) else { continue };
            if thing(&story).holder == holder {
                continue;
            }
            let counted = acts.iter().find_map(|act| match act {
                CaseAct::HandoverAccepted(it) => it.counted,
                CaseAct::ExhibitBack(it) => it.counted,
                CaseAct::DisposalConfirmed(it) => it.counted,
                _ => None,
            });
            prop_assert!(counted.is_some(), "{:?}", acts);
            prop_assert_eq!(thing(&story).difference.is_some(), counted != amount);
        }
    }

    // S13: whatever is tried, no officer is both sides of a hand-over or of an end.
    #[test]
    fn nobody_signs_both_sides(steps in proptest::collection::vec(step(), 0..40)) {
        let mut story = with(None);
        let mut proposed = None;
        for (who, command) in steps {
            let Ok(acts) = ask(&mut story, who, command) else { continue };
            for act in acts {
                match act {
                    CaseAct::HandoverAccepted(accepted) => {
                        prop_assert_ne!(accepted.from, officer(who));
                    }
                    CaseAct::DisposalProposed(_) => proposed = Some(who),
                    CaseAct::DisposalConfirmed(_) => prop_assert_ne!(proposed, Some(who)),
                    _ => {}
                }
            }
        }
    }
}
