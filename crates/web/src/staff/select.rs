//! Lists to choose from where radios would be too many: services by class, areas by station.

use pengayom_core::pack::{Service, ServiceClass, ServiceCode};

use crate::form::TextField;
use crate::frame::PageFrame;

/// A list to choose from, for `st::select`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Select {
    /// Label, hint, error.
    pub(crate) field: TextField,
    /// Words of the first choice, whose value is empty.
    pub(crate) first: String,
    /// The others.
    pub(crate) groups: Vec<OptionGroup>,
}

/// Choices under one heading.
#[derive(Debug, Clone, Default)]
pub(crate) struct OptionGroup {
    /// The heading.
    pub(crate) label: String,
    /// The choices.
    pub(crate) options: Vec<Pick>,
}

/// One choice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pick {
    /// Value in the form.
    pub(crate) value: String,
    /// Words.
    pub(crate) words: String,
    /// Chosen before.
    pub(crate) selected: bool,
}

impl Pick {
    pub(crate) fn new(value: impl Into<String>, words: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        let selected = value == chosen;
        Self {
            value,
            words: words.into(),
            selected,
        }
    }
}

/// The name of a service; its code when the pack no longer has it.
pub(crate) fn service_name(frame: &PageFrame, code: &ServiceCode) -> String {
    match frame.unit().pack.service(code) {
        Some(service) => frame.say(&service.name).to_owned(),
        None => code.to_string(),
    }
}

/// Every service by its class, in the order of the classes, but those that `without` says.
pub(crate) fn service_groups(
    frame: &PageFrame,
    chosen: &str,
    without: impl Fn(&Service) -> bool,
) -> Vec<OptionGroup> {
    let pack = &frame.unit().pack;
    let group = |class: &ServiceClass| {
        let services = pack
            .services()
            .iter()
            .filter(|service| service.class == *class);
        let options = services
            .filter(|service| !without(service))
            .map(|service| Pick::new(service.code.as_str(), frame.say(&service.name), chosen))
            .collect();
        OptionGroup {
            label: frame.t(class_key(*class)).to_owned(),
            options,
        }
    };
    let groups = ServiceClass::ALL.iter().map(group);
    groups.filter(|group| !group.options.is_empty()).collect()
}

const fn class_key(class: ServiceClass) -> &'static str {
    match class {
        ServiceClass::Emergency => "desk.group_emergency",
        ServiceClass::Criminal => "desk.group_criminal",
        ServiceClass::CriminalComplaint => "desk.group_criminal_complaint",
        ServiceClass::CriminalChild => "desk.group_criminal_child",
        ServiceClass::Petty => "desk.group_petty",
        ServiceClass::Traffic => "desk.group_traffic",
        ServiceClass::Order => "desk.group_order",
        ServiceClass::Administrative => "desk.group_administrative",
        ServiceClass::Information => "desk.group_information",
        ServiceClass::Complaint => "desk.group_complaint",
        ServiceClass::CivilOrSocial => "desk.group_civil_or_social",
        ServiceClass::Community => "desk.group_community",
    }
}
