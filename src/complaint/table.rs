//! Complaints in a table, as a spreadsheet or another program writes it (RFC 4180): columns parted by
//! commas, semicolons or tabs and named in the first row, in any of three languages.

use super::intake::{CustomerRecord, Record};
use crate::text::fold;

/// Rows of one table.
const MAX_ROWS: usize = 100_000;

/// What a column may be called, folded; the first name is the field's own.
const COLUMNS: [(&str, &[&str]); 13] = [
    ("reference", &["referencia", "ref", "id", "编号", "参考号"]),
    ("channel", &["canal", "渠道"]),
    ("received_at", &["received", "date", "recibida", "fecha", "时间", "日期"]),
    ("language", &["idioma", "语言"]),
    ("product", &["producto", "business_line", "linea", "产品", "业务"]),
    ("branch", &["oficina", "sucursal", "网点", "支行"]),
    ("severity", &["gravedad", "级别", "严重程度"]),
    ("asked", &["owner", "responsable", "首问人"]),
    ("text", &["texto", "complaint", "reclamacion", "queja", "内容", "投诉内容"]),
    ("customer", &["customer_id", "cliente", "客户", "客户号"]),
    ("name", &["nombre", "姓名"]),
    ("email", &["mail", "correo", "邮箱"]),
    ("phone", &["telefono", "movil", "电话"]),
];

/// A row: where it begins, from line 1, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line.
    pub line: usize,
    /// The complaint.
    pub record: Record,
}

/// A table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Nothing in it.
    #[error("the table is empty; its first row names the columns, at least `reference` and `text`")]
    Empty,
    /// A column that must be there is not.
    #[error("there is no column `{0}`; the first row names the columns")]
    NoColumn(&'static str),
    /// A name that is not known.
    #[error("column {at}: `{name}` is not known; there are: {known}")]
    Unknown {
        /// Which, from 1.
        at: usize,
        /// Its name.
        name: String,
        /// Names that are known.
        known: String,
    },
    /// A column that is there twice.
    #[error("column {at}: `{name}` is there already")]
    Twice {
        /// Which, from 1.
        at: usize,
        /// The field.
        name: &'static str,
    },
    /// A row that does not fit.
    #[error(
        "line {line}: {found} cells, {expected} columns; a text with a line break or `{separator}` stands in quotes"
    )]
    Ragged {
        /// Where it begins.
        line: usize,
        /// Cells that it has.
        found: usize,
        /// Columns that there are.
        expected: usize,
        /// What parts them.
        separator: char,
    },
    /// A quotation that does not end.
    #[error("line {0}: the quotes that open here are never closed")]
    Open(usize),
    /// Too long.
    #[error("the table has more than 100,000 rows; split it")]
    TooLong,
}

/// Reads a decoded table.
///
/// # Errors
/// The first thing that is wrong with its form; what its rows say is not looked at.
pub fn read_table(text: &str) -> Result<Vec<Row>, TableError> {
    let head = text.lines().find(|line| !line.trim().is_empty()).ok_or(TableError::Empty)?;
    let separator = [';', '\t', ',']
        .into_iter()
        .max_by_key(|&sign| (head.matches(sign).count(), sign == ','))
        .unwrap_or(',');
    let mut lines = cells(text, separator)?.into_iter();
    let (_, names) = lines.next().ok_or(TableError::Empty)?;
    let fields = fields(&names)?;
    let mut rows = Vec::new();
    for (line, values) in lines {
        let full = values.iter().rposition(|value| !value.is_empty()).map_or(0, |at| at + 1);
        if full > fields.len() {
            let (found, expected) = (values.len(), fields.len());
            return Err(TableError::Ragged { line, found, expected, separator });
        }
        let mut record = Record::default();
        for (&field, value) in fields.iter().zip(values) {
            set(&mut record, field, value);
        }
        rows.push(Row { line, record });
    }
    Ok(rows)
}

