//! Parts of a body that are asked for (RFC 9110 §14).

/// Which bytes are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of them: what is asked for does not read, or is several parts, which may be passed over.
    All,
    /// From one until before another.
    Part(u64, u64),
    /// None that are there.
    Nothing,
}

/// Reads the header `Range` for a body of so many bytes.
pub(crate) fn range(text: &str, size: u64) -> Asked {
    let Some((first, last)) = text
        .strip_prefix("bytes=")
        .and_then(|it| it.split_once('-'))
    else {
        return Asked::All;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (from, until) = match (number(first), number(last)) {
        (Some(from), Some(last)) if from <= last => (from, last.saturating_add(1).min(size)),
        (Some(from), None) if last.is_empty() => (from, size),
        // The last so many bytes.
        (None, Some(many)) if first.is_empty() && many > 0 => (size.saturating_sub(many), size),
        (None, Some(0)) if first.is_empty() => return Asked::Nothing,
        _ => return Asked::All,
    };
    if from < until {
        Asked::Part(from, until)
    } else {
        Asked::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_browsers_ask_for_them() {
        for (text, asked) in [
            ("bytes=0-", Asked::Part(0, 100)),
            ("bytes=0-0", Asked::Part(0, 1)),
            ("bytes=10-19", Asked::Part(10, 20)),
            ("bytes=90-900", Asked::Part(90, 100)),
            ("bytes=-7", Asked::Part(93, 100)),
            ("bytes=-900", Asked::Part(0, 100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=99999999999999999999-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=9-3", Asked::All),
            ("bytes=0-1,5-6", Asked::All),
            ("bytes=x-", Asked::All),
            ("bytes=-", Asked::All),
            ("lines=1-2", Asked::All),
            ("", Asked::All),
        ] {
            assert_eq!(range(text, 100), asked, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Asked::Nothing);
    }
}
