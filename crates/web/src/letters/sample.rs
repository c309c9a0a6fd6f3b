//! What stands in a letter that is about nothing, so that somebody sees how its words look.

use std::collections::BTreeMap;

use pengayom_core::letter::{FACTS, Fact, Template, Values};
use pengayom_core::pack::Lang;
use pengayom_node::access::Staff;
use pengayom_node::{Node, UnitContext};

use super::facts::of_unit;
use crate::format::Format;

/// A value for every field a template may name, in each language: what is known of the unit as it is, of the rest
/// what it would be.
pub(super) fn samples(
    unit: &UnitContext,
    node: &Node,
    by: &Staff,
    template: &Template,
    site: &str,
) -> BTreeMap<Lang, Values> {
    let of = |lang| (lang, in_lang(unit, node, by, template, (lang, site)));
    Lang::ALL.into_iter().map(of).collect()
}

fn in_lang(
    unit: &UnitContext,
    node: &Node,
    by: &Staff,
    template: &Template,
    (lang, site): (Lang, &str),
) -> Values {
    let words = unit.pack.words(lang);
    let now = Format::new(unit, lang).moment(node.now());
    let sample = |what: &str| words.text("letters.edit_sample", &[("what", what)]);
    let mut values = of_unit(unit, node, by, (lang, site));
    for fact in FACTS {
        let value = match fact {
            Fact::CaseNumber
            | Fact::Description
            | Fact::HappenedPlace
            | Fact::ReporterName
            | Fact::Service => sample(&words.text(&fact_key(fact), &[])),
            Fact::HappenedAt | Fact::NextBy | Fact::ReportedAt => now.clone(),
            Fact::Station => unit.station_name(unit.own_station()),
            // Of the unit, or given with the number and the code.
            Fact::Complaint
            | Fact::Date
            | Fact::Emergency
            | Fact::Number
            | Fact::Officer
            | Fact::OfficerRank
            | Fact::Parent
            | Fact::Place
            | Fact::Unit
            | Fact::Url => continue,
        };
        values.insert(fact.code().to_owned(), value);
    }
    for field in &template.fields {
        values.insert(field.code.clone(), sample(field.label.get(lang)));
    }
    values
}

/// Key of the words that say what a fact is.
pub(super) fn fact_key(fact: Fact) -> String {
    format!("letters.known_{}", fact.code())
}
