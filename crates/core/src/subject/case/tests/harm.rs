//! S3: what a matter did to a person is taken down beside what it cost, and acted on.

use super::*;

fn harmed(wellbeing: Wellbeing) -> Vec<(i64, Actor, CaseAct)> {
    let CaseAct::RequestFiled(mut told) = filed("lost_item", Some(60)) else {
        unreachable!("a filing")
    };
    told.wellbeing = Some(wellbeing.as_str().to_owned());
    told.loss_rupiah = Some("750000".to_owned());
    vec![(0, Actor::Citizen, CaseAct::RequestFiled(told))]
}

fn offered(reply: SupportReply) -> CaseAct {
    CaseAct::SupportOffered {
        support: "pendamping".to_owned(),
        reply: reply.as_str().to_owned(),
    }
}

fn file_with(harm: Harm) -> CaseCommand {
    match file_request() {
        CaseCommand::FileRequest {
            secret,
            service,
            channel,
            description,
            pack_version,
            ..
        } => CaseCommand::FileRequest {
            secret,
            service,
            report_kind: None,
            channel,
            paper: None,
            description,
            when_text: None,
            occurred_at: None,
            harm,
            danger: false,
            reporter: None,
            reachable: false,
            media: Vec::new(),
            pack_version,
            simulated: false,
            priority: None,
        },
        other => other,
    }
}

#[test]
fn both_harms_are_kept_as_told_and_neither_has_to_be() {
    // S3
    for wellbeing in Wellbeing::ALL.map(Some).into_iter().chain([None]) {
        for loss_rupiah in [None, Some(0), Some(750_000), Some(LOSS_MAX_RUPIAH)] {
            let harm = Harm {
                wellbeing,
                loss_rupiah,
            };
            let acts = given([]).by(Actor::Citizen).at(0).when(file_with(harm));
            let Ok([CaseAct::RequestFiled(told)]) = acts.as_deref() else {
                panic!("{acts:?}")
            };
            assert_eq!(told.harm(), harm);
        }
    }
}

#[test]
fn a_loss_that_is_a_slip_of_the_finger_is_refused() {
    let harm = Harm {
        loss_rupiah: Some(LOSS_MAX_RUPIAH + 1),
        ..Harm::default()
    };
    let refused = given([]).by(Actor::Citizen).at(0).when(file_with(harm));
    let limit = LOSS_MAX_RUPIAH;
    assert_eq!(refused, Err(CaseRefusal::LossTooLarge { limit }));
}

#[test]
fn a_case_whose_reporter_needs_company_ends_only_after_an_offer() {
    // S3
    let case = || given(harmed(Wellbeing::NeedsSupport));
    assert!(case().state().is_some_and(|case| case.owes_support()));
    let refused = case().when(close("helped", "selesai"));
    assert_eq!(refused, Err(CaseRefusal::SupportNotOffered));
    for reply in SupportReply::ALL {
        let mut acts = harmed(Wellbeing::NeedsSupport);
        acts.push((20, by(1), offered(reply)));
        assert!(
            given(acts).when(close("helped", "selesai")).is_ok(),
            "{reply:?}"
        );
    }
}

#[test]
fn who_does_not_need_company_is_not_kept_waiting_for_an_offer() {
    for wellbeing in [Wellbeing::Well, Wellbeing::Shaken] {
        assert!(
            given(harmed(wellbeing))
                .when(close("helped", "selesai"))
                .is_ok()
        );
    }
    assert!(given(received()).when(close("helped", "selesai")).is_ok());
    // What another system closed is closed.
    let imported = given(harmed(Wellbeing::NeedsSupport)).by(import());
    assert!(imported.when(close("helped", "selesai")).is_ok());
}

#[test]
fn an_offer_says_what_and_what_the_reporter_said() {
    let offer = |support: &str| CaseCommand::OfferSupport {
        support: support.to_owned(),
        reply: SupportReply::Declined,
    };
    let acts = given(received()).when(offer("pendamping"));
    assert_eq!(acts, Ok(vec![offered(SupportReply::Declined)]));
    let fault = TextFault::Empty;
    let field = "support";
    let refused = given(received()).when(offer(" "));
    assert_eq!(refused, Err(CaseRefusal::Text { field, fault }));
    let refused = given(received()).by(Actor::Citizen).when(offer("x"));
    assert_eq!(refused, Err(CaseRefusal::StaffOnly));
    assert_eq!(given(closed()).when(offer("x")), Err(CaseRefusal::Closed));
}

#[test]
fn an_erased_case_says_nothing_of_harm() {
    let mut acts = harmed(Wellbeing::NeedsSupport);
    acts.push((20, by(1), offered(SupportReply::Taken)));
    acts.push((
        30,
        by(1),
        CaseAct::PersonalDataErased {
            basis: ErasureBasis::Request,
            ground: None,
        },
    ));
    let case = given(acts).state();
    assert_eq!(case.map(|case| case.filed.harm()), Some(Harm::default()));
}

#[test]
fn stored_words_read_back() {
    for wellbeing in Wellbeing::ALL {
        assert_eq!(Wellbeing::parse(wellbeing.as_str()), Some(wellbeing));
    }
    for reply in SupportReply::ALL {
        assert_eq!(SupportReply::parse(reply.as_str()), Some(reply));
    }
    assert_eq!(
        (Wellbeing::parse("x"), SupportReply::parse("")),
        (None, None)
    );
}
