//! What the sample unit has to work with: rooms and equipment, some of it broken, officers who are qualified
//! and some whose certificate lapsed, and a report that turned out to be a debt. Everything goes through the
//! handlers of real work.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use pengayom_core::act::Actor;
use pengayom_core::pack::{ServiceCode, SkillCode, ThingCode};
use pengayom_core::place::StationId;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::subject::thing::{ThingCommand, ThingState};
use pengayom_core::value::{CommandId, ThingId};
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::handle::standing::Grant;
use pengayom_node::handle::thing::RegisterThing;
use uuid::Uuid;

use super::scene::told;
use super::words::{Means, SimulationWords};
use crate::fault::Fault;

/// Days before now on which everything was registered.
const REGISTERED_DAYS: i64 = 60;

/// What each station below the unit has, and how many.
const OF_A_STATION: [(&str, u32); 5] = [
    ("mobil_patroli", 1),
    ("motor_patroli", 1),
    ("radio", 2),
    ("komputer", 1),
    ("kit_p3k", 1),
];

/// What the unit itself has.
const OF_THE_UNIT: [(&str, u32); 8] = [
    ("rpk", 1),
    ("mobil_patroli", 2),
    ("radio", 4),
    ("komputer", 2),
    ("alat_sidik_jari", 1),
    ("kamera_pemeriksaan", 1),
    ("kit_p3k", 2),
    ("kit_tkp", 1),
];

/// A skill of an account, since so many years and months before today, and how many years it holds.
const SKILLS: [(&str, &str, i64, i64); 9] = [
    ("penyidik", "penyidik", 30, 20),
    ("penyidik", "ppa", 20, 3),
    ("penyidik", "forensik_komputer", 40, 3),
    ("spkt", "pertolongan_pertama", 10, 2),
    ("spkt", "bahasa_isyarat", 14, 5),
    ("patroli", "pertolongan_pertama", 25, 2),
    ("patroli", "negosiasi", 8, 3),
    ("petugas-spkt-b", "ppa", 38, 3),
    ("petugas-spkt-b", "sidik_jari", 50, 20),
];

struct Maker<'a> {
    node: &'a Node,
    words: &'a Means,
    staff: Vec<Staff>,
    now: Timestamp,
}

/// Makes all of it, at a moment.
///
/// # Errors
/// [`Fault`].
pub(super) async fn fill(
    node: &Node,
    words: &SimulationWords,
    now: Timestamp,
) -> Result<(), Fault> {
    let maker = Maker {
        node,
        words: &words.means,
        staff: node.active_staff().await?,
        now,
    };
    maker.things().await?;
    maker.skills().await?;
    maker.debt().await
}

fn code<T: std::str::FromStr>(text: &str) -> Result<T, Fault> {
    let wrong = || Fault::Input(format!("demonstration: {text:?} is no code"));
    text.parse().map_err(|_| wrong())
}

