//! Letters as files: whole, the same each time, and nothing in them lost.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use jiff::civil::date;
use pengayom_core::letter::{Block, Signer};
use pengayom_core::pack::Lang;
use pengayom_letter::{Letter, Paper, RenderError, Rendered, Side, render};
use proptest::prelude::*;

const ADDRESS: &str = "https://lapor.polres-pati.example/surat/PTI-2611-0482-2-K7QF3M2P9X4D";

fn blocks(text: &str) -> Vec<Block> {
    let text = || text.to_owned();
    vec![
        Block::Head(vec![text(), "Polres Pati".to_owned()]),
        Block::Title(text()),
        Block::Heading(text()),
        Block::Centred(text()),
        Block::Paragraph(text()),
        Block::Facts(vec![(text(), text()), ("Nomor".to_owned(), text())]),
        Block::List(vec![text(), text()]),
        Block::Signatures(vec![Signer {
            role: text(),
            name: text(),
            detail: text(),
        }]),
        Block::Qr(text()),
        Block::Small(text()),
    ]
}

fn made(blocks: &[Block], paper: Paper) -> Result<Rendered, RenderError> {
    let sides = Lang::ALL.map(|lang| Side {
        lang,
        blocks,
        code_words: "Kode",
        page_words: "Halaman {n} dari {of}",
    });
    render(&Letter {
        title: "Surat",
        author: "Polres Pati",
        dated: date(2026, 11, 30),
        paper,
        address: ADDRESS,
        sides: &sides,
    })
}

fn has(pdf: &[u8], needle: &str) -> bool {
    pdf.windows(needle.len())
        .any(|part| part == needle.as_bytes())
}

// S18, S40
#[test]
fn the_same_letter_is_the_same_bytes_and_says_what_it_is() {
    let blocks = blocks("Laporan Anda sudah kami terima.");
    let letter = made(&blocks, Paper::A4).unwrap();
    assert_eq!(letter, made(&blocks, Paper::A4).unwrap());
    assert_eq!(letter.pages, 2);
    assert!(letter.unprintable.is_empty());
    // Archival and accessible by its own word; the structure is checked by `scripts/letters_check.py`.
    for mark in [
        "pdfaid:part>2<",
        "pdfaid:conformance>A<",
        "pdfuaid:part>1<",
        "/StructTreeRoot",
        "/Lang",
    ] {
        assert!(has(&letter.pdf, mark), "{mark}");
    }
    // 210 × 297 mm, and 215 × 330 mm.
    assert!(has(&letter.pdf, "/MediaBox[0 0 595.27563 841.8898]"));
    let f4 = made(&blocks, Paper::F4).unwrap();
    assert!(has(&f4.pdf, "/MediaBox[0 0 609.44885 935.4331]"));
}

// What the font lacks is said, and printed as its code point.
#[test]
fn what_cannot_be_printed_is_named() {
    let blocks = blocks("ꦱꦸꦫꦠ\u{200d} 😀 رسالة");
    let letter = made(&blocks, Paper::A4).unwrap();
    assert!(letter.unprintable.contains(&'😀'));
    assert!(letter.unprintable.contains(&'ر'));
    assert!(!letter.unprintable.contains(&'\u{200d}'));
    assert!(!letter.unprintable.contains(&' '));
}

// A long letter goes on, one without end is refused.
#[test]
fn a_long_letter_has_more_pages_and_one_without_end_is_refused() {
    let paragraphs = |n| vec![Block::Paragraph("Baris surat yang panjang. ".repeat(80)); n];
    let some = made(&paragraphs(4), Paper::A4).unwrap();
    assert_eq!(some.pages, 4);
    let error = made(&paragraphs(60), Paper::A4).unwrap_err();
    assert!(matches!(error, RenderError::TooLong { pages } if pages > 12));
}

#[test]
fn an_address_that_fits_no_code_is_refused() {
    let address = "x".repeat(161);
    let letter = Letter {
        title: "Surat",
        author: "Polres Pati",
        dated: date(2026, 11, 30),
        paper: Paper::A4,
        address: &address,
        sides: &[],
    };
    assert_eq!(render(&letter), Err(RenderError::Address { bytes: 161 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_anywhere_makes_a_letter(text in "\\PC{0,60}|[\\x00-\\x20a-z]{0,60}|[Wm]{0,300}|(\\p{L}\\p{M}){0,30}") {
        let blocks = blocks(&text);
        let letter = made(&blocks, Paper::F4);
        prop_assert!(letter.is_ok(), "{:?}", letter);
    }
}
