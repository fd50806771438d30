//! The server's side of an SMTP dialogue (RFC 5321) as a pure state machine: a line in, what to
//! do out. No TLS, no AUTH, no relaying: for mail of this host to this host.

/// Bytes of one mail.
const MAX_MAIL_BYTES: usize = 1024 * 1024;

/// Recipients of one mail.
const MAX_RECIPIENTS: usize = 100;

/// A mail as it was handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    /// Envelope sender, without its angle brackets.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The text, dots unstuffed, lines ended by CRLF.
    pub text: Vec<u8>,
}

/// What to do after a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Answer and go on.
    Reply(&'static str),
    /// Answer and hang up.
    Close(&'static str),
    /// Wait for the next line of the text.
    Quiet,
    /// Make the mail durable, then answer.
    Store(Parcel),
}

/// Where a dialogue is.
#[derive(Debug, Default)]
pub struct Dialogue {
    greeted: bool,
    mail: Option<Parcel>,
    in_text: bool,
    too_long: bool,
}

impl Dialogue {
    /// Takes one line, its line end included.
    pub fn line(&mut self, line: &[u8]) -> Step {
        if self.in_text { self.text(line) } else { self.command(line) }
    }

    fn text(&mut self, line: &[u8]) -> Step {
        if matches!(line, b".\r\n" | b".\n") {
            self.in_text = false;
            let parcel = self.mail.take().unwrap_or_default();
            if std::mem::take(&mut self.too_long) {
                return Step::Reply("552 5.3.4 too large\r\n");
            }
            return Step::Store(parcel);
        }
        let line = line.strip_prefix(b".").unwrap_or(line);
        if let Some(parcel) = &mut self.mail {
            self.too_long |= parcel.text.len() + line.len() > MAX_MAIL_BYTES;
            if !self.too_long {
                parcel.text.extend_from_slice(line);
            }
        }
        Step::Quiet
    }

    fn command(&mut self, line: &[u8]) -> Step {
        let Ok(line) = std::str::from_utf8(line) else {
            return Step::Reply("500 5.5.2 not UTF-8\r\n");
        };
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => self.hello("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"),
            "HELO" => self.hello("250 sink\r\n"),
            "MAIL" => self.mail(line),
            "RCPT" => self.rcpt(line),
            "DATA" => self.data(),
            "RSET" => {
                self.mail = None;
                Step::Reply("250 2.0.0 forgotten\r\n")
            }
            "NOOP" => Step::Reply("250 2.0.0 ok\r\n"),
            "VRFY" => Step::Reply("252 2.1.5 send it and see\r\n"),
            "QUIT" => Step::Close("221 2.0.0 bye\r\n"),
            _ => Step::Reply("502 5.5.1 not implemented\r\n"),
        }
    }

    fn hello(&mut self, answer: &'static str) -> Step {
        self.greeted = true;
        self.mail = None;
        Step::Reply(answer)
    }

    fn mail(&mut self, line: &str) -> Step {
        let Some(from) = path(line, "FROM") else {
            return Step::Reply("501 5.5.4 MAIL FROM:<address>\r\n");
        };
        if !self.greeted || self.mail.is_some() {
            return Step::Reply("503 5.5.1 not now\r\n");
        }
        self.mail = Some(Parcel { from, ..Parcel::default() });
        Step::Reply("250 2.1.0 ok\r\n")
    }

    fn rcpt(&mut self, line: &str) -> Step {
        let to = path(line, "TO").filter(|to| !to.is_empty());
        match (&mut self.mail, to) {
            (None, _) => Step::Reply("503 5.5.1 MAIL first\r\n"),
            (_, None) => Step::Reply("501 5.5.4 RCPT TO:<address>\r\n"),
            (Some(mail), _) if mail.to.len() >= MAX_RECIPIENTS => {
                Step::Reply("452 4.5.3 too many recipients\r\n")
            }
            (Some(mail), Some(to)) => {
                mail.to.push(to);
                Step::Reply("250 2.1.5 ok\r\n")
            }
        }
    }

    fn data(&mut self) -> Step {
        if self.mail.as_ref().is_none_or(|mail| mail.to.is_empty()) {
            return Step::Reply("503 5.5.1 RCPT first\r\n");
        }
        self.in_text = true;
        Step::Reply("354 end with a dot on its own line\r\n")
    }
}