impl Maker<'_> {
    fn login(&self, login: &str) -> Result<&Staff, Fault> {
        let mut all = self.staff.iter();
        let found = all.find(|staff| staff.login == login);
        found.ok_or_else(|| Fault::Input(format!("simulation.toml: no account {login:?}")))
    }

    fn ago(&self, days: i64) -> Timestamp {
        let span = SignedDuration::from_hours(24 * days);
        self.now.checked_sub(span).unwrap_or(Timestamp::MIN)
    }

    fn today(&self) -> Date {
        self.node.today()
    }

    async fn register(&self, kind: &str, station: &StationId, n: u32) -> Result<ThingId, Fault> {
        let kind: ThingCode = code(kind)?;
        let unit = self.node.unit();
        let known = unit.pack.thing(kind.as_str());
        let months = known.and_then(|known| known.check_months);
        let register = RegisterThing {
            label: format!("{}-{n}", kind.as_str().to_uppercase().replace('_', "-")),
            kind,
            station: Some(station.clone()),
            room: None,
            state: ThingState::InOrder,
            since: Some(self.ago(REGISTERED_DAYS)),
            check_by: months.map(|months| {
                self.today()
                    .saturating_add(i64::from(months).min(6).months())
            }),
            simulated: true,
        };
        let desk = self.login("spkt")?;
        Ok(self.node.register_thing(desk, register, None).await?)
    }

    async fn say(&self, thing: ThingId, days: i64, command: ThingCommand) -> Result<(), Fault> {
        let desk = self.login("spkt")?;
        let at = Some(self.ago(days));
        let changed = self.node.change_thing(desk, thing, None, command, at, None);
        Ok(changed.await?)
    }

    async fn things(&self) -> Result<(), Fault> {
        let unit = self.node.unit();
        let own = unit.own_station().clone();
        for (kind, count) in OF_THE_UNIT {
            for n in 1..=count {
                let thing = self.register(kind, &own, n).await?;
                if kind == "rpk" {
                    let command = ThingCommand::Change {
                        state: ThingState::Broken,
                        reason: self.words.broken.clone(),
                    };
                    self.say(thing, 6, command).await?;
                }
            }
        }
        for station in &unit.config().stations {
            for (kind, count) in OF_A_STATION {
                for n in 1..=count {
                    let thing = self.register(kind, &station.id, n).await?;
                    self.special(thing, &station.id.to_string(), kind, n)
                        .await?;
                }
            }
        }
        let juwana: StationId = code("polsek-juwana")?;
        self.register("rpk", &juwana, 1).await?;
        Ok(())
    }

    /// What is different of some things.
    async fn special(
        &self,
        thing: ThingId,
        station: &str,
        kind: &str,
        n: u32,
    ) -> Result<(), Fault> {
        match (station, kind, n) {
            ("polsek-tayu", "mobil_patroli", 1) => {
                let command = ThingCommand::Change {
                    state: ThingState::Away,
                    reason: self.words.away.clone(),
                };
                self.say(thing, 12, command).await
            }
            ("polsek-juwana", "radio", 1) => {
                let to = Some(self.login("patroli")?.id);
                let command = ThingCommand::HandOver { to, note: None };
                self.say(thing, 0, command).await
            }
            _ => Ok(()),
        }
    }

    async fn grant(&self, to: &Staff, skill: &str, months: i64, years: i64) -> Result<(), Fault> {
        let from = self.today().saturating_sub(months.months());
        let skill: SkillCode = code(skill)?;
        let grant = Grant {
            certificate: Some(format!("{}/{}", skill.as_str().to_uppercase(), from.year())),
            skill,
            by: self.words.school.clone(),
            from: Some(from),
            until: Some(from.saturating_add(years.years())),
            simulated: true,
        };
        let chief = self.login("kapolres")?;
        let granted = self.node.grant_skill(chief, to.id, grant, None);
        Ok(granted.await?)
    }

    async fn skills(&self) -> Result<(), Fault> {
        for (login, skill, months, years) in SKILLS {
            self.grant(self.login(login)?, skill, months, years).await?;
        }
        let officers = self
            .staff
            .iter()
            .filter(|staff| staff.login.starts_with("petugas-polsek") || staff.login == "binmas");
        let mut officers: Vec<&Staff> = officers.collect();
        officers.sort_by(|a, b| a.login.cmp(&b.login));
        // Of every four one has none.
        for (n, officer) in officers.into_iter().enumerate() {
            if n % 4 != 3 {
                self.grant(officer, "pertolongan_pertama", 6, 2).await?;
            }
        }
        Ok(())
    }

    /// A report of fraud that turned out to be a debt: it was put into another class, which opens a lesson.
    async fn debt(&self) -> Result<(), Fault> {
        let desk = self.login("spkt")?;
        let service: ServiceCode = code("lp_b")?;
        let command = CommandId(Uuid::from_u128(0xdeb7));
        let (text, place) = (&self.words.debt, PlaceInput::Unknown);
        let request = told(command, service.clone(), text, place);
        let actor = Actor::Officer { id: desk.id };
        let case = self.node.file_request(request, &actor).await?.case;
        let steps = [
            CaseCommand::Take { by: desk.id },
            CaseCommand::Assess {
                service,
                reason: None,
            },
            CaseCommand::Assess {
                service: code("mediasi")?,
                reason: Some(self.words.debt_reason.clone()),
            },
            CaseCommand::Answer {
                text: self.words.debt_answer.clone(),
                next_news_by: None,
            },
        ];
        for step in steps {
            self.node.change_case(desk, case, None, step, None).await?;
        }
        Ok(())
    }
}
