//! Quizzes that people took: append-only.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::QuizResult;

const COLUMNS: &str = "id, person_id, unit, case_id, answers, right_n, asked_n, at";

/// Adds a result.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add(tx: &mut dyn Transaction, result: &QuizResult) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO quiz_result (id, person_id, unit, case_id, answers, right_n, asked_n, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            result.id,
            &result.person,
            result.unit.as_ref(),
            &result.case,
            &result.answers,
            result.right,
            result.questions,
            result.at
        ],
    )?;
    Ok(())
}

/// The results since an instant, oldest first, the newest `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn since(
    tx: &mut dyn Transaction,
    from: Timestamp,
    limit: u32,
) -> Result<Vec<QuizResult>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM quiz_result WHERE at >= ?1 ORDER BY at DESC, id DESC LIMIT ?2"
    );
    let rows = tx.query(&sql, params![from, limit])?;
    rows.iter().rev().map(read).collect()
}

/// How often somebody took the quiz of each case.
///
/// # Errors
/// As [`Transaction::query`].
pub fn taken_by(tx: &mut dyn Transaction, person: &str) -> Result<Vec<(String, u32)>, StoreError> {
    let sql = "SELECT case_id, COUNT(*) FROM quiz_result WHERE person_id = ?1 GROUP BY case_id";
    let rows = tx.query(sql, params![person])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn read(row: &Row) -> Result<QuizResult, StoreError> {
    Ok(QuizResult {
        id: row.parse(0)?,
        person: row.get(1)?,
        unit: row.get(2)?,
        case: row.get(3)?,
        answers: row.get(4)?,
        right: row.get(5)?,
        questions: row.get(6)?,
        at: row.get(7)?,
    })
}
