//! The simulated month: requests, answers, encounters and judgements, through the same handlers that
//! serve people.
//!
//! What is real: areas and stations of Kabupaten Pati; within each eight-hour shift the times of
//! filing, and the delays until somebody is sent and arrives, which are those of one of the hundred
//! recorded Detroit shifts, drawn at random. The source has day shifts only, so the evening and night
//! shifts borrow the pattern of a day shift. What is made up: everything else, with the words and
//! weights of `data/pati/simulation.toml`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use pengayom_core::act::Actor;
use pengayom_core::place::AreaCode;
use pengayom_core::subject::case::{CaseCommand, Channel, Harm};
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::subject::feedback::Answer;
use pengayom_core::value::{CaseId, CommandId, SecretDigits};
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, Node, PersonDetails};
use rand::SeedableRng as _;
use rand::prelude::*;
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use super::DemoPlan;
use super::calls::{RecordedCall, SHIFT_HOURS, shifts};
use super::classes::Classes;
use super::clock::SimulatedClock;
use super::first::FirstHours;
use super::letter::Letters;
use super::proof::Provers;
use super::queue::DeskDay;
use super::words::{Report, SimulationWords};
use crate::fault::Fault;

mod lookup;

/// One request and what comes of it.
struct Story {
    filed_at: Timestamp,
    report: usize,
    beat: AreaCode,
    text: String,
    place: String,
    name: Option<String>,
    dispatch: SignedDuration,
    travel: SignedDuration,
    /// Whether a colleague serves it at the desk.
    by_colleague: bool,
    /// Nobody has taken it yet.
    waits: bool,
    /// Filled in as the story goes on.
    case: Option<CaseId>,
    officer: Option<Staff>,
    card: Option<SecretDigits>,
}

/// What happens in a story, in the order of the enum when at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    File,
    Take,
    Assess,
    Send,
    Respond,
    Act,
    Meet,
    Explain,
    Close,
    Rate,
}

/// Makes the month.
///
/// # Errors
/// [`Fault`].
pub(super) async fn month(
    node: &Node,
    clock: &SimulatedClock,
    words: &SimulationWords,
    calls: &[u8],
    plan: &DemoPlan,
) -> Result<(), Fault> {
    let mut chance = ChaCha20Rng::seed_from_u64(plan.seed);
    let shifts = shifts(calls)?;
    let unit = node.unit();
    let beats: Vec<AreaCode> = unit
        .geography
        .beats()
        .map(|area| area.code().clone())
        .collect();
    let last_day = unit.zone.to_datetime(plan.until).date();
    let mut stories = Vec::new();
    for back in (0..=i64::from(plan.days)).rev() {
        let Ok(day) = last_day.checked_sub(back.days()) else {
            continue;
        };
        stories.extend(day_stories(
            day,
            &shifts,
            &beats,
            words,
            &unit.zone,
            &mut chance,
        )?);
    }
    stories.extend(waiting(plan, &shifts, &beats, words, &mut chance));
    let mut steps = Vec::new();
    for (at, story) in stories.iter().enumerate() {
        plan_story(at, story, words, &mut chance, &mut steps);
    }
    // What would happen after now has not happened.
    steps.retain(|(moment, _, _)| *moment <= plan.until);
    steps.sort_by_key(|(moment, story, step)| (*moment, *story, *step));
    let staff = node.active_staff().await?;
    let at_desk = staff
        .iter()
        .filter(|staff| staff.roles.contains(&Role::Desk) && staff.station.is_none());
    let mut desk = DeskDay::new(plan.seed, plan.until, at_desk.cloned().collect());
    let all = staff.clone();
    let mut first = beats.first().map(|beat| {
        let told = (&words.last_hour, words.colleague.login.as_str());
        FirstHours::new(told, plan.until, all, beat.clone())
    });
    let classes = Classes::of(node, &words.classes, &staff, plan.until);
    let mut player = Player {
        node,
        clock,
        words,
        staff,
        chance,
        letters: Letters::default(),
    };
    for (moment, at, step) in steps {
        desk.play_until(node, clock, moment).await?;
        if let Some(first) = &mut first {
            first.play_until(node, clock, moment).await?;
        }
        clock.set(moment);
        let Some(story) = stories.get_mut(at) else {
            continue;
        };
        player.play(story, step).await?;
        let report = words.report.get(story.report);
        let kind = report.and_then(|report| report.kind.as_deref());
        if let (Some(classes), Some(case), Some(kind)) = (&classes, story.case, kind)
            && story.filed_at < classes.until
        {
            classes.play((at, kind), step, case).await?;
        }
    }
    desk.play_until(node, clock, plan.until).await?;
    if let Some(first) = &mut first {
        first.play_until(node, clock, plan.until).await?;
    }
    clock.set(plan.until);
    if let Some(provers) = Provers::of(node, &words.proof, &player.staff) {
        let of = |kind: &str| -> Vec<CaseId> {
            let of_kind = |story: &&Story| {
                let report = words.report.get(story.report);
                report.and_then(|report| report.kind.as_deref()) == Some(kind)
            };
            let cases = stories.iter().rev().filter(of_kind);
            cases.filter_map(|story| story.case).collect()
        };
        provers.prove(&of("dicuri"), &of("ditipu")).await?;
    }
    let officer = player.with_role(Role::Desk)?;
    Box::pin(super::progress::play(
        node,
        &officer,
        words,
        beats.first(),
        plan.until,
    ))
    .await?;
    super::rights::cases(node, words, plan.seed, plan.until).await?;
    super::field::errands(node, words, plan.seed, plan.until).await
}

