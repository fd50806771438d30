//! Check digits of numbers that name a person or an account. All take letters in lower case.

/// Payment cards: the formula of Luhn (ISO/IEC 7812-1, annex B).
pub(super) fn is_card(digits: &[u8]) -> bool {
    if !(13..=19).contains(&digits.len()) || digits.iter().all(|&digit| digit == 0) {
        return false;
    }
    let doubled = |(place, &digit): (usize, &u8)| {
        let twice = u32::from(digit) * 2;
        if place % 2 == 0 { u32::from(digit) } else { twice / 10 + twice % 10 }
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// International bank account numbers: ISO 13616, modulo 97 of ISO/IEC 7064.
pub(super) fn is_iban(text: &str) -> bool {
    let (Some(head), Some(rest)) = (text.get(..4), text.get(4..)) else { return false };
    let country = head.bytes().take(2).all(|byte| byte.is_ascii_lowercase());
    let checked = head.bytes().skip(2).all(|byte| byte.is_ascii_digit());
    if !(15..=34).contains(&text.len()) || !country || !checked {
        return false;
    }
    let mut remainder = 0_u32;
    for byte in rest.bytes().chain(head.bytes()) {
        remainder = match byte {
            b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
            b'a'..=b'z' => (remainder * 100 + u32::from(byte - b'a') + 10) % 97,
            _ => return false,
        };
    }
    remainder == 1
}

/// Spanish identity numbers: eight digits, or X, Y or Z and seven, and the letter that they give
/// modulo 23 (Real Decreto 1553/2005, article 11; Orden INT/2058/2008).
pub(super) fn is_spanish_id(text: &str) -> bool {
    const LETTERS: &[u8; 23] = b"trwagmyfpdxbnjzsqvhlcke";
    let Some((number, letter)) = text.split_at_checked(8) else { return false };
    let number = match number.as_bytes().first() {
        Some(b'x') => number.replacen('x', "0", 1),
        Some(b'y') => number.replacen('y', "1", 1),
        Some(b'z') => number.replacen('z', "2", 1),
        _ => number.to_owned(),
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let Ok(number) = number.parse::<usize>() else { return false };
    letter.len() == 1 && LETTERS.get(number % 23) == letter.as_bytes().first()
}

/// Chinese identity numbers: seventeen digits and the check character of GB 11643-1999.
pub(super) fn is_chinese_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10x98765432";
    let bytes = text.as_bytes();
    if bytes.len() != 18 || !bytes.iter().take(17).all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 =
        bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    let check = usize::try_from(sum % 11).ok().and_then(|at| CHECKS.get(at));
    check == bytes.last()
}

#[cfg(test)]
mod tests {
    use super::{is_card, is_chinese_id, is_iban, is_spanish_id};

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    /// Numbers from the standards' own examples and from card networks' test lists.
    #[test]
    fn check_digits() {
        assert!(is_card(&digits("4111111111111111")) && is_card(&digits("378282246310005")));
        assert!(!is_card(&digits("4111111111111112")) && !is_card(&digits("0000000000000000")));
        assert!(is_iban("es9121000418450200051332") && is_iban("gb82west12345698765432"));
        assert!(!is_iban("es9121000418450200051333") && !is_iban("es91") && !is_iban("é"));
        assert!(is_spanish_id("12345678z") && is_spanish_id("x1234567l"));
        assert!(
            !is_spanish_id("12345678a") && !is_spanish_id("1234567") && !is_spanish_id("a2345678z")
        );
        assert!(is_chinese_id("11010519491231002x") && is_chinese_id("440524188001010014"));
        assert!(!is_chinese_id("110105194912310021"));
    }
}
