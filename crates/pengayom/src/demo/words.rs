//! The words and weights of the simulation, from `data/pati/simulation.toml`.

use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{AreaCode, StationId};
use serde::Deserialize;

use crate::fault::Fault;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SimulationWords {
    /// Requests in a day, on average.
    pub(super) requests_per_day: f64,
    /// Of answered requests, those with a recorded encounter.
    pub(super) share_met: f64,
    /// Requests of the last hour that nobody has taken.
    pub(super) waiting: u32,
    /// Of encounters, those judged.
    pub(super) share_rated: f64,
    /// Of late answers, those with a reason.
    pub(super) share_explained: f64,
    /// Of answered requests, those closed.
    pub(super) share_closed: f64,
    /// Of requests, those without a name.
    pub(super) share_anonymous: f64,
    /// What is reported.
    pub(super) report: Vec<Report>,
    /// What officers write.
    pub(super) words: Written,
    /// Steps, progress notices and two reports of one event.
    pub(super) progress: Progress,
    /// What happens in the last hour.
    pub(super) last_hour: LastHour,
    /// What is written in deciding whose a matter is.
    pub(super) classes: ClassWords,
    /// What is written in proving two cases.
    pub(super) proof: ProofWords,
    /// What is said in the cases that show rights.
    pub(super) rights: RightsWords,
    /// What officers of a station have before them at the end.
    pub(super) field: Field,
    /// Who reports.
    pub(super) people: Names,
    /// Accounts to sign in with.
    pub(super) account: Vec<Account>,
    /// A colleague at the desk.
    pub(super) colleague: Colleague,
    /// Officers of the stations.
    pub(super) officers: Officers,
    /// What is said of rooms, equipment and skills.
    pub(super) means: Means,
}

/// What is said of rooms, equipment and skills.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Means {
    /// Why the special room cannot be used.
    pub(super) broken: String,
    /// Why a car is away.
    pub(super) away: String,
    /// Who granted qualifications.
    pub(super) school: String,
    /// A report that is a debt.
    pub(super) debt: String,
    /// Why it is.
    pub(super) debt_reason: String,
    /// What its reporter is told.
    pub(super) debt_answer: String,
}

/// One kind of request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    /// Kind of the report form, if it can be reported there.
    pub(super) kind: Option<String>,
    /// Service.
    pub(super) service: ServiceCode,
    /// How it comes in.
    pub(super) channel: pengayom_core::subject::case::Channel,
    /// How often, in parts of the sum.
    pub(super) weight: u32,
    /// What is told.
    pub(super) texts: Vec<String>,
    /// Where in the beat.
    pub(super) places: Vec<String>,
    /// What officers do about it.
    pub(super) actions: Vec<String>,
}

/// What officers and people write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) answers: Vec<String>,
    pub(super) closings: Vec<String>,
    pub(super) delays: Vec<String>,
    pub(super) messages: Vec<String>,
}

/// What is written of steps and progress notices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    pub(super) note: String,
    pub(super) left_out: String,
    pub(super) late_reason: String,
    pub(super) late_text: String,
    pub(super) told_first: String,
    pub(super) told_second: String,
    pub(super) merged: String,
}

/// What is told and written in the last hour.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastHour {
    /// A debt that its reporter takes for a fraud.
    pub(super) debt: String,
    /// Why it is none.
    pub(super) reason: String,
    /// An accident.
    pub(super) accident: String,
    /// A quarrel that may grow.
    pub(super) threat: String,
    /// Who is threatened by it.
    pub(super) threatened: String,
}

/// What is written in deciding whose a matter is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassWords {
    /// A debt without deceit.
    pub(super) civil: String,
    /// A small theft.
    pub(super) petty: String,
    /// Who looks a second time agrees.
    pub(super) agrees: String,
    /// Who looks a second time finds deceit.
    pub(super) differs: String,
    /// The chief decides between the two.
    pub(super) settled: String,
}

/// What is written in proving a theft and a fraud.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofWords {
    /// A witness's statement.
    pub(super) statement: String,
    /// The stolen thing, found again.
    pub(super) thing: String,
    /// From whom the thing comes.
    pub(super) from: String,
    /// Where the thing is kept.
    pub(super) place: String,
    /// What a hand-over is for.
    pub(super) note: String,
    /// What speaks for the reported person.
    pub(super) other_side: String,
    /// The proof of a transfer.
    pub(super) transfer: String,
    /// Whom the statement is from.
    pub(super) witness: String,
    /// Whom the proof of a transfer is from.
    pub(super) reporter: String,
}

/// What is said in the cases that show rights, measures and settlements.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RightsWords {
    pub(super) theft: String,
    pub(super) child: String,
    pub(super) violence: String,
    pub(super) urgent: String,
    pub(super) place: String,
    pub(super) answer: String,
    pub(super) language: String,
    pub(super) changed: String,
    pub(super) absent: String,
    pub(super) tried: String,
    pub(super) order: String,
    pub(super) explained: String,
    pub(super) caught: String,
    pub(super) agreed: String,
}

/// What officers of a station have before them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// Where all of it is.
    pub(super) area: AreaCode,
    /// One errand after the other.
    pub(super) errand: Vec<Errand>,
}

/// Something to go to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Errand {
    /// Whose it is.
    pub(super) login: String,
    /// Which service it needs.
    pub(super) service: ServiceCode,
    /// What was told.
    pub(super) told: String,
    /// Where in the area.
    pub(super) place: String,
    /// Minutes before the end at which it was told.
    pub(super) minutes: i64,
    /// Minutes before the end at which they arrived; `None`: they are on the way.
    pub(super) arrived: Option<i64>,
    /// Steps of the first hour that are done.
    #[serde(default)]
    pub(super) done: Vec<String>,
}

/// Names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) names: Vec<String>,
}

/// An account to sign in with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) role: String,
    pub(super) login: String,
    pub(super) name: String,
    pub(super) rank: String,
    pub(super) station: Option<StationId>,
}

/// A colleague at the desk, whom nobody can sign in as.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Colleague {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) rank: String,
}

/// Officers of the stations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Officers {
    pub(super) ranks: Vec<String>,
    pub(super) names: Vec<String>,
}

impl SimulationWords {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Fault::Input`] with line and column.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        toml::from_str(text).map_err(|error| Fault::Input(format!("simulation.toml: {error}")))
    }
}
