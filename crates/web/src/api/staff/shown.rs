//! What answers say of officers, places and cases, with the words of the asker's language.

use jiff::Timestamp;
use pengayom_core::act::{ActPlace, Actor};
use pengayom_core::pack::ServiceCode;
use pengayom_core::value::OfficerId;
use pengayom_node::access::{CaseFacts, Sight, Staff};
use pengayom_store::rows::CaseRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::caller::Api;
use crate::desk::late_reason;
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::{Names, order_words, service_name};

/// For whom something is shown, and when.
pub(super) struct Shown<'a> {
    pub(super) frame: &'a PageFrame,
    pub(super) staff: &'a Staff,
    pub(super) names: Names,
    pub(super) now: Timestamp,
}

impl<'a> Shown<'a> {
    /// Reads who is who.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn read(api: &'a Api, staff: &'a Staff) -> Result<Self, Fault> {
        Ok(Self {
            frame: &api.frame,
            staff,
            names: Names::read(&api.node).await?,
            now: api.node.now(),
        })
    }

    pub(super) fn officer(&self, id: OfficerId) -> Officer {
        Officer {
            id: id.to_string(),
            name: self.names.of(self.frame, id),
        }
    }

    pub(super) fn actor(&self, actor: &Actor) -> DoneBy {
        let kind = match actor {
            Actor::Citizen => "reporter",
            Actor::Officer { .. } => "officer",
            Actor::Program { .. } => "program",
            Actor::Import { .. } => "import",
        };
        DoneBy {
            kind,
            id: actor.officer().map(|id| id.to_string()),
            name: self.names.actor(self.frame, actor),
        }
    }

    pub(super) fn service(&self, code: &ServiceCode) -> Named {
        Named {
            code: code.to_string(),
            name: service_name(self.frame, code),
        }
    }

    pub(super) fn late_reason(&self, code: &str) -> Named {
        Named {
            code: code.to_owned(),
            name: late_reason(self.frame, code),
        }
    }

    pub(super) fn station(&self, code: &pengayom_core::place::StationId) -> Named {
        Named {
            code: code.to_string(),
            name: self.frame.unit().station_name(code),
        }
    }

    pub(super) fn place(&self, place: &ActPlace) -> Place {
        Place {
            station: self.station(&place.station),
            beat: place.beat.as_ref().map(|beat| Named {
                code: beat.to_string(),
                name: self.frame.unit().geography.label(beat),
            }),
            text: place.text.clone(),
            lat: place.point.map(pengayom_core::place::Point::lat),
            long: place.point.map(pengayom_core::place::Point::lng),
            rule: place.rule.clone(),
        }
    }

    /// A case of a list. A kind kept narrow comes without kind and place, as on pages.
    pub(super) fn case(&self, row: &CaseRow) -> CaseInList {
        let open = !row.sensitive;
        CaseInList {
            id: row.id.to_string(),
            version: row.version,
            number: row.number.as_ref().map(ToString::to_string),
            stage: row.stage.as_str(),
            channel: row.channel.as_str(),
            sensitive: row.sensitive,
            danger: row.danger,
            service: open.then(|| self.service(&row.service)),
            station: row.station.as_ref().map(|station| self.station(station)),
            beat: row.beat.as_ref().filter(|_| open).map(|beat| Named {
                code: beat.to_string(),
                name: self.frame.unit().geography.label(beat),
            }),
            place_text: row.place_text.clone().filter(|_| open),
            filed_at: row.filed_at,
            respond_by: row.respond_by,
            responded_at: row.responded_at,
            late: match (row.responded_at, row.respond_by) {
                (Some(_), _) => row.responded_late,
                (None, Some(due)) => due < self.now,
                (None, None) => false,
            },
            late_reason: row
                .late_reason
                .as_deref()
                .map(|code| self.late_reason(code)),
            taken_by: row.taken_by.map(|id| self.officer(id)),
            assigned_to: row.assigned_to.map(|id| self.officer(id)),
            next_news_by: row.next_news_by,
            support_due: row.support_due && open,
            review_asked_at: row.review_asked_at,
            order_reason: order_words(self.frame, row, self.now).to_owned(),
            may_open: self.is_open(row),
        }
    }

    /// Whether a case of a list is open to the account.
    pub(super) fn is_open(&self, row: &CaseRow) -> bool {
        let facts = CaseFacts::of_row(row, self.now);
        self.frame.unit().sight(self.staff, &facts) == Sight::Open
    }

    pub(super) fn cases(&self, rows: &[CaseRow]) -> Vec<CaseInList> {
        rows.iter().map(|row| self.case(row)).collect()
    }
}

/// A code with its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Named {
    /// The code; it stays the same.
    pub(super) code: String,
    /// In words.
    pub(super) name: String,
}

/// A member of staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Officer {
    /// Identifier of the account.
    #[schema(format = "uuid")]
    pub(super) id: String,
    /// Rank and name.
    pub(super) name: String,
}

/// Who did something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct DoneBy {
    /// `reporter`, `officer`, `program` or `import`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// Identifier of an officer's account.
    #[schema(required, format = "uuid")]
    id: Option<String>,
    /// In words.
    name: String,
}

/// Where something is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Place {
    /// The station that answers for it.
    station: Named,
    /// The beat, where it is known.
    #[schema(required)]
    beat: Option<Named>,
    /// In the words of whoever told it.
    #[schema(required)]
    text: Option<String>,
    /// Degrees north, WGS 84.
    #[schema(required)]
    lat: Option<f64>,
    /// Degrees east, WGS 84.
    #[schema(required)]
    long: Option<f64>,
    /// By which rule the station was found.
    #[schema(required)]
    rule: Option<String>,
}

/// A case as lists have it. Of a kind kept narrow (`sensitive`) the kind and the place are not said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct CaseInList {
    /// Names the case.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// The number people use.
    #[schema(required, examples("PTI-2611-0482"))]
    number: Option<String>,
    /// `received`, `assessed`, `handled` or `closed`.
    #[schema(value_type = String)]
    stage: &'static str,
    /// How it came in.
    #[schema(value_type = String)]
    channel: &'static str,
    /// Its kind is kept narrow.
    sensitive: bool,
    /// Somebody was in danger.
    danger: bool,
    /// The service it needs.
    #[schema(required)]
    service: Option<Named>,
    /// The station that answers for it.
    #[schema(required)]
    station: Option<Named>,
    /// The beat.
    #[schema(required)]
    beat: Option<Named>,
    /// The place in words.
    #[schema(required)]
    place_text: Option<String>,
    /// When it was filed.
    #[schema(value_type = String, format = DateTime)]
    filed_at: Timestamp,
    /// When the first response is due.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    respond_by: Option<Timestamp>,
    /// When it came.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    responded_at: Option<Timestamp>,
    /// It came late, or is late now.
    late: bool,
    /// The last reason that was given for it.
    #[schema(required)]
    late_reason: Option<Named>,
    /// Who serves it.
    #[schema(required)]
    taken_by: Option<Officer>,
    /// Who handles it.
    #[schema(required)]
    assigned_to: Option<Officer>,
    /// When the next news is promised.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_news_by: Option<Timestamp>,
    /// The reporter needs support, and nobody recorded an offer.
    support_due: bool,
    /// Since when the reporter waits for an explanation or a second look.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    review_asked_at: Option<Timestamp>,
    /// Why it stands where it stands in the order of serving.
    order_reason: String,
    /// The account may open it. One that is not open can be taken while nobody has it, or opened in an emergency.
    may_open: bool,
}
