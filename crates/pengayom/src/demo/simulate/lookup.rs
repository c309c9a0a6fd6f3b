//! What a scene needs of the words and of the unit.

use super::{Fault, Player, Report, Role, Staff, Story};

impl<'a> Player<'a> {
    /// Whether somebody goes there, rather than answering.
    pub(super) fn goes_there(&self, story: &Story) -> Result<bool, Fault> {
        Ok(matches!(
            self.report(story)?.service.as_str(),
            "gangguan" | "laka" | "orang_hilang"
        ))
    }

    pub(super) fn function(&self, story: &Story) -> Result<String, Fault> {
        let unit = self.node.unit();
        let service = unit.pack.service(&self.report(story)?.service);
        Ok(service
            .map(|service| service.function.code().to_owned())
            .unwrap_or_default())
    }

    /// Force in a meeting, with its stage and its legal basis: now and then where order is disturbed, and mild.
    pub(super) fn force(&self, story: &Story) -> Result<Option<(String, String)>, Fault> {
        let report = self.report(story)?;
        // Of what is drawn already, so that what is drawn after it stays the same.
        let drawn = story.filed_at.as_second().div_euclid(60);
        if report.service.as_str() != "gangguan" || drawn.rem_euclid(6) != 1 {
            return Ok(None);
        }
        let unit = self.node.unit();
        let basis = unit
            .pack
            .service(&report.service)
            .and_then(|service| service.legal_basis.first().cloned());
        // From the spoken order on: presence alone is no force.
        let stages = unit.pack.force_stages().iter().skip(1).take(3);
        let nth = usize::try_from(drawn.rem_euclid(18) / 6).unwrap_or_default();
        let stage = stages.map(|stage| stage.code.to_string()).nth(nth);
        Ok(stage.zip(basis))
    }

    pub(super) fn report(&self, story: &Story) -> Result<&'a Report, Fault> {
        self.words
            .report
            .get(story.report)
            .ok_or_else(|| Fault::Input("simulation.toml: no report".to_owned()))
    }

    /// Who serves a story at the desk.
    pub(super) fn desk(&self, story: &Story) -> Result<Staff, Fault> {
        let colleague = &self.words.colleague.login;
        match self
            .staff
            .iter()
            .find(|staff| story.by_colleague && staff.login == *colleague)
        {
            Some(colleague) => Ok(colleague.clone()),
            None => self.with_role(Role::Desk),
        }
    }

    pub(super) fn with_role(&self, role: Role) -> Result<Staff, Fault> {
        self.staff
            .iter()
            .find(|staff| staff.roles.contains(&role) && !staff.login.starts_with("petugas-"))
            .cloned()
            .ok_or_else(|| Fault::Input(format!("simulation.toml: no account {}", role.as_str())))
    }
}
