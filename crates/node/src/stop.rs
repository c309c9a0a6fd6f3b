//! Work that goes on until it is told to stop.

use tokio::sync::watch;

/// Whether to stop: it was told, or nobody is left who could tell. Without the second, work whose
/// teller is gone would go round without a rest.
pub fn is_told(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_was_told_stops_and_so_does_one_whom_nobody_can_tell() {
        let (tell, stop) = watch::channel(false);
        assert!(!is_told(&stop));
        let other = stop.clone();
        drop(tell);
        assert!(is_told(&stop) && is_told(&other));
        let (tell, stop) = watch::channel(false);
        assert_eq!(tell.send(true), Ok(()));
        assert!(is_told(&stop));
    }
}
