//! Policies of who may do what, asked of Cedar.
//!
//! A pack brings policies and their schema; the program brings a floor that outweighs them. They are
//! read and held to [`super::floor`] once, when a unit is loaded. What a set of roles may do at all is
//! asked once and kept; what concerns one case is asked with that case. Anything that goes wrong while
//! asking is a refusal.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Effect, Entities, Entity, EntityId,
    EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use pengayom_core::pack::SCHEMA_FILE;
use pengayom_core::place::{AreaCode, Geography, StationId};
use pengayom_core::value::OfficerId;

use super::case::{CaseFacts, Purpose};
use super::fault::{FAULTS_MAX, Hole, PolicyFault, PolicyFaults};
use super::floor::{FLOOR, FLOOR_FILE, is_shut};
use super::{Carried, Permission, Role, Staff};

/// Most policies of one file.
const POLICIES_MAX: usize = 200;

/// Most sets of roles whose permissions are kept; beyond that they are asked anew.
const KEPT_MAX: usize = 4096;

/// Rank of whoever asks in a trial: above every real one.
const RANK_TRIED: u32 = 99;

/// The case asked about. No policy speaks of one case by its identifier.
const THIS_CASE: &str = "this";

/// Roles, rank and station: all that a permission without a case depends on.
type CarriedKey = (u8, u32, StationId);

/// A unit's policies, read and held to the floor.
pub struct Policies {
    set: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
    names: Names,
    carried: RwLock<HashMap<CarriedKey, Carried>>,
}

impl std::fmt::Debug for Policies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policies")
            .field("policies", &self.set.num_of_policies())
            .finish_non_exhaustive()
    }
}

/// Names of the schema's types, parsed once.
struct Names {
    officer: EntityTypeName,
    role: EntityTypeName,
    station: EntityTypeName,
    area: EntityTypeName,
    action: EntityTypeName,
    purpose: EntityTypeName,
    unit: EntityUid,
    case: EntityUid,
}

impl Names {
    fn new() -> Result<Self, Hole> {
        let name = |text: &str| -> Result<EntityTypeName, Hole> {
            text.parse()
                .map_err(|error| Hole::Shape(format!("{error}")))
        };
        Ok(Self {
            officer: name("Officer")?,
            role: name("Role")?,
            station: name("Station")?,
            area: name("Area")?,
            action: name("Action")?,
            purpose: name("Purpose")?,
            unit: uid(&name("Unit")?, "unit"),
            case: uid(&name("Case")?, THIS_CASE),
        })
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// Policies that failed, each with what the engine says; `None`: what is asked with does not fit.
type Failed = Vec<(Option<PolicyId>, String)>;

/// What is asked about.
#[derive(Clone, Copy)]
enum About<'a> {
    Unit,
    Case(&'a CaseFacts<'a>, Option<&'a Geography>),
}

/// Who asks, as policies see them.
struct Asker<'a> {
    id: OfficerId,
    roles: &'a [Role],
    rank: u32,
    station: &'a StationId,
    all_stations: bool,
    reads_sensitive: bool,
}

impl Policies {
    /// Reads the policies of a pack, by path inside it, and holds them to the floor.
    ///
    /// # Errors
    /// [`PolicyFaults`]: what does not read or does not fit the schema, what opens something to
    /// everybody or opens everything, what fails when it is asked, what opens what must stay shut.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, PolicyFaults> {
        let whole = |file: &str, hole| {
            PolicyFaults(vec![PolicyFault {
                file: file.to_owned(),
                line: 1,
                hole,
            }])
        };
        let names = Names::new().map_err(|hole| whole(SCHEMA_FILE, hole))?;
        let text = files.get(SCHEMA_FILE).map_or("", String::as_str);
        let schema = match Schema::from_cedarschema_str(text) {
            Ok((schema, _)) => schema,
            Err(error) => return Err(whole(SCHEMA_FILE, Hole::Schema(told(&error)))),
        };
        let mut faults = actions_fit(&schema);
        let mut set = PolicySet::new();
        for (file, text) in files.iter().filter(|(file, _)| *file != SCHEMA_FILE) {
            read_file(file, text, &mut set, &mut faults);
        }
        read_file(FLOOR_FILE, FLOOR, &mut set, &mut faults);
        if faults.is_empty() {
            let checked = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
            let found = checked.validation_errors();
            faults.extend(found.map(|error| at(error.policy_id(), Hole::Unfit(told(error)))));
        }
        if faults.is_empty() {
            let policies = Self {
                set,
                schema,
                authorizer: Authorizer::new(),
                names,
                carried: RwLock::default(),
            };
            faults = policies.held_to_the_floor();
            if faults.is_empty() {
                return Ok(policies);
            }
        }
        faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        faults.dedup();
        Err(PolicyFaults(faults))
    }

