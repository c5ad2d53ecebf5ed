//! What a ledger shows: which rows, what of them, in which order, counted by what.

use super::fields::{Base, Field, Kind, find};
use crate::problem::{Problem, SHOWN_CHARS_MAX};
use axum::http::StatusCode;
use linli_core::time::{Date, TimeMs, date_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// More columns fit neither a screen nor a sheet of paper.
const COLUMNS_MAX: usize = 40;
/// More conditions nobody could still explain.
const FILTERS_MAX: usize = 20;
/// Words of one condition: every grid of a large community.
const VALUES_MAX: usize = 200;
/// The longest of them.
const VALUE_CHARS_MAX: usize = 100;
/// A table of counts has rows and columns.
pub(crate) const GROUPS_MAX: usize = 2;
/// Beyond the third nothing is left to order.
const SORT_MAX: usize = 3;

const DAY_MS: i64 = 86_400_000;

/// What a ledger shows. It holds no record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Definition {
    pub(crate) base: Base,
    /// Keys of fields, in order.
    pub(crate) columns: Vec<String>,
    /// All of them must hold.
    #[serde(default)]
    pub(crate) filters: Vec<Condition>,
    /// Fields by which rows are counted, two at most.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// Without any: in the order of doors.
    #[serde(default)]
    pub(crate) sort: Vec<Sort>,
}

/// A condition on one field, or on any of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Condition {
    /// It holds when one of these fields meets it.
    pub(crate) fields: Vec<String>,
    pub(crate) op: Op,
    /// One of them is enough. Days may be `today`, `today-14`, `today+7`.
    #[serde(default)]
    pub(crate) values: Vec<String>,
    /// It also holds where nothing is known.
    #[serde(default)]
    pub(crate) or_empty: bool,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Op {
    /// Is one of the values; several words: has one of them.
    Is,
    /// Is none of the values.
    IsNot,
    /// Contains one of the values.
    Contains,
    /// Something is known.
    Known,
    /// Nothing is known.
    Unknown,
    /// Not before this day, not less than this number.
    From,
    /// Not after this day, not more than this number.
    To,
}

/// One level of order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Sort {
    pub(crate) field: String,
    #[serde(default)]
    pub(crate) descending: bool,
}

impl Definition {
    /// Whether it can be answered.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            return bad(
                format!("台账要有 1 到 {COLUMNS_MAX} 列"),
                format!("a ledger has 1 to {COLUMNS_MAX} columns"),
            );
        }
        if self.filters.len() > FILTERS_MAX || self.groups.len() > GROUPS_MAX || self.sort.len() > SORT_MAX {
            return bad(
                format!("最多 {FILTERS_MAX} 个条件、{GROUPS_MAX} 个分组、{SORT_MAX} 级排序"),
                format!(
                    "at most {FILTERS_MAX} conditions, {GROUPS_MAX} groups and {SORT_MAX} levels of order"
                ),
            );
        }
        for key in &self.columns {
            self.field(key)?;
        }
        self.filters.iter().try_for_each(|condition| self.check_condition(condition))?;
        for key in &self.groups {
            let field = self.field(key)?;
            if !field.counted {
                return bad(
                    format!("不能按“{}”分组:那样就成了逐人名单", field.zh),
                    format!("rows cannot be counted by {}: it would only list them", field.en),
                );
            }
        }
        for sort in &self.sort {
            not_person(self.field(&sort.field)?)?;
        }
        Ok(())
    }

    pub(crate) fn field(&self, key: &str) -> Result<&'static Field, Problem> {
        let shown: String = key.chars().take(SHOWN_CHARS_MAX).collect();
        find(self.base, key).ok_or_else(|| {
            malformed(
                format!("没有“{shown}”这个字段,请从字段列表里选"),
                format!("there is no field {shown:?}; choose from the list of fields"),
            )
        })
    }

    /// The fields of the columns, in order.
    pub(crate) fn shown(&self) -> Result<Vec<&'static Field>, Problem> {
        self.columns.iter().map(|key| self.field(key)).collect()
    }

    fn check_condition(&self, condition: &Condition) -> Result<(), Problem> {
        if condition.fields.is_empty() || condition.fields.len() > COLUMNS_MAX {
            return bad("条件要选字段", "a condition needs a field");
        }
        let long = |value: &String| value.is_empty() || value.chars().count() > VALUE_CHARS_MAX;
        if condition.values.len() > VALUES_MAX || condition.values.iter().any(long) {
            return bad(
                format!("一个条件最多 {VALUES_MAX} 个值,每个 1 到 {VALUE_CHARS_MAX} 字"),
                format!("a condition has at most {VALUES_MAX} values of 1 to {VALUE_CHARS_MAX} characters"),
            );
        }
        let valued = match condition.op {
            Op::Known | Op::Unknown => condition.values.is_empty(),
            Op::From | Op::To => condition.values.len() == 1,
            Op::Is | Op::IsNot | Op::Contains => !condition.values.is_empty(),
        };
        for key in &condition.fields {
            let field = self.field(key)?;
            not_person(field)?;
            if !valued || !fits(field.kind, condition) {
                return bad(
                    format!("“{}”不能这样筛选,请检查条件和值", field.zh),
                    format!("{} cannot be filtered like this; check the condition and its values", field.en),
                );
            }
        }
        Ok(())
    }
}