fn day_stories(
    day: Date,
    shifts: &[Vec<RecordedCall>],
    beats: &[AreaCode],
    words: &SimulationWords,
    zone: &jiff::tz::TimeZone,
    chance: &mut ChaCha20Rng,
) -> Result<Vec<Story>, Fault> {
    let begins = zone
        .to_timestamp(day.at(0, 0, 0, 0))
        .map_err(|error| Fault::Input(format!("{day}: {error}")))?;
    let mut stories = Vec::new();
    for shift in 0..3 {
        let Some(calls) = shifts.choose(chance) else {
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "a shift has some tens of calls")]
        let share = words.requests_per_day / 3.0 / (calls.len().max(1) as f64);
        for call in calls {
            if !chance.random_bool(share.clamp(0.0, 1.0)) {
                continue;
            }
            let since_midnight = SignedDuration::from_hours(shift * SHIFT_HOURS) + call.into_shift;
            let (Ok(filed_at), Some(beat)) =
                (begins.checked_add(since_midnight), beats.choose(chance))
            else {
                continue;
            };
            if let Some(story) = story(filed_at, beat.clone(), *call, words, chance) {
                stories.push(story);
            }
        }
    }
    Ok(stories)
}

/// Requests of the last hour that nobody has taken.
fn waiting(
    plan: &DemoPlan,
    shifts: &[Vec<RecordedCall>],
    beats: &[AreaCode],
    words: &SimulationWords,
    chance: &mut ChaCha20Rng,
) -> Vec<Story> {
    (0..words.waiting)
        .filter_map(|_| {
            let call = shifts.choose(chance)?.choose(chance).copied()?;
            let before = SignedDuration::from_secs(chance.random_range(60..3_600));
            let filed_at = plan.until.checked_sub(before).ok()?;
            let beat = beats.choose(chance)?.clone();
            let story = story(filed_at, beat, call, words, chance)?;
            Some(Story {
                waits: true,
                ..story
            })
        })
        .collect()
}

fn story(
    filed_at: Timestamp,
    beat: AreaCode,
    call: RecordedCall,
    words: &SimulationWords,
    chance: &mut ChaCha20Rng,
) -> Option<Story> {
    let numbered: Vec<(usize, &Report)> = words.report.iter().enumerate().collect();
    let (report, chosen) = numbered
        .choose_weighted(chance, |(_, report)| report.weight)
        .ok()
        .copied()?;
    let name = (!chance.random_bool(words.share_anonymous))
        .then(|| words.people.names.choose(chance).cloned())
        .flatten();
    Some(Story {
        filed_at,
        report,
        beat,
        text: chosen.texts.choose(chance)?.clone(),
        place: chosen.places.choose(chance)?.clone(),
        name,
        dispatch: call.dispatch,
        travel: call.travel,
        by_colleague: chance.random_bool(0.5),
        waits: false,
        case: None,
        officer: None,
        card: None,
    })
}

