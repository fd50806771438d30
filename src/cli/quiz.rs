//! `atalaya quiz`: short quizzes about cases of the library, and who has taken them.

use std::fmt::{self, Write};
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use super::stories::{configuration, cut, short_time, time};
use super::table::table;
use super::{cases, output, report};
use crate::app::AppError;
use crate::app::training::{self, QuizBy, QuizReport};
use crate::config::Config;
use crate::model::{Case, CaseQuestion, Locale, Person, QuizResult, QuizResultId, quiz};
use crate::phrases::{fill, text};

/// Bytes of a line that is typed as an answer.
const MAX_LINE: u64 = 1_000;

/// Take a short quiz about a case; show who has taken them
#[derive(Args)]
pub struct Quiz {
    #[command(subcommand)]
    what: What,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum What {
    /// Ask the questions of a case, explain what was answered wrong, keep the result
    Start {
        /// Who takes it, by the id in the people file
        #[arg(long, value_name = "ID")]
        person: String,
        /// The case. Default: the one that they took least often
        #[arg(long, value_name = "ID")]
        case: Option<String>,
        /// es, en or zh. Default: the language of the person
        #[arg(long, value_name = "LANG")]
        language: Option<Locale>,
        /// The answers, for where there is no terminal: a,c,b
        #[arg(long, value_name = "LETTERS", value_delimiter = ',', requires = "case")]
        answers: Option<Vec<String>>,
    },
    /// Print the questions of a case without their answers
    Questions {
        /// The case
        case: String,
        /// es, en or zh. Default: the organisation's
        #[arg(long, value_name = "LANG")]
        language: Option<Locale>,
    },
    /// Who has taken quizzes, and how many answers were right
    Results {
        /// Counted by unit, person or case
        #[arg(long, value_enum, value_name = "WHAT", default_value = "unit")]
        by: QuizBy,
        /// Quizzes of this time: 30d
        #[arg(long, value_name = "TIME", default_value = "365d", value_parser = time)]
        since: SignedDuration,
        /// One JSON object on standard output
        #[arg(long)]
        json: bool,
    },
}

impl Quiz {
    /// Exit code 1 for a quiz that was broken off, 2 for unknown people or cases, answers that are not
    /// offered or a bad configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = match self.what {
                What::Start { person, case, language, answers } => {
                    start(&config, &person, case.as_deref(), language, answers).await
                }
                What::Questions { case, language } => Ok(printed(&config, &case, language)),
                What::Results { by, since, json } => results(&config, by, since, json).await,
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }
}

fn bad(what: &str) -> ExitCode {
    output::refuse(&what, ExitCode::from(report::BAD_INPUT))
}

async fn start(
    config: &Config,
    person: &str,
    case: Option<&str>,
    language: Option<Locale>,
    answers: Option<Vec<String>>,
) -> Result<ExitCode, AppError> {
    let Some(person) = config.people.get(person) else {
        return Ok(bad(&format!("--person: there is no person `{person}` in the people file")));
    };
    // Also where the case is given: a store that is away is told before the first question.
    let next = training::next(config, &person.id).await?;
    let case = match case {
        Some(id) => match cases::find(config, id) {
            Ok(case) => case,
            Err(code) => return Ok(code),
        },
        None => match next {
            Some(case) => case,
            None => return Ok(bad("no case of the library has questions")),
        },
    };
    if case.questions.is_empty() {
        return Ok(bad(&format!("the case `{}` has no questions", case.id)));
    }
    let locale = language.unwrap_or(person.locale);
    let letters = match answers {
        Some(letters) => letters,
        None if !io::stdin().is_terminal() => {
            let hint = "no terminal to ask on: read them by `atalaya quiz questions`, then give \
                        --case and --answers a,c,b";
            return Ok(bad(hint));
        }
        None => match asked(case, locale, &mut io::stdin().lock(), |words| eprint!("{words}")) {
            Ok(Some(letters)) => letters,
            Ok(None) => {
                return Ok(output::refuse(&"broken off; nothing is kept", ExitCode::FAILURE));
            }
            Err(error) => return Ok(bad(&format!("the answer cannot be read: {error}"))),
        },
    };
    let chosen = match quiz::chosen(case, &letters) {
        Ok(chosen) => chosen,
        Err(error) => return Ok(bad(&format!("--answers: {error}"))),
    };
    training::record(config, result(person, case, &chosen)).await?;
    Ok(output::print_text(|out| marked(out, case, &chosen, locale)))
}

fn result(person: &Person, case: &Case, chosen: &[usize]) -> QuizResult {
    let letters = chosen.iter().filter_map(|&index| CaseQuestion::LETTERS.get(index));
    QuizResult {
        id: QuizResultId::new(),
        person: person.id.clone(),
        unit: person.unit.clone(),
        case: case.id.clone(),
        answers: letters.map(char::to_string).collect::<Vec<_>>().join(","),
        right: quiz::right(case, chosen),
        questions: u32::try_from(case.questions.len()).unwrap_or(u32::MAX),
        at: Timestamp::now(),
    }
}

