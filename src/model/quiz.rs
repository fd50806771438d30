//! A quiz that somebody took, and how its answers are marked.

use jiff::Timestamp;

use super::{Case, QuizResultId};

/// A quiz that somebody took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizResult {
    /// Identifier.
    pub id: QuizResultId,
    /// Who took it, by id.
    pub person: String,
    /// Their unit on that day.
    pub unit: Option<String>,
    /// The case, by id.
    pub case: String,
    /// The letters that were chosen, `a,c,b`.
    pub answers: String,
    /// Answers that were right.
    pub right: u32,
    /// Questions that were asked.
    pub questions: u32,
    /// When it was ended.
    pub at: Timestamp,
}

/// Why answers cannot be marked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnmarkedQuiz {
    /// There are more or fewer answers than questions.
    #[error("{given} answers are given to {asked} questions")]
    Count {
        /// Answers.
        given: usize,
        /// Questions.
        asked: usize,
    },
    /// An answer is not among those that are offered.
    #[error("answer {question}: `{letter}` is not offered; write one of {offered}")]
    Letter {
        /// The question, from 1.
        question: usize,
        /// What was answered.
        letter: String,
        /// The letters that are.
        offered: String,
    },
}

/// The answers to a case's questions, from 0, by their letters.
///
/// # Errors
/// If there are more or fewer of them than questions, or one is not offered.
pub fn chosen<S: AsRef<str>>(case: &Case, letters: &[S]) -> Result<Vec<usize>, UnmarkedQuiz> {
    if letters.len() != case.questions.len() {
        let (given, asked) = (letters.len(), case.questions.len());
        return Err(UnmarkedQuiz::Count { given, asked });
    }
    let pairs = case.questions.iter().zip(letters).zip(1..);
    let read = pairs.map(|((question, letter), number)| {
        question.option(letter.as_ref()).ok_or_else(|| UnmarkedQuiz::Letter {
            question: number,
            letter: letter.as_ref().chars().take(20).collect(),
            offered: offered(question.options.len()),
        })
    });
    read.collect()
}

/// The first letters: `a, b, c`.
#[must_use]
pub fn offered(options: usize) -> String {
    let letters = super::CaseQuestion::LETTERS.iter().take(options).map(char::to_string);
    letters.collect::<Vec<_>>().join(", ")
}

/// How many of these answers are right.
#[must_use]
pub fn right(case: &Case, answers: &[usize]) -> u32 {
    case.questions.iter().zip(answers).map(|(asked, given)| u32::from(asked.right == *given)).sum()
}

#[cfg(test)]
mod tests {
    use super::{UnmarkedQuiz, chosen, right};
    use crate::model::{Case, CaseQuestion, LocalText};

    fn case(rights: &[usize]) -> Case {
        let text = LocalText::same("x");
        let question = |&right| CaseQuestion {
            ask: text.clone(),
            options: vec![text.clone(); 3],
            right,
            why: text.clone(),
        };
        Case {
            id: "a".to_owned(),
            title: text.clone(),
            category: "solvency".to_owned(),
            happened: Vec::new(),
            done: Vec::new(),
            wrong: Vec::new(),
            lessons: Vec::new(),
            questions: rights.iter().map(question).collect(),
            scenario: Vec::new(),
        }
    }

    #[test]
    fn answers_are_read_and_counted() {
        let case = case(&[0, 1, 2]);
        for (letters, rights) in
            [(["a", "b", "c"], 3), (["A", " b ", "a"], 2), (["c", "c", "b"], 0)]
        {
            let answers = chosen(&case, &letters).expect("offered");
            assert_eq!(right(&case, &answers), rights, "{letters:?}");
        }
    }

    #[test]
    fn what_is_not_offered_is_not_marked() {
        let case = case(&[0, 1]);
        let count = UnmarkedQuiz::Count { given: 1, asked: 2 };
        assert_eq!(chosen(&case, &["a"]), Err(count));
        for bad in ["d", "f", "z", "", "ab", "1"] {
            let error = chosen(&case, &["a", bad]).expect_err(bad).to_string();
            assert!(error.contains("answer 2") && error.ends_with("a, b, c"), "{error}");
        }
    }
}
