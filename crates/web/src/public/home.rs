//! The front page: doors to what this node can do today, and no other.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::pack::ServiceClass;

use super::{desk_now, services};
use crate::extract::PublicPage;
use crate::form::TextField;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::outages::{OutageLine, is_at, lines};
use crate::problem::Fault;

struct Door {
    href: String,
    icon: &'static str,
    words: String,
    hint: Option<String>,
    urgent: bool,
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    page: PageFrame,
    doors: Vec<Door>,
    area: TextField,
    /// What is down in the unit itself.
    outages: Vec<OutageLine>,
    /// What works again since a short while: good to know, and no reason to move the doors.
    recovered: Vec<OutageLine>,
    /// The unit's own front desk, and the wait there.
    desk: String,
    wait: Option<String>,
}

/// `GET /`
pub(super) async fn show(
    PublicPage {
        mut frame, node, ..
    }: PublicPage,
) -> Result<Response, Fault> {
    frame.titled("home.title");
    let door = |href: &str, icon, words: &str, hint: Option<&str>, urgent| Door {
        href: href.to_owned(),
        icon,
        words: words.to_owned(),
        hint: hint.map(ToOwned::to_owned),
        urgent,
    };
    let mut doors = vec![
        door(
            "/lapor",
            "door-report",
            frame.t("home.door_report"),
            None,
            true,
        ),
        door(
            "/aman",
            "door-safe",
            frame.t("home.door_unsafe"),
            None,
            true,
        ),
        door(
            "/layanan",
            "door-letter",
            frame.t("home.door_services"),
            Some(frame.t("home.door_services_help")),
            false,
        ),
        door(
            "/lacak",
            "door-track",
            frame.t("home.door_track"),
            None,
            false,
        ),
        door(
            "/nilai",
            "door-rate",
            frame.t("home.door_rate"),
            None,
            false,
        ),
    ];
    // How to complain is told where the pack knows of it.
    let services = frame.unit().pack.services().iter();
    if let Some(service) = services
        .into_iter()
        .find(|s| s.class == ServiceClass::Complaint)
    {
        let hint = Some(frame.t("home.door_complain_help"));
        let words = frame.t("home.door_complain");
        doors.push(door(
            &services::address(service),
            "door-complain",
            words,
            hint,
            false,
        ));
    }
    // The desk of the unit itself: those of its stations are on the pages of their areas.
    let unit = node.unit();
    let own = unit.own_station();
    let outages = lines(&frame, &node, |row, _| is_at(row, &[own])).await;
    let (recovered, outages) = outages.into_iter().partition(|line| line.ended);
    let wait = desk_now::words(&frame, &node, own).await;
    let desk = frame.tf("wait.desk", &[("station", &unit.station_name(own))]);
    let area = TextField::new("desa", frame.t("home.area_label"), "", &[]);
    draw_kept(
        StatusCode::OK,
        &HomePage {
            page: frame,
            doors,
            area,
            outages,
            recovered,
            desk,
            wait,
        },
        Keep::AskAgain,
    )
}