/// Asks question by question, again where a letter is not offered; none if the input ends before.
fn asked(
    case: &Case,
    locale: Locale,
    input: &mut impl BufRead,
    say: impl Fn(&str),
) -> io::Result<Option<Vec<String>>> {
    say(&format!("{}\n\n{}\n", case.title.get(locale), text("quiz.lead", locale)));
    let mut letters = Vec::new();
    for (question, number) in case.questions.iter().zip(1..) {
        say(&format!("\n{}", one(question, number, locale)));
        loop {
            say("> ");
            let mut line = String::new();
            if Read::take(&mut *input, MAX_LINE).read_line(&mut line)? == 0 {
                return Ok(None);
            }
            if question.option(&line).is_some() {
                letters.push(line.trim().to_owned());
                break;
            }
            let offered = quiz::offered(question.options.len());
            say(&fill("quiz.again", locale, &[("letters", &offered)]));
            say("\n");
        }
    }
    Ok(Some(letters))
}

fn one(question: &CaseQuestion, number: usize, locale: Locale) -> String {
    let ask = format!("{number}. {}\n", question.ask.get(locale));
    let options = CaseQuestion::LETTERS.iter().zip(&question.options);
    let options = options.map(|(letter, option)| format!("   {letter}) {}\n", option.get(locale)));
    std::iter::once(ask).chain(options).collect::<Vec<_>>().concat()
}

fn printed(config: &Config, case: &str, language: Option<Locale>) -> ExitCode {
    let locale = language.unwrap_or(config.organisation.locale);
    let case = match cases::find(config, case) {
        Ok(case) => case,
        Err(code) => return code,
    };
    output::print_text(|out| {
        writeln!(out, "{}", case.title.get(locale))?;
        for (question, number) in case.questions.iter().zip(1..) {
            write!(out, "\n{}", one(question, number, locale))?;
        }
        Ok(())
    })
}

/// How each question was answered; where it was wrong, what is right and why.
fn marked(out: &mut String, case: &Case, chosen: &[usize], locale: Locale) -> fmt::Result {
    writeln!(out, "{}", case.title.get(locale))?;
    for ((question, &given), number) in case.questions.iter().zip(chosen).zip(1..) {
        let named = |index: usize| {
            let letter = CaseQuestion::LETTERS.get(index).copied().unwrap_or('?');
            let option = question.options.get(index).map_or("", |option| option.get(locale));
            format!("{letter}) {option}")
        };
        writeln!(out, "\n{number}. {}", question.ask.get(locale))?;
        if given == question.right {
            let right = fill("quiz.right", locale, &[("answer", &named(given))]);
            writeln!(out, "   {right}")?;
            continue;
        }
        let wrong = fill("quiz.wrong", locale, &[("answer", &named(given))]);
        let right = fill("quiz.would_be", locale, &[("answer", &named(question.right))]);
        writeln!(out, "   {wrong}\n   {right}\n   {}", question.why.get(locale))?;
    }
    let (right, of) = (quiz::right(case, chosen).to_string(), case.questions.len().to_string());
    writeln!(out, "\n{}", fill("quiz.score", locale, &[("n", &right), ("of", &of)]))
}

async fn results(
    config: &Config,
    by: QuizBy,
    since: SignedDuration,
    json: bool,
) -> Result<ExitCode, AppError> {
    let since = Timestamp::now().checked_sub(since).unwrap_or(Timestamp::MIN);
    let found = training::results(config, by, since).await?;
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|out| counted(out, &found))
    })
}

fn counted(out: &mut String, found: &QuizReport) -> fmt::Result {
    let dash = || "–".to_owned();
    let rows = found.rows.iter().map(|row| {
        let share = match row.questions {
            0 => dash(),
            asked => format!("{:.0} %", f64::from(row.right) * 100.0 / f64::from(asked)),
        };
        [
            row.id.clone().unwrap_or_else(dash),
            row.people.to_string(),
            row.trained.to_string(),
            row.quizzes.to_string(),
            format!("{}/{}", row.right, row.questions),
            share,
            row.last_at.as_deref().map_or_else(dash, short_time),
            row.name.as_deref().map_or_else(String::new, cut),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let what = match found.by {
        QuizBy::Unit => "UNIT",
        QuizBy::Person => "PERSON",
        QuizBy::Case => "CASE",
    };
    let head = [what, "PEOPLE", "TRAINED", "QUIZZES", "RIGHT", "SHARE", "LAST", "NAME"];
    table(out, head, &rows)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::path::Path;

    use super::asked;
    use crate::config::{Config, load};
    use crate::model::Locale;

    fn shipped() -> Config {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/atalaya.toml");
        load(&path).expect("the shipped configuration is good").0
    }

    fn typed(config: &Config, input: &str) -> (Option<Vec<String>>, String) {
        let said = RefCell::new(String::new());
        let case = config.cases.iter().find(|case| case.id == "data-leak").expect("shipped");
        let say = |words: &str| said.borrow_mut().push_str(words);
        let letters = asked(case, Locale::En, &mut input.as_bytes(), say).expect("readable");
        (letters, said.into_inner())
    }

    #[test]
    fn each_question_is_asked_until_an_offered_letter_is_typed() {
        let config = shipped();
        let (letters, said) = typed(&config, "x\nA\n\nc\nb\n");
        assert_eq!(letters.expect("all answered"), ["A", "c", "b"]);
        assert_eq!(said.matches("Write one of a, b, c").count(), 2, "{said}");
        insta::assert_snapshot!("a-quiz-on-a-terminal", said);
        assert_eq!(typed(&config, "a\nb\n").0, None, "the input ended");
        assert_eq!(typed(&config, "").0, None);
    }
}
