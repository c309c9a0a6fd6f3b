//! What fits into one short message (3GPP TS 23.038, the default 7-bit alphabet).

/// Most characters of one short message.
pub const SMS_MAX: usize = 160;

/// The default alphabet; the escape is left out.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Letters of its extension; each takes the room of two.
const EXTENDED: &str = "^{}\\[~]|€";

/// How much of a short message a text takes; `None` when it has a letter that the alphabet lacks: the
/// network would then send it in two parts or with others in its place.
pub fn sms_length(text: &str) -> Option<usize> {
    text.chars()
        .map(|letter| {
            if BASIC.contains(letter) {
                Some(1)
            } else {
                EXTENDED.contains(letter).then_some(2)
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_take_the_room_they_take_in_the_network() {
        assert_eq!(sms_length("Ada kabar: https://a.id/b_c"), Some(27));
        assert_eq!(sms_length("[€]"), Some(6));
        assert_eq!(sms_length("’"), None);
        assert_eq!(sms_length("…"), None);
        assert_eq!(BASIC.chars().count(), 127);
    }
}