/// The address between angle brackets behind `FROM:` or `TO:`.
fn path(line: &str, word: &str) -> Option<String> {
    let (head, rest) = line.split_once(':')?;
    let named = head.split_whitespace().nth(1)?.eq_ignore_ascii_case(word);
    let (address, _) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    named.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Dialogue, MAX_MAIL_BYTES, Parcel, Step};

    fn talk(dialogue: &mut Dialogue, lines: &[&str]) -> Vec<String> {
        let answer = |line: &&str| match dialogue.line(format!("{line}\r\n").as_bytes()) {
            Step::Reply(text) | Step::Close(text) => text[..3].to_owned(),
            Step::Quiet => String::new(),
            Step::Store(_) => "stored".to_owned(),
        };
        lines.iter().map(answer).collect()
    }

    fn check(lines: &[&str], answers: &[&str]) {
        assert_eq!(talk(&mut Dialogue::default(), lines), answers, "{lines:?}");
    }

    #[test]
    fn order_matters() {
        check(&["MAIL FROM:<a@b>"], &["503"]);
        check(&["EHLO x", "RCPT TO:<a@b>"], &["250", "503"]);
        check(&["helo x", "mail from:<>", "DATA"], &["250", "250", "503"]);
        check(&["EHLO x", "MAIL FROM:<a@b>", "MAIL FROM:<a@b>"], &["250", "250", "503"]);
        check(&["EHLO x", "MAIL FROM:<a>", "RSET", "RCPT TO:<b>"], &["250", "250", "250", "503"]);
        check(
            &["EHLO x", "MAIL TO:<a@b>", "MAIL a@b", "AUTH PLAIN x"],
            &["250", "501", "501", "502"],
        );
        check(&["NOOP", "VRFY a", "QUIT", ""], &["250", "252", "221", "502"]);
    }

    #[test]
    fn a_mail_arrives_as_it_was_written() {
        let mut dialogue = Dialogue::default();
        let lines = ["EHLO x", "MAIL FROM:<a@b> BODY=8BITMIME", "RCPT TO:<c@d>", "RCPT TO:<e@f>"];
        assert_eq!(talk(&mut dialogue, &lines), ["250"; 4]);
        assert_eq!(talk(&mut dialogue, &["DATA", "Subject: x", "", "..dot", "QUIT"])[0], "354");
        let stored = dialogue.line(b".\r\n");
        let text = b"Subject: x\r\n\r\n.dot\r\nQUIT\r\n".to_vec();
        let to = vec!["c@d".to_owned(), "e@f".to_owned()];
        assert_eq!(stored, Step::Store(Parcel { from: "a@b".to_owned(), to, text }));
    }

    #[test]
    fn a_mail_that_is_too_large_is_refused_and_the_next_one_is_not() {
        let mut dialogue = Dialogue::default();
        talk(&mut dialogue, &["EHLO x", "MAIL FROM:<a>", "RCPT TO:<b>", "DATA"]);
        let line = "x".repeat(1000);
        for _ in 0..=MAX_MAIL_BYTES / 1000 {
            assert_eq!(dialogue.line(format!("{line}\r\n").as_bytes()), Step::Quiet);
        }
        let after = [".", "MAIL FROM:<a>", "RCPT TO:<b>", "DATA", "x", "."];
        assert_eq!(talk(&mut dialogue, &after), ["552", "250", "250", "354", "", "stored"]);
    }
}