/// The fields that the columns hold, in their order.
fn fields(names: &[String]) -> Result<Vec<&'static str>, TableError> {
    let mut fields: Vec<&'static str> = Vec::new();
    for (at, name) in (1..).zip(names) {
        let key = fold(name.trim()).text.replace([' ', '-'], "_");
        let known = COLUMNS.iter().find(|(field, other)| *field == key || other.contains(&&*key));
        let Some((field, _)) = known else {
            let known = COLUMNS.map(|(field, _)| field).join(", ");
            return Err(TableError::Unknown { at, name: name.clone(), known });
        };
        if fields.contains(field) {
            return Err(TableError::Twice { at, name: field });
        }
        fields.push(field);
    }
    match ["reference", "text"].into_iter().find(|needed| !fields.contains(needed)) {
        Some(missing) => Err(TableError::NoColumn(missing)),
        None => Ok(fields),
    }
}

fn set(record: &mut Record, field: &str, value: String) {
    let CustomerRecord { id, name, email, phone } = &mut record.customer;
    let place = match field {
        "reference" => {
            record.reference = value;
            return;
        }
        "text" => {
            record.text = value;
            return;
        }
        "channel" => &mut record.channel,
        "received_at" => &mut record.received_at,
        "language" => &mut record.language,
        "product" => &mut record.product,
        "branch" => &mut record.branch,
        "severity" => &mut record.severity,
        "asked" => &mut record.asked,
        "customer" => id,
        "name" => name,
        "email" => email,
        _ => phone,
    };
    *place = (!value.trim().is_empty()).then_some(value);
}

/// Rows of cells, each with the line that it begins on; empty lines are none.
fn cells(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>, TableError> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut line, mut began) = (1, 1);
    let mut quoted: Option<usize> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match (c, quoted) {
            ('"', Some(_)) if chars.next_if_eq(&'"').is_some() => cell.push('"'),
            ('"', Some(_)) => quoted = None,
            (c, Some(_)) if c == separator || c == '\n' || c == '\r' => cell.push(c),
            ('"', None) if cell.is_empty() => quoted = Some(line),
            ('\r', None) => {}
            ('\n', None) => {
                end_row(&mut rows, began, &mut row, &mut cell)?;
                began = line;
            }
            (c, None) if c == separator => row.push(std::mem::take(&mut cell)),
            (c, _) => cell.push(c),
        }
    }
    if let Some(line) = quoted {
        return Err(TableError::Open(line));
    }
    end_row(&mut rows, began, &mut row, &mut cell)?;
    Ok(rows)
}

fn end_row(
    rows: &mut Vec<(usize, Vec<String>)>,
    began: usize,
    row: &mut Vec<String>,
    cell: &mut String,
) -> Result<(), TableError> {
    row.push(std::mem::take(cell));
    let row = std::mem::take(row);
    if row.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(());
    }
    if rows.len() > MAX_ROWS {
        return Err(TableError::TooLong);
    }
    rows.push((began, row));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{TableError, read_table};

    #[test]
    fn tables_of_three_languages_are_read() {
        let spanish = "Referencia;Texto;Oficina;Correo\r\n\
                       a1;\"Dijo \"\"no\"\"; y\ncolgó\";Gran Vía;ana@x.example\r\n\r\na2;Otra;;\r\n";
        let rows = read_table(spanish).expect("good");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].record.text, "Dijo \"no\"; y\ncolgó");
        assert_eq!(rows[0].record.customer.email.as_deref(), Some("ana@x.example"));
        assert_eq!((rows[1].line, rows[1].record.branch.as_deref()), (5, None));
        let english =
            read_table("reference,text,received at\n1,\"Hi, there\",2026-11-29T00:00:00Z\n");
        assert_eq!(english.expect("good")[0].record.text, "Hi, there");
        let chinese = read_table("编号\t内容\t网点\n7\t乱收费\t朝阳支行").expect("good");
        assert_eq!(chinese[0].record.branch.as_deref(), Some("朝阳支行"));
    }

    #[test]
    fn what_is_wrong_with_a_table_is_named() {
        let cases = [
            ("", TableError::Empty),
            ("reference,branch\n", TableError::NoColumn("text")),
            ("text,text\n", TableError::Twice { at: 2, name: "text" }),
            ("text;reference\n\"a;b\n", TableError::Open(2)),
            (
                "text;reference\na;b;c\n",
                TableError::Ragged { line: 2, found: 3, expected: 2, separator: ';' },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read_table(text), Err(expected), "{text:?}");
        }
        let unknown = read_table("reference,text,colour\n").expect_err("a column too many");
        assert!(
            unknown
                .to_string()
                .starts_with("column 3: `colour` is not known; there are: reference,")
        );
    }
}
