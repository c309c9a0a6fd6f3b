//! The part of a Rust source that becomes the program.

/// A source without its comments and without what stands under `#[cfg(test)]`. Every line keeps its
/// number: what is left out leaves an empty line.
pub fn own_code(text: &str) -> String {
    let mut lines = Vec::new();
    let mut skipping = Skipping::No;
    for line in text.lines() {
        let code = without_comment(line);
        let opened = code.matches('{').count();
        let closed = code.matches('}').count();
        let mut kept = "";
        match skipping {
            Skipping::No if code.trim_start().starts_with("#[cfg(test)]") => {
                skipping = Skipping::Head;
            }
            Skipping::No => kept = code,
            Skipping::Head => {
                if opened > closed {
                    skipping = Skipping::Body(opened - closed);
                } else if opened > 0 || code.trim_end().ends_with(';') {
                    skipping = Skipping::No;
                }
            }
            Skipping::Body(depth) => {
                let depth = (depth + opened).saturating_sub(closed);
                skipping = if depth == 0 {
                    Skipping::No
                } else {
                    Skipping::Body(depth)
                };
            }
        }
        lines.push(kept);
    }
    lines.join("\n")
}

/// The line up to `//`, unless that stands in an address (`https://`).
fn without_comment(line: &str) -> &str {
    line.match_indices("//")
        .find(|(at, _)| !line.get(..*at).unwrap_or_default().ends_with(':'))
        .map_or(line, |(at, _)| line.get(..at).unwrap_or_default())
}

/// Where we are with an item that is compiled for tests only.
enum Skipping {
    No,
    /// Its attribute was seen, its body not yet.
    Head,
    /// Inside its body, this many braces deep.
    Body(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_test_items_are_left_out_and_lines_keep_their_numbers() {
        let text = "a(); // b\n#[cfg(test)]\nmod tests {\n  fn c() {}\n}\nd(\"https://e\");\n#[cfg(test)]\nmod f;\ng();";
        assert_eq!(own_code(text), "a(); \n\n\n\n\nd(\"https://e\");\n\n\ng();");
    }
}
