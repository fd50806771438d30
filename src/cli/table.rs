//! Plain tables for terminals: columns as wide as their widest cell.

use std::fmt::{self, Write};

/// Writes rows under a head; nothing if there are none. What servers wrote cannot move the cursor.
///
/// # Errors
/// As the text's.
pub fn table<const N: usize>(
    text: &mut String,
    head: [&str; N],
    rows: &[[String; N]],
) -> fmt::Result {
    let plain = |cell: &String| cell.chars().filter(|c| !c.is_control()).collect::<String>();
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(plain)).collect();
    let mut widths = head.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(cell));
        }
    }
    if !rows.is_empty() {
        line(text, &head.map(str::to_owned), &widths)?;
    }
    rows.iter().try_for_each(|row| line(text, row, &widths))
}

fn line<const N: usize>(
    text: &mut String,
    cells: &[String; N],
    widths: &[usize; N],
) -> fmt::Result {
    let mut padded = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let gap = width.saturating_sub(console::measure_text_width(cell)) + 2;
        write!(padded, "{cell}{:gap$}", "")?;
    }
    writeln!(text, "{}", padded.trim_end())
}