    /// [`Policies::load`], with the last set that this process read kept: the same files are tried once,
    /// however often a unit is read anew.
    ///
    /// # Errors
    /// As [`Policies::load`].
    pub fn shared(files: &BTreeMap<String, String>) -> Result<Arc<Self>, PolicyFaults> {
        static LAST: Mutex<Option<(BTreeMap<String, String>, Arc<Policies>)>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, policies)) = last.as_ref().filter(|(known, _)| known == files) {
            return Ok(Arc::clone(policies));
        }
        let policies = Arc::new(Self::load(files)?);
        *last = Some((files.clone(), Arc::clone(&policies)));
        Ok(policies)
    }

    /// What a set of roles carries, with a rank and a station: kept once it was asked.
    pub fn carried(&self, roles: &[Role], rank: u32, station: &StationId) -> Carried {
        let mask = roles.iter().fold(0_u8, |mask, role| mask | role.bit());
        let key = (mask, rank, station.clone());
        {
            let kept = self.carried.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(carried) = kept.get(&key) {
                return *carried;
            }
        }
        let mut carried = Carried::none(rank);
        let asker = Asker {
            id: OfficerId(uuid::Uuid::nil()),
            roles,
            rank,
            station,
            all_stations: false,
            reads_sensitive: false,
        };
        let about = About::Unit;
        if let Ok(known) = self.entities(&asker, about, None) {
            for permission in Permission::ALL {
                if self
                    .ask_among(&known, &asker, permission, about, Purpose::Handle)
                    .is_ok()
                {
                    carried = carried.with(permission);
                }
            }
        }
        let mut kept = self.carried.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, carried);
        carried
    }

    /// Roles that carry a permission by themselves, for whoever asks whom to go to.
    pub fn roles_with<'a>(
        &'a self,
        permission: Permission,
        unit: &'a StationId,
    ) -> impl Iterator<Item = Role> + 'a {
        let carries = move |role: &Role| self.carried(&[*role], 0, unit).may(permission);
        Role::ALL.into_iter().filter(carries)
    }

    /// Whether somebody may do something with a case, by the policies and the floor. An error of the
    /// engine and a missing attribute are a refusal.
    pub fn opens(
        &self,
        staff: &Staff,
        permission: Permission,
        case: &CaseFacts<'_>,
        purpose: Purpose,
        geography: &Geography,
    ) -> bool {
        let unit = geography.unit().as_station();
        let asker = Asker {
            id: staff.id,
            roles: &staff.roles,
            rank: staff.carries.rank(),
            station: staff.desk(&unit),
            all_stations: staff.may(Permission::ReadAllStations),
            reads_sensitive: staff.may(Permission::ReadSensitiveCase),
        };
        let about = About::Case(case, Some(geography));
        self.ask(&asker, permission, about, purpose).is_ok()
    }

    /// Asks the engine. `Err` holds the policies that failed; empty when it was simply refused.
    fn ask(
        &self,
        asker: &Asker<'_>,
        permission: Permission,
        about: About<'_>,
        purpose: Purpose,
    ) -> Result<Vec<PolicyId>, Failed> {
        let broken = |error: String| vec![(None, error)];
        let entities = self.entities(asker, about, None).map_err(broken)?;
        self.ask_among(&entities, asker, permission, about, purpose)
    }

    /// The same with what is known of asker and case put together before, for many questions.
    fn ask_among(
        &self,
        entities: &Entities,
        asker: &Asker<'_>,
        permission: Permission,
        about: About<'_>,
        purpose: Purpose,
    ) -> Result<Vec<PolicyId>, Failed> {
        let broken = |error: String| vec![(None, error)];
        let request = self
            .request(asker, permission, about, purpose, None)
            .map_err(broken)?;
        let answer = self.authorizer.is_authorized(&request, &self.set, entities);
        let failed: Vec<_> = answer
            .diagnostics()
            .errors()
            .map(|error| match error {
                cedar_policy::AuthorizationError::PolicyEvaluationError(error) => {
                    (Some(error.policy_id().clone()), told(error))
                }
            })
            .collect();
        if answer.decision() == Decision::Allow && failed.is_empty() {
            Ok(answer.diagnostics().reason().cloned().collect())
        } else {
            if !failed.is_empty() {
                tracing::error!(
                    failed = failed.len(),
                    "a policy failed; the request is refused"
                );
            }
            Err(failed)
        }
    }

    /// Who asks for what, of what, and why.
    fn request(
        &self,
        asker: &Asker<'_>,
        permission: Permission,
        about: About<'_>,
        purpose: Purpose,
        schema: Option<&Schema>,
    ) -> Result<Request, String> {
        let names = &self.names;
        let principal = uid(&names.officer, &asker.id.to_string());
        let resource = match about {
            About::Unit => names.unit.clone(),
            About::Case(..) => names.case.clone(),
        };
        let purpose = RestrictedExpression::new_entity_uid(uid(&names.purpose, purpose.as_str()));
        let context =
            Context::from_pairs([("purpose".to_owned(), purpose)]).map_err(|e| told(&e))?;
        let action = uid(&names.action, permission.as_str());
        Request::new(principal, action, resource, context, schema).map_err(|e| told(&e))
    }

    /// What policies see of whoever asks and of what is asked about.
    fn entities(
        &self,
        asker: &Asker<'_>,
        about: About<'_>,
        schema: Option<&Schema>,
    ) -> Result<Entities, String> {
        let names = &self.names;
        let principal = uid(&names.officer, &asker.id.to_string());
        let mut entities = vec![self.officer(asker, &principal)?];
        let home = uid(&names.station, asker.station.as_str());
        let placed_in = match about {
            About::Unit => None,
            About::Case(case, geography) => {
                let area = case.beat.map(|beat| uid(&names.area, beat.as_str()));
                let mut parents: HashSet<EntityUid> = area.into_iter().collect();
                parents.extend(case.station.map(|at| uid(&names.station, at.as_str())));
                entities.push(self.case(case, parents)?);
                if let (Some(beat), Some(geography)) = (case.beat, geography) {
                    self.areas(beat, geography, &mut entities);
                }
                case.station.zip(geography)
            }
        };
        // The unit is a station, and every other one is in it.
        if let Some((station, geography)) = placed_in {
            let unit = geography.unit().as_station();
            if *station != unit {
                let inside = HashSet::from([uid(&names.station, unit.as_str())]);
                let station = uid(&names.station, station.as_str());
                entities.push(Entity::new_no_attrs(station, inside));
            }
        }
        if !entities.iter().any(|known| known.uid() == home) {
            entities.push(Entity::new_no_attrs(home, HashSet::new()));
        }
        Entities::from_entities(entities, schema).map_err(|e| told(&e))
    }

    fn officer(&self, asker: &Asker<'_>, principal: &EntityUid) -> Result<Entity, String> {
        let roles = asker.roles.iter();
        let roles = roles.map(|role| uid(&self.names.role, role.as_str()));
        let station = uid(&self.names.station, asker.station.as_str());
        let attributes = HashMap::from([
            (
                "station".to_owned(),
                RestrictedExpression::new_entity_uid(station),
            ),
            (
                "rank".to_owned(),
                RestrictedExpression::new_long(i64::from(asker.rank)),
            ),
            (
                "all_stations".to_owned(),
                RestrictedExpression::new_bool(asker.all_stations),
            ),
            (
                "reads_sensitive".to_owned(),
                RestrictedExpression::new_bool(asker.reads_sensitive),
            ),
        ]);
        Entity::new(principal.clone(), attributes, roles.collect()).map_err(|e| told(&e))
    }

    fn case(&self, case: &CaseFacts<'_>, parents: HashSet<EntityUid>) -> Result<Entity, String> {
        let officer = |id: OfficerId| {
            RestrictedExpression::new_entity_uid(uid(&self.names.officer, &id.to_string()))
        };
        let set = |officers: &mut dyn Iterator<Item = OfficerId>| {
            RestrictedExpression::new_set(officers.map(officer))
        };
        let attributes = HashMap::from([
            (
                "placed".to_owned(),
                RestrictedExpression::new_bool(case.station.is_some()),
            ),
            (
                "sensitive".to_owned(),
                RestrictedExpression::new_bool(case.sensitive),
            ),
            ("handlers".to_owned(), set(&mut case.handlers())),
            (
                "named".to_owned(),
                set(&mut case.access.named.iter().copied()),
            ),
            ("opened".to_owned(), set(&mut case.opened())),
            (
                "concerned".to_owned(),
                set(&mut case.access.concerned.iter().copied()),
            ),
        ]);
        Entity::new(self.names.case.clone(), attributes, parents).map_err(|e| told(&e))
    }

    /// The beat and the areas it lies in.
    fn areas(&self, beat: &AreaCode, geography: &Geography, entities: &mut Vec<Entity>) {
        let above = geography
            .areas()
            .ancestors(beat)
            .map(pengayom_core::place::Area::code);
        let chain: Vec<&AreaCode> = std::iter::once(beat)
            .chain(above.filter(|code| *code != beat))
            .collect();
        for (n, code) in chain.iter().enumerate() {
            let parent = chain.get(n + 1);
            let parent = parent.map(|parent| uid(&self.names.area, parent.as_str()));
            let area = uid(&self.names.area, code.as_str());
            entities.push(Entity::new_no_attrs(area, parent.into_iter().collect()));
        }
    }

    /// Asks every role for everything, with and without a case, and reports what is open that must be
    /// shut and what fails.
    fn held_to_the_floor(&self) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        let Ok(station) = "floor-test".parse::<StationId>() else {
            return faults;
        };
        let probes = super::case::Probe::all();
        for role in Role::ALL {
            let asker = Asker {
                id: super::case::Probe::ASKER,
                roles: &[role],
                rank: RANK_TRIED,
                station: &station,
                all_stations: true,
                reads_sensitive: true,
            };
            if let Some(fault) = self.shape(&asker, probes) {
                return vec![fault];
            }
            let facts: Vec<_> = probes.iter().map(super::case::Probe::facts).collect();
            let cases = facts.iter().zip(probes).map(|(facts, probe)| {
                let about = About::Case(facts, None);
                (about, self.entities(&asker, about, None), probe.purpose)
            });
            let cases: Vec<_> = cases.collect();
            let unit = self.entities(&asker, About::Unit, None);
            let ask = |permission, about, known: &Result<Entities, String>, purpose| match known {
                Ok(known) => self.ask_among(known, &asker, permission, about, purpose),
                Err(error) => Err(vec![(None, error.clone())]),
            };
            let mut opened = 0_usize;
            for permission in Permission::ALL {
                let answer = ask(permission, About::Unit, &unit, Purpose::Handle);
                opened += usize::from(answer.is_ok());
                judge(role, permission, answer, &mut faults);
                for (about, known, purpose) in cases.iter().filter(|_| permission.is_of_a_case()) {
                    let answer = ask(permission, *about, known, *purpose);
                    judge(role, permission, answer, &mut faults);
                }
                if faults.len() > FAULTS_MAX {
                    return faults;
                }
            }
            if opened == 0 {
                faults.push(PolicyFault {
                    file: "access/roles.cedar".to_owned(),
                    line: 1,
                    hole: Hole::Nothing(role),
                });
            }
        }
        faults
    }

    /// Whether the schema takes what the program asks with.
    fn shape(&self, asker: &Asker<'_>, probes: &[super::case::Probe]) -> Option<PolicyFault> {
        let schema = Some(&self.schema);
        let facts = probes.first()?.facts();
        let case = About::Case(&facts, None);
        let entities = self.entities(asker, About::Unit, schema).err();
        let entities = entities.or_else(|| self.entities(asker, case, schema).err());
        let asked = entities.or_else(|| {
            Permission::ALL.into_iter().find_map(|permission| {
                let of_unit = self.request(asker, permission, About::Unit, Purpose::Gather, schema);
                let of_case = permission
                    .is_of_a_case()
                    .then(|| self.request(asker, permission, case, Purpose::Handle, schema));
                of_unit.err().or(of_case.and_then(Result::err))
            })
        });
        asked.map(|fault| PolicyFault {
            file: SCHEMA_FILE.to_owned(),
            line: 1,
            hole: Hole::Shape(fault),
        })
    }
}

