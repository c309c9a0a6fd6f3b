//! Where each policy of a file begins, so that a fault names its line.

/// The policies of a text, each with the line on which it begins (from 1) and its own text. A policy
/// ends with a semicolon that stands in no text in quotes and in no comment.
pub(super) fn policies(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut from, mut in_text, mut in_comment, mut escaped) = (0, false, false, false);
    let mut before = '\0';
    for (at, sign) in text.char_indices() {
        if in_comment {
            in_comment = sign != '\n';
        } else if in_text {
            in_text = escaped || sign != '"';
            escaped = !escaped && sign == '\\';
        } else {
            match sign {
                '"' => in_text = true,
                '/' if before == '/' => in_comment = true,
                ';' => {
                    found.extend(placed(text, from, at + 1));
                    from = at + 1;
                }
                _ => {}
            }
        }
        before = if in_comment || in_text { '\0' } else { sign };
    }
    // What stands after the last semicolon is a policy that lacks its own, or a remark.
    found.extend(placed(text, from, text.len()));
    found
}

/// A piece without the remarks and empty lines before it; `None` when nothing else is in it.
fn placed(text: &str, from: usize, to: usize) -> Option<(usize, &str)> {
    let mut start = from;
    let piece = text.get(from..to)?;
    for line in piece.split_inclusive('\n') {
        let bare = line.trim();
        if !bare.is_empty() && !bare.starts_with("//") {
            let line_number = text.get(..start)?.matches('\n').count() + 1;
            return Some((line_number, text.get(start..to)?));
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::policies;

    #[test]
    fn a_semicolon_in_a_text_or_a_remark_ends_no_policy() {
        let text = "// a; b\npermit (a == \"x;\\\";\");\n\n// c;\nforbid\n(b); // d;\npermit (c)";
        let found = policies(text);
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5, 7]);
        assert_eq!(found[0].1, "permit (a == \"x;\\\";\");");
        assert_eq!(found[1].1, "forbid\n(b);");
        assert!(policies("// only a remark;\n\n").is_empty());
        assert!(policies("").is_empty());
    }
}
