//! Time as an argument: milliseconds since 1970 in UTC, and the Beijing calendar that people read.
//!
//! The core never asks a clock. Phones lie about time (1970, next year), so nothing here orders edits.

/// Milliseconds since 1970-01-01T00:00:00Z by somebody's clock.
pub type TimeMs = i64;

/// China has used one offset, without summer time, since 1991.
const BEIJING_OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// A calendar date in Beijing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year, for example 2026.
    pub year: i64,
    /// Month, 1-12.
    pub month: u32,
    /// Day, 1-31.
    pub day: u32,
}

/// The Beijing date at a moment.
pub fn date_of(at_ms: TimeMs) -> Date {
    let days = at_ms.saturating_add(BEIJING_OFFSET_MS).div_euclid(DAY_MS);
    // Howard Hinnant's civil-from-days: exact over the whole range, no tables.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = (if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 }) as u32;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date { year, month, day }
}

impl Date {
    /// Reads `2026-11-22`; a day that no calendar has is none.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        (1..=date.days_in_month()).contains(&date.day).then_some(date)
    }

    fn days_in_month(self) -> u32 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// `2026Q4`: the period that routine visits at this moment belong to.
pub fn quarter_of(at_ms: TimeMs) -> String {
    let date = date_of(at_ms);
    format!("{}Q{}", date.year, date.month.div_ceil(3))
}

/// Whether a period is a quarter of routine visits rather than a campaign.
pub fn is_quarter(period: &str) -> bool {
    period.split_once('Q').is_some_and(|(year, quarter)| {
        year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && ["1", "2", "3", "4"].contains(&quarter)
    })
}

/// `2026-11-22 08:03:05` in Beijing time, as people read it.
pub fn show(at_ms: TimeMs) -> String {
    let date = date_of(at_ms);
    let seconds = at_ms.saturating_add(BEIJING_OFFSET_MS).rem_euclid(DAY_MS) / 1000;
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        date.year,
        date.month,
        date.day,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `2026-11-22T00:03:05Z`, as programs read it (RFC 3339).
pub fn rfc3339(at_ms: TimeMs) -> String {
    let utc = show(at_ms.saturating_sub(BEIJING_OFFSET_MS));
    format!("{}Z", utc.replace(' ', "T"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_read_as_known_dates() {
        assert_eq!(show(0), "1970-01-01 08:00:00");
        assert_eq!(rfc3339(1_700_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(date_of(1_709_136_000_000), Date { year: 2024, month: 2, day: 29 });
        assert_eq!(quarter_of(1_798_732_799_000), "2026Q4");
        assert_eq!(quarter_of(1_798_732_800_000), "2027Q1");
    }

    #[test]
    fn a_written_day_is_read_when_a_calendar_has_it() {
        for text in ["2026-11-22", "2024-02-29", "2000-02-29"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "2026-1-1",
            "26-01-01",
            "",
            "+026-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn absurd_clocks_do_not_overflow() {
        for at in [i64::MIN / 2, -1, i64::MAX] {
            assert!(!show(at).is_empty());
        }
    }
}