fn judge(
    role: Role,
    permission: Permission,
    answer: Result<Vec<PolicyId>, Failed>,
    faults: &mut Vec<PolicyFault>,
) {
    match answer {
        Ok(reasons) if is_shut(role, permission) => {
            let hole = Hole::OpensShut { role, permission };
            faults.extend(reasons.iter().map(|id| at(id, hole.clone())));
        }
        Ok(_) => {}
        Err(failed) => faults.extend(failed.into_iter().map(|(id, error)| match id {
            Some(id) => at(&id, Hole::Fails(error)),
            None => PolicyFault {
                file: SCHEMA_FILE.to_owned(),
                line: 1,
                hole: Hole::Shape(error),
            },
        })),
    }
}

/// What an error of the engine says, on one line.
fn told(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A fault of the policy with an identifier, which is its file and line.
fn at(id: &PolicyId, hole: Hole) -> PolicyFault {
    let text: &str = id.as_ref();
    let (file, line) = text.rsplit_once(':').unwrap_or((text, "1"));
    PolicyFault {
        file: file.to_owned(),
        line: line.parse().unwrap_or(1),
        hole,
    }
}

/// Whether the schema has exactly the actions the program asks about.
fn actions_fit(schema: &Schema) -> Vec<PolicyFault> {
    let named: HashSet<String> = schema
        .actions()
        .map(|action| AsRef::<str>::as_ref(action.id()).to_owned())
        .collect();
    let known = Permission::ALL.map(Permission::as_str);
    let missing = known.into_iter().filter(|name| !named.contains(*name));
    let strange = named.iter().filter(|name| !known.contains(&name.as_str()));
    missing
        .map(Hole::MissingAction)
        .chain(strange.cloned().map(Hole::UnknownAction))
        .map(|hole| PolicyFault {
            file: SCHEMA_FILE.to_owned(),
            line: 1,
            hole,
        })
        .collect()
}

/// Reads one file, policy by policy, each under its file and line.
fn read_file(file: &str, text: &str, set: &mut PolicySet, faults: &mut Vec<PolicyFault>) {
    let policies = super::split::policies(text);
    if policies.len() > POLICIES_MAX {
        faults.push(PolicyFault {
            file: file.to_owned(),
            line: 1,
            hole: Hole::TooMany(POLICIES_MAX),
        });
        return;
    }
    for (line, text) in policies {
        let id = PolicyId::new(format!("{file}:{line}"));
        let hole = match Policy::parse(Some(id.clone()), text) {
            Ok(policy) => match open_to_all(&policy) {
                Some(hole) => hole,
                None => match set.add(policy) {
                    Ok(()) => continue,
                    // Two on one line: the second is told of as what it is.
                    Err(error) => Hole::Syntax(told(&error)),
                },
            },
            Err(_) if cedar_policy::Template::parse(Some(id), text).is_ok() => Hole::Template,
            Err(error) => Hole::Syntax(told(&error)),
        };
        faults.push(PolicyFault {
            file: file.to_owned(),
            line,
            hole,
        });
    }
}

/// What a permit opens too widely.
fn open_to_all(policy: &Policy) -> Option<Hole> {
    if policy.effect() != Effect::Permit {
        return None;
    }
    let role = match policy.principal_constraint() {
        PrincipalConstraint::In(role) | PrincipalConstraint::IsIn(_, role) => role,
        PrincipalConstraint::Any | PrincipalConstraint::Eq(_) | PrincipalConstraint::Is(_) => {
            return Some(Hole::Everybody);
        }
    };
    let name: &str = role.id().as_ref();
    if role.type_name().to_string() != "Role" || Role::parse(name).is_none() {
        return Some(Hole::UnknownRole(name.to_owned()));
    }
    match policy.action_constraint() {
        ActionConstraint::Any => Some(Hole::EveryAction),
        ActionConstraint::In(_) | ActionConstraint::Eq(_) => None,
    }
}
