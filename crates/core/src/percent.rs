//! Percent-decoding of what stands in addresses. Knows nothing of their parts.

/// Decodes `text`, with `plus` for every `+`; bytes that are not UTF-8 become the replacement character.
pub(crate) fn decoded(text: &str, plus: u8) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digit = |place: usize| char::from(*tail.get(place)?).to_digit(16);
        let hex = || Some((digit(0)? * 16 + digit(1)?) as u8);
        match (first, hex()) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(plus);
                rest = tail;
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_stays() {
        for (text, plus, wanted) in [
            ("a%20b%c3%A9", b'+', "a bé"),
            ("a+b%2B", b'+', "a+b+"),
            ("a+b%2B", b' ', "a b+"),
            ("100%", b' ', "100%"),
            ("%2x%%41", b' ', "%2x%A"),
            ("%ff", b' ', "\u{fffd}"),
            ("%+4%-4", b'+', "%+4%-4"),
        ] {
            assert_eq!(decoded(text, plus), wanted, "{text}");
        }
    }
}
