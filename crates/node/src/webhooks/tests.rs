#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn act() -> ToldAct {
    ToldAct {
        id: Uuid::from_u128(0x77),
        kind: "case.case_taken".to_owned(),
        subject_kind: "case".to_owned(),
        subject_id: Uuid::from_u128(5),
        version: 3,
        recorded_at: at(0),
    }
}

fn row(
    attempts: u32,
    failures: u32,
    failing_since: Option<Timestamp>,
) -> (WebhookRow, DeliveryRow) {
    let webhook = WebhookRow {
        id: Uuid::nil(),
        address: "https://example.org/".to_owned(),
        kinds: vec!["case".to_owned()],
        sealed: Vec::new(),
        token: None,
        created_at: at(0),
        failures,
        failing_since,
        retry_at: None,
        disabled_at: None,
        disabled_why: None,
    };
    let delivery = DeliveryRow {
        sequence: 12,
        act: act(),
        due_at: Some(at(0)),
        attempts,
        tried_at: None,
        delivered_at: None,
        status: None,
        fault: None,
    };
    (webhook, delivery)
}

fn come(
    answer: &Result<u16, OutsideError>,
    attempts: u32,
    failing_since: Option<Timestamp>,
) -> Tried {
    let (webhook, delivery) = row(attempts, 0, failing_since);
    judged(answer, (&webhook, &delivery), at(0), [0.5, 0.5])
}

// The example of the specification: standardwebhooks.com, "Signature scheme".
#[test]
fn a_message_is_signed_as_standard_webhooks_has_it() {
    let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signed = signature(
        &secret,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
    );
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn a_message_says_what_changed_and_nothing_that_was_told() {
    let text = body("polres-pati", 12, &act());
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        read,
        json!({
            "type": "case.case_taken", "timestamp": at(0).to_string(),
            "data": { "unit": "polres-pati", "sequence": 12, "subject": "case",
                "id": Uuid::from_u128(5), "version": 3 },
        })
    );
    assert_eq!(message_id(&act()), "msg_00000000000000000000000000000077");
}

#[test]
fn only_an_answer_that_takes_it_ends_it() {
    for status in [200, 204, 299] {
        let tried = come(&Ok(status), 1, None);
        assert!(tried.delivered && tried.again_at.is_none(), "{status}");
    }
    for (answer, word) in [
        (Ok(301), "redirected"),
        (Ok(404), "answered"),
        (Ok(503), "answered"),
        (
            Err(OutsideError::Slow(std::time::Duration::from_secs(15))),
            "slow",
        ),
        (
            Err(OutsideError::Refused(crate::outside::Refused::Inside)),
            "refused",
        ),
        (
            Err(OutsideError::Unreachable("x".to_owned())),
            "unreachable",
        ),
    ] {
        let tried = come(&answer, 1, None);
        assert!(!tried.delivered);
        assert_eq!(tried.fault.as_deref(), Some(word));
        assert_eq!(tried.again_at, Some(at(5)));
        assert_eq!(tried.disable, None);
    }
    assert_eq!(come(&Ok(500), TRIES, None).again_at, None, "given up");
    assert_eq!(come(&Ok(410), 1, None).disable.as_deref(), Some("gone"));
    let days = |days: i64| Some(at(-days * 86_400));
    assert_eq!(come(&Ok(500), 1, days(4)).disable, None);
    assert_eq!(
        come(&Ok(500), 1, days(5)).disable.as_deref(),
        Some("failing")
    );
    assert!(come(&Ok(200), 1, days(9)).delivered, "it arrived after all");
}

proptest! {
    #[test]
    fn what_failed_is_tried_later_each_time_and_never_forever(jitter in 0.0..=1.0_f64, failures in 0..5_000_u32) {
        let waits: Vec<SignedDuration> = (1..TRIES).map(|n| wait_after(n, jitter).unwrap()).collect();
        prop_assert!(waits.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(wait_after(TRIES, jitter).is_none() && wait_after(0, jitter).is_none());
        let pause = pause_after(failures, jitter);
        prop_assert!(pause >= SignedDuration::from_secs(4) && pause <= SignedDuration::from_secs(360));
    }
}
