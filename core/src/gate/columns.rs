//! Walking Automerge's run-length columns without expanding them, and reading the table that lists them.
//!
//! Owns the three encodings (run-length, delta, boolean) and their bounds. Does not know what a column
//! means. A run is charged against the row bound when its length is read, so a five-byte run that claims
//! five million rows costs five bytes of work.

use super::GateError;
use super::bytes::Cursor;

/// How strictly runs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Only the runs that Automerge's own encoder writes: changes are hashed in this form.
    Canonical,
    /// Any valid runs: documents are decoded and never compared by their bytes.
    Any,
}

/// What all columns of one table have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Most rows a column may have.
    pub(super) rows_max: u64,
    /// How strictly its runs are read.
    pub(super) spelling: Spelling,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Segment {
    Start,
    Repeat,
    Literal,
    Null,
}

/// The rows of a run-length column, one at a time; `None` is a null row.
pub(super) struct Rows<'a, T> {
    cursor: Cursor<'a>,
    read: fn(&mut Cursor<'a>) -> Result<T, GateError>,
    what: &'static str,
    rule: Rule,
    rows: u64,
    left: u64,
    segment: Segment,
    last: Option<T>,
}

impl<'a, T: Copy + PartialEq> Rows<'a, T> {
    /// Walks `bytes` with `read` for each stored value.
    pub(super) fn new(
        bytes: &'a [u8],
        what: &'static str,
        rule: Rule,
        read: fn(&mut Cursor<'a>) -> Result<T, GateError>,
    ) -> Rows<'a, T> {
        let cursor = Cursor::new(bytes, what);
        Rows { cursor, read, what, rule, rows: 0, left: 0, segment: Segment::Start, last: None }
    }

    fn step(&mut self) -> Result<Option<Option<T>>, GateError> {
        while self.left == 0 {
            if self.cursor.is_done() {
                return Ok(None);
            }
            self.open_segment()?;
        }
        self.left -= 1;
        if self.segment == Segment::Literal {
            let value = (self.read)(&mut self.cursor)?;
            self.canonical(self.last != Some(value))?;
            self.last = Some(value);
        }
        Ok(Some(self.last))
    }

    /// Reads the head of the next run. What makes the canonical form unique: no run that could have been
    /// part of its neighbour, no repeat of one, no empty run.
    fn open_segment(&mut self) -> Result<(), GateError> {
        let head = self.cursor.signed()?;
        let (segment, count) = match head {
            0 => (Segment::Null, self.cursor.unsigned()?),
            1.. => (Segment::Repeat, head.unsigned_abs()),
            _ => (Segment::Literal, head.unsigned_abs()),
        };
        self.rows = self.rows.saturating_add(count);
        if self.rows > self.rule.rows_max {
            return Err(GateError::TooMany { what: self.what, found: self.rows, max: self.rule.rows_max });
        }
        match segment {
            Segment::Repeat => {
                let value = (self.read)(&mut self.cursor)?;
                self.canonical(count > 1 && self.last != Some(value))?;
                self.last = Some(value);
            }
            Segment::Null => {
                self.canonical(count > 0 && self.segment != Segment::Null)?;
                self.last = None;
            }
            _ => self.canonical(self.segment != Segment::Literal)?,
        }
        self.segment = segment;
        self.left = count;
        Ok(())
    }

    fn canonical(&self, holds: bool) -> Result<(), GateError> {
        if holds || self.rule.spelling == Spelling::Any {
            Ok(())
        } else {
            Err(GateError::NotCanonical { what: self.what })
        }
    }

    /// The next row where the column must go on and null is not allowed.
    pub(super) fn want(&mut self) -> Result<T, GateError> {
        self.step()?.flatten().ok_or(GateError::Columns { what: self.what })
    }

    /// Fails unless the column has ended.
    pub(super) fn finish(&mut self) -> Result<(), GateError> {
        match self.step()? {
            None => Ok(()),
            Some(_) => Err(GateError::Columns { what: self.what }),
        }
    }
}

impl<T: Copy + PartialEq> Iterator for Rows<'_, T> {
    type Item = Result<Option<T>, GateError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// The rows of a delta column: each row is the difference to the row before, from 0.
pub(super) struct Deltas<'a> {
    rows: Rows<'a, i64>,
    value: i64,
}

