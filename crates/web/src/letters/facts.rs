//! What the record knows that a letter may say, in each language.

use std::collections::BTreeMap;

use pengayom_core::letter::{Fact, Values};
use pengayom_core::pack::Lang;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::{HandleError, Node, UnitContext};

use crate::format::Format;

/// The facts of a case for a letter that `by` issues at a site. Number and address are given when it is issued.
///
/// # Errors
/// The store's.
pub async fn facts(
    unit: &UnitContext,
    node: &Node,
    by: &Staff,
    history: &CaseHistory,
    site: &str,
) -> Result<BTreeMap<Lang, Values>, HandleError> {
    let reporter = match node.reporter(by, &history.case).await {
        Ok(person) => person.and_then(|person| person.name),
        // Who may not know the name writes what the reporter shows them.
        Err(HandleError::CaseShut(_) | HandleError::NotAllowed(_) | HandleError::Seal(_)) => None,
        Err(error) => return Err(error),
    };
    let of = |lang| {
        let mut values = in_lang(unit, node, by, history, (lang, site));
        let name = reporter
            .clone()
            .map(|name| (Fact::ReporterName.code().to_owned(), name));
        values.extend(name);
        (lang, values)
    };
    Ok(Lang::ALL.into_iter().map(of).collect())
}

/// What a letter says of the unit and of whoever issues it, whatever case it is about.
pub(super) fn of_unit(
    unit: &UnitContext,
    node: &Node,
    by: &Staff,
    (lang, site): (Lang, &str),
) -> Values {
    let config = unit.config();
    let words = unit.pack.words(lang);
    let town = unit
        .geography
        .area(&config.area)
        .map(|area| area.name().to_owned());
    let rank = by.rank.clone().unwrap_or_default();
    said([
        (
            Fact::Complaint,
            Some(words.text("letters.complaint", &[("site", site)])),
        ),
        (Fact::Date, Some(Format::new(unit, lang).date(node.now()))),
        (Fact::Emergency, config.emergency_number.clone()),
        (Fact::Officer, Some(by.name.clone())),
        (
            Fact::OfficerRank,
            Some(rank).filter(|rank| !rank.is_empty()),
        ),
        (Fact::Parent, config.parent.clone()),
        (
            Fact::Place,
            Some(town.unwrap_or_else(|| config.name.clone())),
        ),
        (Fact::Unit, Some(config.name.clone())),
    ])
}

fn in_lang(
    unit: &UnitContext,
    node: &Node,
    by: &Staff,
    history: &CaseHistory,
    (lang, site): (Lang, &str),
) -> Values {
    let format = Format::new(unit, lang);
    let case = &history.case;
    let filed = &case.filed;
    let place = case.place.as_ref();
    let station = place.map_or(unit.own_station(), |place| &place.station);
    let service = unit.pack.service(&case.service);
    let occurred = filed.occurred_at.map(|at| format.moment(at));
    let told = filed.when_text.as_deref();
    let told = told.map(|text| format.retold(text, filed.occurred_at));
    let mut values = of_unit(unit, node, by, (lang, site));
    values.extend(said([
        (
            Fact::CaseNumber,
            filed.number.as_ref().map(ToString::to_string),
        ),
        (Fact::Description, Some(filed.description.clone())),
        (Fact::HappenedAt, told.or(occurred)),
        (
            Fact::HappenedPlace,
            place.and_then(|place| place.text.clone()),
        ),
        (
            Fact::NextBy,
            case.next_news_by
                .or(case.respond_by)
                .map(|at| format.moment(at)),
        ),
        (Fact::ReportedAt, Some(format.moment(case.filed_at))),
        (
            Fact::Service,
            service.map(|service| service.name.get(lang).to_owned()),
        ),
        (Fact::Station, Some(unit.station_name(station))),
    ]));
    values
}

/// The values that there are.
fn said<const N: usize>(values: [(Fact, Option<String>); N]) -> Values {
    values
        .into_iter()
        .filter_map(|(fact, value)| Some((fact.code().to_owned(), value?)))
        .collect()
}
