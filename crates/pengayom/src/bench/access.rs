//! One decision about one case by the policies, beside a look at the permissions kept for a role.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pengayom_core::subject::case::CaseAccess;
use pengayom_core::value::OfficerId;
use pengayom_node::access::{CaseFacts, Permission, Policies, Purpose, Role, Staff};
use pengayom_node::{Clock as _, UnitContext};
use serde_json::json;
use uuid::Uuid;

use super::{Told, rounded};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;

/// Asks whether an officer of a station may read a case there and one elsewhere, in turn.
///
/// # Errors
/// [`Fault`] when what is built in does not read.
pub(crate) fn access(told: Told, run: u32, decisions: u32) -> Result<(), Fault> {
    let now = SystemClock.now();
    let unit = UnitContext::from_row(&demo::unit_row(now)?)?;
    let began = Instant::now();
    let loaded = Policies::load(unit.pack.policies());
    let load = began.elapsed();
    loaded.map_err(|faults| Fault::Input(faults.to_string()))?;
    let mut stations = unit.geography.stations().iter().map(|station| &station.id);
    let (here, there) = (stations.next(), stations.next());
    let roles = vec![Role::Patrol];
    let by = Staff {
        id: OfficerId(Uuid::nil()),
        login: "bench".to_owned(),
        name: "bench".to_owned(),
        rank: None,
        station: here.cloned(),
        carries: unit.carried(&roles, None, here),
        roles,
    };
    let known = CaseAccess::default();
    let case = |station| CaseFacts {
        sensitive: false,
        station,
        beat: None,
        taken_by: None,
        assigned_to: None,
        access: &known,
        now,
    };
    let (near, far) = (case(here), case(there));
    let read = Permission::ReadCase;
    let mut open = 0_u32;
    let asked = timed(decisions, |n| {
        let case = if n % 2 == 0 { &near } else { &far };
        let answer = unit.case_open_to(&by, read, black_box(case), Purpose::Handle);
        open += u32::from(answer.is_ok());
    });
    let looked = timed(decisions, |_| {
        black_box(black_box(&by).may(black_box(read)));
    });
    let each = |all: Duration| all.as_secs_f64() * 1e9 / f64::from(decisions.max(1));
    told.tell(&json!({
        "what": "access",
        "run": run,
        "decisions": decisions,
        "open": open,
        "ns_each": each(asked).round(),
        "lookup_ns_each": rounded(each(looked)),
        "ratio_to_lookup": rounded(each(asked) / each(looked).max(0.001)),
        "policies_loaded_ms": rounded(load.as_secs_f64() * 1e3),
    }));
    Ok(())
}

fn timed(count: u32, mut ask: impl FnMut(u32)) -> Duration {
    let began = Instant::now();
    for n in 0..count {
        ask(n);
    }
    began.elapsed()
}
