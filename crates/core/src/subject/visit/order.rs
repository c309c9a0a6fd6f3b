//! In which order people are called: danger, then those who go first, then arrival.

use jiff::Timestamp;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Somebody in danger: before everybody.
    Danger,
    /// Somebody who goes first, such as an old or a pregnant person (S76).
    First,
    /// Everybody else, by arrival.
    Arrival,
}

impl Turn {
    /// All of them, in the order in which people are called.
    pub const ALL: [Self; 3] = [Self::Danger, Self::First, Self::Arrival];

    /// The turn of somebody in danger, or with a reason to go first.
    pub const fn of(danger: bool, first: bool) -> Self {
        match (danger, first) {
            (true, _) => Self::Danger,
            (false, true) => Self::First,
            (false, false) => Self::Arrival,
        }
    }

    /// The stored digit, from 0.
    pub const fn digit(self) -> u8 {
        match self {
            Self::Danger => 0,
            Self::First => 1,
            Self::Arrival => 2,
        }
    }

    /// The turn of a stored digit.
    pub fn from_digit(digit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|turn| turn.digit() == digit)
    }
}

/// A place in the queue: the smaller is called first. Tickets tell apart who came at one moment; the
/// day stands before them, since they are counted anew each day.
pub type Place = (Turn, Timestamp, jiff::civil::Date, u32);

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn places() -> impl Strategy<Value = Vec<Place>> {
        let start: Timestamp = "2026-11-29T02:00:00Z".parse().unwrap();
        let place = (0_u8..3, 0_i64..600, 1_u32..400).prop_map(move |(turn, minute, ticket)| {
            (
                Turn::from_digit(turn).unwrap(),
                start + SignedDuration::from_mins(minute),
                jiff::civil::date(2026, 11, 29),
                ticket,
            )
        });
        vec(place, 0..60)
    }

    proptest! {
        // S76
        #[test]
        fn danger_is_called_before_those_who_go_first_and_they_before_the_rest(
            mut places in places()
        ) {
            places.sort();
            for pair in places.windows(2) {
                prop_assert!(pair[0].0 <= pair[1].0);
                if pair[0].0 == pair[1].0 {
                    prop_assert!(pair[0].1 <= pair[1].1);
                }
            }
        }

        // S21
        #[test]
        fn who_came_first_is_called_first_whatever_else_happens(
            places in places(), more in places()
        ) {
            // Others in the queue never change who of two comes first.
            let mut alone = places.clone();
            alone.sort();
            let mut all: Vec<Place> = places.iter().chain(&more).copied().collect();
            all.sort();
            let mut kept = all;
            let mut left = places;
            kept.retain(|place| {
                let at = left.iter().position(|known| known == place);
                at.map(|at| left.swap_remove(at)).is_some()
            });
            prop_assert_eq!(kept, alone);
        }
    }

    #[test]
    fn every_turn_has_its_digit() {
        for turn in Turn::ALL {
            assert_eq!(Turn::from_digit(turn.digit()), Some(turn));
        }
        assert_eq!(Turn::from_digit(3), None);
        assert_eq!(Turn::of(true, false), Turn::Danger);
    }
}