fn fits(kind: Kind, condition: &Condition) -> bool {
    let values = &condition.values;
    match (kind, condition.op) {
        (_, Op::Known | Op::Unknown) => true,
        (Kind::Date, Op::From | Op::To | Op::Is | Op::IsNot) => {
            values.iter().all(|value| day(value, 0).is_some())
        }
        (Kind::Time, Op::From | Op::To | Op::Is | Op::IsNot) => {
            values.iter().all(|value| day(value, 0).is_some_and(|day| read_day(&day).is_some()))
        }
        (Kind::Number, Op::From | Op::To | Op::Is | Op::IsNot) => {
            values.iter().all(|value| value.parse::<i64>().is_ok())
        }
        (Kind::Text | Kind::Place | Kind::Choice | Kind::Set, Op::Is | Op::IsNot | Op::Contains) => true,
        _ => false,
    }
}

/// Who signed something is shown, never sorted by, filtered by or counted by: that would be a ranking.
fn not_person(field: &Field) -> Result<(), Problem> {
    if field.kind == Kind::Person {
        return bad(
            format!("“{}”只能显示,不能筛选、分组或排序:系统不做人员排名", field.zh),
            format!("{} can only be shown: people are not filtered, counted or ranked", field.en),
        );
    }
    Ok(())
}

/// The day that a value means: `2026-02-14`, `1987-03`, `today`, `today-14`.
pub(crate) fn day(value: &str, now_ms: TimeMs) -> Option<String> {
    if let Some(rest) = value.strip_prefix("today") {
        let days: i64 = if rest.is_empty() { 0 } else { rest.parse().ok()? };
        let signed = rest.is_empty() || rest.starts_with(['+', '-']);
        return (signed && days.abs() <= 36_500).then(|| day_of(now_ms + days * DAY_MS));
    }
    let shape: String = value.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    ["0000-00-00", "0000-00"].contains(&shape.as_str()).then(|| value.to_owned())
}

/// `2026-11-22` in Beijing.
pub(crate) fn day_of(at_ms: TimeMs) -> String {
    show_day(date_of(at_ms))
}

/// As ledgers write a day.
pub(crate) fn show_day(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// Reads `2026-11-22`.
pub(crate) fn read_day(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let date = Date {
        year: parts.next()?.parse().ok()?,
        month: parts.next()?.parse().ok()?,
        day: parts.next()?.parse().ok()?,
    };
    // A day that no calendar has is no day.
    (show_day(date) == text && (1..=12).contains(&date.month) && (1..=31).contains(&date.day)).then_some(date)
}

fn malformed(zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "ledger.bad_definition", zh, en)
}

fn bad<T>(zh: impl Into<String>, en: impl Into<String>) -> Result<T, Problem> {
    Err(malformed(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(definition: serde_json::Value) -> Option<&'static str> {
        let definition: Definition = serde_json::from_value(definition).unwrap();
        definition.check().err().map(|problem| problem.code)
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let with = |more: serde_json::Value| {
            let mut all = serde_json::json!({"base": "visit", "columns": ["at", "author"]});
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            code(all)
        };
        assert_eq!(with(serde_json::json!({})), None);
        assert_eq!(with(serde_json::json!({"groups": ["outcome", "household.grid"]})), None);
        for wrong in [
            serde_json::json!({"columns": []}),
            serde_json::json!({"columns": ["from_the_future"]}),
            serde_json::json!({"groups": ["author"]}),
            serde_json::json!({"sort": [{"field": "author"}]}),
            serde_json::json!({"filters": [{"fields": ["author"], "op": "known"}]}),
            serde_json::json!({"filters": [{"fields": ["at"], "op": "from", "values": ["soon"]}]}),
            serde_json::json!({"filters": [{"fields": ["at"], "op": "from", "values": []}]}),
            serde_json::json!({"filters": [{"fields": ["note"], "op": "from", "values": ["1"]}]}),
            serde_json::json!({"filters": [{"fields": [], "op": "known"}]}),
            serde_json::json!({"groups": ["outcome", "period", "campaign"]}),
        ] {
            assert_eq!(with(wrong.clone()), Some("ledger.bad_definition"), "{wrong}");
        }
    }

    #[test]
    fn days_are_said_or_counted_from_today() {
        let now = 1_763_784_000_000; // 2025-11-22 12:00 in Beijing
        for (said, meant) in [
            ("today", Some("2025-11-22")),
            ("today-22", Some("2025-10-31")),
            ("today+9", Some("2025-12-01")),
            ("2026-02-14", Some("2026-02-14")),
            ("1987-03", Some("1987-03")),
            ("today9", None),
            ("today-", None),
            ("tomorrow", None),
            ("2026-2-4", None),
        ] {
            assert_eq!(day(said, now).as_deref(), meant, "{said}");
        }
    }
}
