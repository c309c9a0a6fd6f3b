//! The rows of the CSV.

use super::ConsistencyFigures;

/// Columns of the CSV; what a part has none of is empty.
pub(in crate::board::consistency) const COLUMNS: [&str; 9] = [
    "part", "key", "name", "n", "value", "beside", "low", "high", "said",
];

impl ConsistencyFigures {
    /// The rows of the CSV.
    pub(in crate::board::consistency) fn rows(&self) -> Vec<[String; 9]> {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let none = String::new;
        let mut rows: Vec<[String; 9]> = Vec::new();
        for week in &self.weekly.weeks {
            rows.push([
                "week".to_owned(),
                week.from.to_string(),
                none(),
                week.n.to_string(),
                week.value.to_string(),
                number(self.weekly.center),
                number(week.lower),
                number(week.upper),
                week.signals.join("; "),
            ]);
        }
        for (part, groups) in [("beside", &self.hours.beside), ("since", &self.hours.since)] {
            for group in groups {
                rows.push([
                    part.to_owned(),
                    group.group.to_owned(),
                    group.name.clone(),
                    group.n.to_string(),
                    number(group.value),
                    number(group.beside),
                    number(group.low),
                    number(group.high),
                    group.call.to_owned(),
                ]);
            }
        }
        for hour in &self.hours.usual {
            let key = format!("{}-{:02}", hour.weekday, hour.hour);
            rows.push([
                "usual_hour".to_owned(),
                key,
                none(),
                hour.n.to_string(),
                hour.expected.to_string(),
                none(),
                none(),
                none(),
                none(),
            ]);
        }
        for day in &self.hours.days {
            rows.push([
                "day_left".to_owned(),
                day.day.to_string(),
                none(),
                day.n.to_string(),
                day.left.to_string(),
                day.z.to_string(),
                none(),
                none(),
                day.signals.join("; "),
            ]);
        }
        for station in &self.places.stations {
            rows.push([
                "station".to_owned(),
                station.station.clone(),
                station.name.clone(),
                station.n.to_string(),
                station.value.to_string(),
                number(station.expected),
                number(station.low),
                number(station.high),
                station.outside.to_owned(),
            ]);
        }
        if let Some(officers) = &self.officers {
            let quarters = [
                ("lower", officers.lower),
                ("middle", officers.middle),
                ("upper", officers.upper),
            ];
            for (key, share) in quarters {
                rows.push([
                    "officers".to_owned(),
                    key.to_owned(),
                    none(),
                    officers.officers.to_string(),
                    share.to_string(),
                    none(),
                    none(),
                    none(),
                    none(),
                ]);
            }
        }
        for part in self.parts.iter().flat_map(|parts| &parts.parts) {
            rows.push([
                "part".to_owned(),
                part.factor.to_owned(),
                none(),
                part.levels.to_string(),
                number(part.share),
                none(),
                none(),
                none(),
                none(),
            ]);
        }
        rows
    }
}