/// When what happens in a story.
fn plan_story(
    at: usize,
    story: &Story,
    words: &SimulationWords,
    chance: &mut ChaCha20Rng,
    steps: &mut Vec<(Timestamp, usize, Step)>,
) {
    let filed = story.filed_at;
    let sent = later(filed, story.dispatch);
    let there = later(sent, story.travel);
    steps.push((filed, at, Step::File));
    if story.waits {
        return;
    }
    steps.push((later(filed, story.dispatch / 2), at, Step::Take));
    steps.push((later(filed, story.dispatch * 3 / 4), at, Step::Assess));
    steps.push((sent, at, Step::Send));
    steps.push((there, at, Step::Respond));
    steps.push((
        later(there, SignedDuration::from_mins(chance.random_range(3..25))),
        at,
        Step::Act,
    ));
    if chance.random_bool(words.share_met) {
        let met = later(there, SignedDuration::from_mins(chance.random_range(5..40)));
        steps.push((met, at, Step::Meet));
        if chance.random_bool(words.share_rated) {
            let rated = later(
                met,
                SignedDuration::from_mins(chance.random_range(20..2_880)),
            );
            steps.push((rated, at, Step::Rate));
        }
    }
    if chance.random_bool(words.share_explained) {
        steps.push((
            later(there, SignedDuration::from_mins(30)),
            at,
            Step::Explain,
        ));
    }
    if chance.random_bool(words.share_closed) {
        let closed = later(
            there,
            SignedDuration::from_mins(chance.random_range(60..4_320)),
        );
        steps.push((closed, at, Step::Close));
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Plays the steps of all stories.
struct Player<'a> {
    node: &'a Node,
    clock: &'a SimulatedClock,
    words: &'a SimulationWords,
    staff: Vec<Staff>,
    chance: ChaCha20Rng,
    letters: Letters,
}

impl Player<'_> {
    async fn play(&mut self, story: &mut Story, step: Step) -> Result<(), Fault> {
        if step == Step::File {
            return self.file(story).await;
        }
        let Some(case) = story.case else {
            return Ok(());
        };
        let desk = self.desk(story)?;
        match step {
            Step::File => Ok(()),
            Step::Take => {
                self.change(&desk, case, CaseCommand::Take { by: desk.id })
                    .await
            }
            Step::Assess => {
                let service = self.report(story)?.service.clone();
                self.change(
                    &desk,
                    case,
                    CaseCommand::Assess {
                        service,
                        reason: None,
                    },
                )
                .await
            }
            Step::Send => self.send(story, case, &desk).await,
            Step::Respond => {
                self.respond(story, case, &desk).await?;
                match &story.name {
                    Some(name) => self.letters.issue(self.node, &desk, case, name).await,
                    None => Ok(()),
                }
            }
            Step::Act => {
                let text = self.one_of(&self.report(story)?.actions)?;
                let function = self.function(story)?;
                self.change(&desk, case, CaseCommand::RecordAction { text, function })
                    .await
            }
            Step::Meet => self.meet(story, case).await,
            Step::Explain => self.explain(case, &desk).await,
            Step::Close => self.close(case, &desk).await,
            Step::Rate => self.rate(story).await,
        }
    }

    async fn file(&mut self, story: &mut Story) -> Result<(), Fault> {
        let report = self.report(story)?;
        let mut reporter = PersonDetails {
            name: story.name.clone(),
            ..PersonDetails::default()
        };
        if reporter.name.is_some() {
            // A number of a range that no operator gives out.
            reporter.phone = Some(format!(
                "0800{:08}",
                self.chance.random_range(0..100_000_000_u32)
            ));
        }
        let request = FileRequest {
            command: self.command(),
            service: report.service.clone(),
            report_kind: report.kind.clone(),
            channel: report.channel,
            paper: None,
            description: story.text.clone(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger: false,
            place: PlaceInput::Area {
                area: story.beat.clone(),
                text: Some(story.place.clone()),
            },
            reporter,
            media: Vec::new(),
            simulated: true,
        };
        let actor = match report.channel {
            Channel::Desk => Actor::Officer {
                id: self.with_role(Role::Desk)?.id,
            },
            Channel::Phone => Actor::Officer {
                id: self.with_role(Role::Dispatch)?.id,
            },
            _ => Actor::Citizen,
        };
        let filed = self.node.file_request(request, &actor).await?;
        story.officer = self
            .staff
            .iter()
            .find(|officer| {
                officer.station.as_ref() == Some(&filed.station)
                    && officer.login.starts_with("petugas-")
            })
            .cloned();
        story.case = Some(filed.case);
        Ok(())
    }

    async fn send(&mut self, story: &Story, case: CaseId, desk: &Staff) -> Result<(), Fault> {
        let Some(officer) = &story.officer else {
            return Ok(());
        };
        let assign = CaseCommand::AssignOfficer {
            officer: officer.id,
            lacks: None,
            reason: None,
        };
        self.change(desk, case, assign).await?;
        if self.goes_there(story)? {
            let responder = officer.addressed();
            self.change(desk, case, CaseCommand::Dispatch { responder })
                .await?;
        }
        Ok(())
    }

    async fn respond(&mut self, story: &Story, case: CaseId, desk: &Staff) -> Result<(), Fault> {
        if self.goes_there(story)?
            && let Some(officer) = &story.officer
        {
            let responder = officer.addressed();
            return self
                .change(desk, case, CaseCommand::Arrive { responder })
                .await;
        }
        let text = self.one_of(&self.words.words.answers)?;
        let next_news_by = self.clock_plus(SignedDuration::from_hours(72));
        self.change(desk, case, CaseCommand::Answer { text, next_news_by })
            .await
    }

    async fn meet(&mut self, story: &mut Story, case: CaseId) -> Result<(), Fault> {
        let Some(officer) = story.officer.clone() else {
            return Ok(());
        };
        let report = self.report(story)?;
        let unit = self.node.unit();
        let service = unit.pack.service(&report.service);
        let role = service
            .map(|service| service.role.code().to_owned())
            .unwrap_or_default();
        let explained: Vec<String> = unit
            .pack
            .explanations()
            .iter()
            .filter(|_| self.chance.random_bool(0.5))
            .map(|explanation| explanation.code.to_string())
            .collect();
        let sensitive = unit.pack.is_sensitive(&report.service);
        let record = RecordEncounter {
            command: self.command(),
            person: PersonDetails {
                name: story.name.clone(),
                ..PersonDetails::default()
            },
            capacity: PersonCapacity::Reporter,
            // A station's patrol officer may not open a case that is kept narrow.
            case: (!sensitive).then_some(case),
            service: report.service.clone(),
            function: self.function(story)?,
            role,
            explained,
            force_used: false,
            legal_basis: None,
            note: None,
            place: PlaceInput::Area {
                area: story.beat.clone(),
                text: Some(story.place.clone()),
            },
            happened_at: None,
            simulated: true,
        };
        match self.node.record_encounter(&officer, record).await {
            Ok(met) => story.card = Some(met.code),
            // A sensitive case that nobody gave to this officer.
            Err(HandleError::CaseShut(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn explain(&mut self, case: CaseId, desk: &Staff) -> Result<(), Fault> {
        let unit = self.node.unit();
        let reasons: Vec<String> = unit
            .pack
            .late_reasons()
            .iter()
            .filter(|reason| matches!(reason.code.as_str(), "other_incident" | "far" | "vehicle"))
            .map(|reason| reason.code.to_string())
            .collect();
        let reason = self.one_of(&reasons)?;
        let text = self.one_of(&self.words.words.delays)?;
        self.change(desk, case, CaseCommand::ExplainDelay { reason, text })
            .await
    }

    async fn close(&mut self, case: CaseId, desk: &Staff) -> Result<(), Fault> {
        let reason = self.one_of(&self.words.words.closings)?;
        let outcomes = ["resolved", "resolved", "resolved", "referred", "settled"];
        let outcome = outcomes
            .choose(&mut self.chance)
            .copied()
            .unwrap_or("resolved")
            .to_owned();
        self.change(desk, case, CaseCommand::Close { outcome, reason })
            .await
    }

    async fn rate(&mut self, story: &Story) -> Result<(), Fault> {
        let Some(code) = &story.card else {
            return Ok(());
        };
        let rateable = self.node.rateable(code, "simulation").await?;
        let unit = self.node.unit();
        let waited = story.dispatch + story.travel;
        // Who waited longer judges less kindly: the one relation the simulation puts in.
        let kind = if waited > SignedDuration::from_mins(15) {
            0.55
        } else {
            0.85
        };
        let mut answers = BTreeMap::new();
        for item in unit.pack.survey().form_items() {
            let good = self.chance.random_bool(kind);
            let very = self.chance.random_bool(0.4);
            let high = item.good == pengayom_core::pack::GoodEnd::High;
            let answer = match (good == high, very) {
                _ if self.chance.random_bool(0.06) => Answer::Unknown,
                // Money was asked: rarely, and never "very".
                (_, _) if !high => {
                    if self.chance.random_bool(0.97) {
                        Answer::No
                    } else {
                        Answer::Yes
                    }
                }
                (true, true) => Answer::Very,
                (true, false) => Answer::Yes,
                (false, true) => Answer::No,
                (false, false) => Answer::NotQuite,
            };
            answers.insert(item.code.to_string(), answer);
        }
        let message = if self.chance.random_bool(0.2) {
            Some(self.one_of(&self.words.words.messages)?)
        } else {
            None
        };
        self.node
            .give_feedback(rateable, answers, message, None)
            .await?;
        Ok(())
    }

    async fn change(&self, by: &Staff, case: CaseId, command: CaseCommand) -> Result<(), Fault> {
        super::scene::change(self.node, by, case, command).await
    }

    fn one_of(&mut self, texts: &[String]) -> Result<String, Fault> {
        texts
            .choose(&mut self.chance)
            .cloned()
            .ok_or_else(|| Fault::Input("simulation.toml: a list of words is empty".to_owned()))
    }

    fn command(&mut self) -> CommandId {
        let mut bytes = [0_u8; 16];
        self.chance.fill(&mut bytes);
        CommandId(Uuid::from_bytes(bytes))
    }

    fn clock_plus(&self, by: SignedDuration) -> Option<Timestamp> {
        use pengayom_node::Clock as _;
        self.clock.now().checked_add(by).ok()
    }
}
