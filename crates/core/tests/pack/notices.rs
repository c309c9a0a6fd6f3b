//! What people are told fits where it goes, and says nothing of the case.

use pengayom_core::notice::{Kind, SMS_MAX, sms_length};
use pengayom_core::pack::{Lang, NOTICE_URL_MAX, PackFault, PackRule, fill};

use crate::faults::one_fault;
use crate::support::pack;

#[track_caller]
fn refused(from: &str, to: &str, below: u32, rule: PackRule) {
    let found = one_fault("notices.toml", from, to, below);
    assert_eq!(found.fault, PackFault::RuleBroken { rule }, "{to}");
}

#[test]
fn a_notice_that_does_not_fit_or_tells_too_much_is_refused() {
    let sms = "sms_en = \"There is news for you. Read or stop: {url}\"";
    let long = format!("sms_en = \"{} {{url}}\"", "x".repeat(80));
    for bad in [
        long.as_str(),
        // Signs that the network's alphabet lacks.
        "sms_en = \"There is news – read or stop: {url}\"",
        "sms_en = \"There’s news for you: {url}\"",
    ] {
        refused(sms, bad, 0, PackRule::ShortMessage);
    }
    let closed = "subject_en = \"Report {number} is closed\"";
    refused(
        closed,
        "subject_en = \"Report {number}\\nBcc: a@b.id\"",
        0,
        PackRule::NoticePlaceholders,
    );
    refused(
        "until = \"20:00\"",
        "until = \"07:00\"",
        0,
        PackRule::HoursOfADay,
    );
    refused(
        "from = \"07:00\"",
        "from = \"7 pagi\"",
        0,
        PackRule::HoursOfADay,
    );
}

// S76
#[test]
fn every_notice_fits_into_one_short_message_with_the_longest_number_and_address() {
    let pack = pack();
    let notices = pack.notices();
    let url = format!("https://{}", "p".repeat(NOTICE_URL_MAX - 8));
    let values = [("number", "PRSTA-2611-1048212"), ("url", url.as_str())];
    let texts = Kind::ALL.map(|kind| notices.text(kind));
    for text in texts.iter().chain([&&notices.narrow]) {
        for lang in Lang::ALL {
            let sms = fill(text.sms.get(lang), &values);
            assert!(sms_length(&sms).unwrap() <= SMS_MAX, "{sms}");
            assert!(sms.contains(&url), "{sms}");
        }
    }
    // Whoever looks over a shoulder learns nothing of a narrow case.
    for lang in Lang::ALL {
        let narrow = &notices.narrow;
        for words in [&narrow.sms, &narrow.subject, &narrow.text] {
            let words = words.get(lang).to_lowercase();
            for word in [
                "laporan", "report", "polisi", "police", "polres", "{number}", "{unit}",
            ] {
                assert!(!words.contains(word), "{words}");
            }
        }
    }
}