impl<'a> Deltas<'a> {
    /// Walks `bytes`.
    pub(super) fn new(bytes: &'a [u8], what: &'static str, rule: Rule) -> Deltas<'a> {
        Deltas { rows: Rows::new(bytes, what, rule, Cursor::signed), value: 0 }
    }

    /// The next value; the column must go on, without nulls, and stay in `0..=max`.
    pub(super) fn want(&mut self, max: i64) -> Result<u64, GateError> {
        let delta = self.rows.want()?;
        self.value = self.value.checked_add(delta).ok_or(self.out_of_range())?;
        let value = u64::try_from(self.value).map_err(|_| self.out_of_range())?;
        if self.value > max { Err(self.out_of_range()) } else { Ok(value) }
    }

    /// The next value of either sign, at most `max` away from 0.
    pub(super) fn want_signed(&mut self, max: i64) -> Result<i64, GateError> {
        let delta = self.rows.want()?;
        self.value = self.value.checked_add(delta).ok_or(self.out_of_range())?;
        if self.value.unsigned_abs() > max.unsigned_abs() {
            return Err(self.out_of_range());
        }
        Ok(self.value)
    }

    /// Fails unless the column has ended.
    pub(super) fn finish(&mut self) -> Result<(), GateError> {
        self.rows.finish()
    }

    fn out_of_range(&self) -> GateError {
        GateError::OutOfRange { what: self.rows.what }
    }
}

/// Requires a boolean column that is false in each of `rows` rows: one run.
pub(super) fn all_false(bytes: &[u8], what: &'static str, rows: u64) -> Result<(), GateError> {
    let mut cursor = Cursor::new(bytes, what);
    if cursor.unsigned()? != rows {
        // More false rows than operations, or true rows behind them.
        return Err(GateError::Columns { what });
    }
    cursor.finish()
}

/// A length-prefixed UTF-8 string inside a column.
pub(super) fn text<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, GateError> {
    let len = cursor.unsigned()?;
    let bytes = cursor.take(len)?;
    std::str::from_utf8(bytes).map_err(|_| GateError::OutOfRange { what: "text that is not UTF-8" })
}

/// The bit of a column's specification that says its bytes are deflated.
const DEFLATED: u32 = 0b1000;

/// One line of a column table.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnHead {
    /// Column id and type, without the deflate bit.
    pub(super) spec: u32,
    /// Whether the bytes are deflated.
    pub(super) deflated: bool,
    /// Number of bytes as stored.
    pub(super) len: u64,
}

/// Reads a column table: at most `columns_max` lines, ascending, none empty, none twice.
pub(super) fn read_table(cursor: &mut Cursor<'_>, columns_max: u64) -> Result<Vec<ColumnHead>, GateError> {
    let count = cursor.count("columns", columns_max)?;
    let mut heads: Vec<ColumnHead> = Vec::new();
    for _ in 0..count {
        let raw = u32::try_from(cursor.unsigned()?)
            .map_err(|_| GateError::OutOfRange { what: "a column specification" })?;
        let head =
            ColumnHead { spec: raw & !DEFLATED, deflated: raw & DEFLATED != 0, len: cursor.unsigned()? };
        if heads.last().is_some_and(|before| before.spec >= head.spec) {
            return Err(GateError::Columns { what: "order of columns" });
        }
        if head.len == 0 {
            return Err(GateError::Columns { what: "an empty column" });
        }
        heads.push(head);
    }
    Ok(heads)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { rows_max: 10, spelling: Spelling::Canonical };

    fn rows(bytes: &[u8]) -> Result<Vec<Option<u64>>, GateError> {
        Rows::new(bytes, "rows", RULE, Cursor::unsigned).collect()
    }

    #[test]
    fn runs_have_one_spelling_and_a_bound() {
        assert_eq!(rows(&[3, 7]).unwrap(), vec![Some(7); 3]);
        assert_eq!(rows(&[0x7e, 1, 2]).unwrap(), vec![Some(1), Some(2)]);
        assert_eq!(rows(&[0, 2, 0x7f, 5]).unwrap(), vec![None, None, Some(5)]);
        for twisted in [
            &[1, 7][..],
            &[2, 7, 3, 7],
            &[0x7f, 1, 0x7f, 2],
            &[0x7e, 1, 1],
            &[0x7f, 1, 2, 1],
            &[0, 0],
            &[0, 1, 0, 1],
        ] {
            assert_eq!(rows(twisted), Err(GateError::NotCanonical { what: "rows" }), "{twisted:?}");
        }
        assert_eq!(rows(&[11, 7]), Err(GateError::TooMany { what: "rows", found: 11, max: 10 }));
        assert_eq!(rows(&[5, 7, 6, 8]), Err(GateError::TooMany { what: "rows", found: 11, max: 10 }));
    }
}
