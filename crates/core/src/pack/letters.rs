//! The letters the program makes, as `letters.toml` has them.

use super::code::is_code;
use super::fault::{PackFault, PackRule};
use super::lang::Lang;
use super::read::Table;
use crate::letter::{
    BODY_MAX_CHARS, FACTS, FIELD_MAX_CHARS, FIELDS_MAX, Fact, LetterField, Template,
};

/// The templates of `letters.toml`; a unit that makes none has none.
pub(super) fn read(root: &Table<'_>) -> Vec<Template> {
    let templates = root.rows_or_empty("template", template);
    for (at, one) in templates.iter().enumerate() {
        if templates
            .iter()
            .take(at)
            .any(|before| before.kind == one.kind)
        {
            root.break_rule("template", PackRule::EachLetterOnce);
        }
    }
    templates
}

fn template(row: &Table<'_>) -> Template {
    let fields = row.rows_or_empty("field", field);
    if fields.len() > FIELDS_MAX {
        row.fault(
            "field",
            PackFault::WrongCount {
                min: 0,
                max: FIELDS_MAX,
                found: fields.len(),
            },
        );
    }
    let template = Template {
        kind: row.reference("kind", "letter"),
        number: row.text("number"),
        body: row.long_text("body", BODY_MAX_CHARS),
        floor: row.texts_or_empty("floor"),
        services: row.references("services", "service", &(0..=200)),
        to_reporter: row.flag("to_reporter"),
        at_intake: row.flag_or_false("at_intake"),
        fields,
        sourced: row.sourced(),
    };
    check(row, &template);
    template
}

fn check(row: &Table<'_>, template: &Template) {
    if let Some(rule) = template.number_fault() {
        row.fault("number", PackFault::Letter { rule });
    }
    let known = template.known();
    if template
        .floor
        .iter()
        .any(|name| !known.contains(&name.as_str()))
    {
        row.break_rule("floor", PackRule::LetterFields);
    }
    for (at, one) in template.fields.iter().enumerate() {
        let before = template.fields.iter().take(at);
        let twice = before.into_iter().any(|before| before.code == one.code);
        if twice || Fact::parse(&one.code).is_some() {
            row.break_rule("field", PackRule::LetterFields);
        }
    }
    for lang in Lang::ALL {
        // A text that was not read has its fault.
        if template.body.get(lang).is_empty() {
            continue;
        }
        let key = format!("body_{}", lang.code());
        for fault in template.faults(lang) {
            row.line_fault(&key, fault.line, PackFault::Letter { rule: fault.rule });
        }
    }
}

fn field(row: &Table<'_>) -> LetterField {
    let code = row.text("id");
    if !code.is_empty() && !is_code(&code) {
        let found = code.clone();
        row.fault("id", PackFault::BadCode { found });
    }
    let facts = FACTS.map(Fact::code);
    let from = row.text_or_none("from");
    if from.as_deref().is_some_and(|from| !facts.contains(&from)) {
        row.break_rule("from", PackRule::LetterFields);
    }
    let most = u32::try_from(FIELD_MAX_CHARS).unwrap_or(u32::MAX);
    LetterField {
        code,
        label: row.localized("label"),
        required: row.flag("required"),
        lines: row.flag_or_false("lines"),
        max_chars: usize::try_from(row.whole("max_chars", &(1..=most))).unwrap_or(1),
        from: from.as_deref().and_then(Fact::parse),
    }
}
