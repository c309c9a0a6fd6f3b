//! The letters of the Indonesian pack, made as they are given.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may stop at the first surprise, and is told by its runner where to leave files"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use pengayom_core::letter::{Block, Body, FACTS, NumberParts, Template, Values, fill_number};
use pengayom_core::pack::{Lang, Pack};
use pengayom_letter::{Letter, Paper, Rendered, Side, render};

const ADDRESS: &str = "https://lapor.polres-pati.example/surat/PTI-2611-0482-2-K7QF3M2P9X4D";

fn pack() -> Pack {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id");
    let mut files = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    Pack::load(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Values as a desk would have them; fields filled to about half of what they may hold, at most two lines.
fn values(template: &Template) -> Values {
    let sentence = "Sepeda motor hitam hilang dari halaman rumah di Juwana. ";
    let mut values: Values = FACTS
        .iter()
        .map(|fact| (fact.code().to_owned(), fact.code().replace('_', " ")))
        .collect();
    let number = fill_number(
        &template.number,
        NumberParts {
            n: 1_234,
            dated: date(2026, 8, 30),
            unit: "PTI",
        },
    );
    values.insert("number".to_owned(), number);
    let complaint = "Adukan lewat https://lapor.polres-pati.example/tentang atau telepon 110.";
    values.insert("complaint".to_owned(), complaint.to_owned());
    for field in &template.fields {
        let chars = (field.max_chars / 2).min(120);
        let value: String = sentence.chars().cycle().take(chars).collect();
        values.insert(field.code.clone(), value.trim().to_owned());
    }
    values
}

fn made(template: &Template, paper: Paper) -> (Vec<Vec<Block>>, Rendered) {
    let values = values(template);
    let blocks: Vec<Vec<Block>> = Lang::ALL
        .iter()
        .map(|lang| Body::parse(template.body.get(*lang)).unwrap().fill(&values))
        .collect();
    let sides: Vec<Side<'_>> = Lang::ALL
        .iter()
        .zip(&blocks)
        .map(|(lang, blocks)| Side {
            lang: *lang,
            blocks,
            code_words: "Kode QR",
            page_words: "Halaman {n} dari {of}",
        })
        .collect();
    let letter = Letter {
        title: template.kind.as_str(),
        author: "Polres Pati",
        dated: date(2026, 8, 30),
        paper,
        address: ADDRESS,
        sides: &sides,
    };
    let rendered = render(&letter).unwrap();
    drop(sides);
    (blocks, rendered)
}

/// Every word of a letter, in the order in which it is read.
fn words(blocks: &[Block]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for block in blocks {
        match block {
            Block::Head(lines) | Block::List(lines) => {
                for line in lines {
                    if matches!(block, Block::List(_)) {
                        said.push("\u{2022}");
                    }
                    said.push(line);
                }
            }
            Block::Title(text)
            | Block::Heading(text)
            | Block::Centred(text)
            | Block::Paragraph(text)
            | Block::Small(text) => said.push(text),
            Block::Facts(rows) => {
                for (what, value) in rows {
                    said.extend([what.as_str(), value]);
                }
            }
            Block::Signatures(signers) => {
                for signer in signers {
                    said.extend([signer.role.as_str(), &signer.name, &signer.detail]);
                }
            }
            Block::Qr(text) => said.extend([text.as_str(), ADDRESS]),
        }
    }
    said.join(" ")
}

// S18, S40: a language on a page, on either paper, with fields as full as people write them. With
// `PENGAYOM_LETTERS` the letters are left in that folder, for `scripts/letters_check.py`.
#[test]
fn every_letter_of_the_pack_fits_a_page_in_each_language() {
    let folder = std::env::var_os("PENGAYOM_LETTERS").map(PathBuf::from);
    let pack = pack();
    assert!(pack.templates().len() >= 10);
    for template in pack.templates() {
        for paper in Paper::ALL {
            let (blocks, letter) = made(template, paper);
            let name = format!("{}-{}", template.kind.as_str(), paper.code());
            assert_eq!(letter.pages, 2, "{name}");
            assert!(letter.unprintable.is_empty(), "{name}");
            if let Some(folder) = &folder {
                let said: Vec<String> = blocks.iter().map(|side| words(side)).collect();
                let said = format!("{ADDRESS}\n{}", said.join("\n"));
                std::fs::write(folder.join(format!("{name}.pdf")), &letter.pdf).unwrap();
                std::fs::write(folder.join(format!("{name}.txt")), said).unwrap();
            }
        }
    }
}
