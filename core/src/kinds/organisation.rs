//! Grids and workers: what the office draws up and every phone of a community sees.

use crate::ids::{AppointmentId, DocId, SpaceId};
use crate::record::{FieldType, Fields, Merge, record};
use crate::time::Date;
use std::collections::BTreeSet;

record! {
    /// A grid (网格): 300 to 500 households and those who look after them.
    pub struct Grid = "grid" ("网格", "Grid") kept Organisation {
        /// 12-digit area code and three digits, as imported.
        code: Option<String> = FieldType::Line, Merge::Auto, Public, "网格编码", "Code";
        /// What people call it.
        name: Option<String> = FieldType::Line, Merge::Auto, Public, "名称", "Name";
        /// Community it lies in.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
        /// Other spellings of its code, as older lists have them.
        aliases: BTreeSet<String> = FieldType::Set, Merge::Union, Public, "别名", "Other codes";
    }
}

impl Grid {
    /// How many households a grid should have, as the state draws them: fewer leave its workers idle, more
    /// are not visited in a quarter.
    pub const HOUSEHOLDS: std::ops::RangeInclusive<i64> = 300..=500;
}

record! {
    /// A grid worker (网格员).
    pub struct Worker = "worker" ("网格员", "Grid worker") kept Organisation {
        /// Full name.
        name: Option<String> = FieldType::Line, Merge::Auto, Internal, "姓名", "Name";
        /// Community the worker serves.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
        /// Codes of the grids given before appointments had dates: in force until taken away.
        grids: BTreeSet<String> = FieldType::Set, Merge::Union, Internal, "网格", "Grids";
    }
}

record! {
    /// An appointment (任命) of a worker to a grid, a part of the worker's document.
    pub struct Appointment = "appointment" ("任命", "Appointment") kept Organisation {
        /// Code of the grid.
        grid: Option<String> = FieldType::Line, Merge::Auto, Internal, "网格", "Grid";
        /// First day, `YYYY-MM-DD`.
        from: Option<String> = FieldType::Line, Merge::Auto, Internal, "起始日", "From";
        /// Last day; open while it is missing.
        to: Option<String> = FieldType::Line, Merge::Auto, Internal, "截止日", "To";
        /// Whether the worker is the grid's head (网格长).
        role: Option<String> = FieldType::Choice(&[Appointment::HEAD, "member"]), Merge::Auto, Internal, "职务", "Role";
    }
}

impl Appointment {
    /// The role of a grid's head.
    pub const HEAD: &'static str = "head";

    /// Whether the worker is the grid's head.
    pub fn is_head(&self) -> bool {
        self.role.as_deref() == Some(Appointment::HEAD)
    }

    /// Whether it holds on a day. A day that cannot be read grants nothing.
    pub fn is_in_force(&self, day: Date) -> bool {
        let begun = self.from.as_deref().and_then(Date::parse).is_some_and(|from| from <= day);
        let ended = self.to.as_deref().is_some_and(|to| Date::parse(to).is_none_or(|to| to < day));
        begun && !ended
    }

    /// The last day it held, when that lies before a day.
    pub fn ended_before(&self, day: Date) -> Option<Date> {
        self.to.as_deref().and_then(Date::parse).filter(|to| *to < day)
    }
}

/// The key prefix of one appointment's fields.
pub fn appointment_key(id: AppointmentId) -> String {
    format!("a/{id}/")
}

/// Every appointment of a worker, past ones too, in the order of their first days.
pub fn appointments(fields: &Fields) -> Vec<(AppointmentId, Appointment)> {
    let ids: BTreeSet<AppointmentId> = fields
        .range("a/".to_owned()..)
        .take_while(|(key, _)| key.starts_with("a/"))
        .filter_map(|(key, _)| key.split('/').nth(1)?.parse().ok())
        .collect();
    let read = |id| (id, Appointment::read(fields, &appointment_key(id)));
    let mut found: Vec<(AppointmentId, Appointment)> = ids.into_iter().map(read).collect();
    found.sort_by(|a, b| (&a.1.from, a.0).cmp(&(&b.1.from, b.0)));
    found
}

/// The space that every phone of a community follows: grids, workers, campaigns.
pub fn community_space(community: &str) -> SpaceId {
    SpaceId::derive(&[b"community", community.as_bytes()])
}

/// The space of one grid's households and visits.
pub fn grid_space(community: &str, code: &str) -> SpaceId {
    SpaceId::derive(&[b"grid", community.as_bytes(), code.as_bytes()])
}

/// The document of a grid.
pub fn grid_doc(community: &str, code: &str) -> DocId {
    DocId::derive(&[b"grid", community.as_bytes(), code.as_bytes()])
}

/// The document of a campaign.
pub fn canvass_doc(community: &str, name: &str) -> DocId {
    DocId::derive(&[b"canvass", community.as_bytes(), name.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appointment(from: &str, to: Option<&str>) -> Appointment {
        let grid = Some("110105001001001".into());
        Appointment { grid, from: Some(from.into()), to: to.map(str::to_owned), role: None }
    }

    #[test]
    fn an_appointment_holds_from_its_first_day_to_its_last() {
        let day = |text| Date::parse(text).unwrap();
        let open = appointment("2026-11-22", None);
        assert!(!open.is_in_force(day("2026-11-21")));
        assert!(open.is_in_force(day("2026-11-22")) && open.is_in_force(day("2030-01-01")));
        let ended = appointment("2026-01-31", Some("2026-02-28"));
        assert!(ended.is_in_force(day("2026-01-31")) && ended.is_in_force(day("2026-02-28")));
        assert!(!ended.is_in_force(day("2026-03-01")));
        assert_eq!(ended.ended_before(day("2026-03-01")), Some(day("2026-02-28")));
        assert_eq!(ended.ended_before(day("2026-02-28")), None);
        for damaged in [appointment("soon", None), appointment("2026-01-01", Some("later"))] {
            assert!(!damaged.is_in_force(day("2026-11-22")), "{damaged:?}");
        }
    }

    #[test]
    fn appointments_are_read_back_past_ones_too() {
        let fields: Fields = [(AppointmentId([2; 8]), "2026-01-01"), (AppointmentId([1; 8]), "2026-07-01")]
            .into_iter()
            .flat_map(|(id, from)| appointment(from, Some("2026-12-31")).puts(&appointment_key(id)))
            .filter_map(|put| Some((put.key, put.value?)))
            .collect();
        let read: Vec<_> =
            appointments(&fields).into_iter().map(|(id, one)| (id, one.from.unwrap())).collect();
        assert_eq!(
            read,
            [(AppointmentId([2; 8]), "2026-01-01".into()), (AppointmentId([1; 8]), "2026-07-01".into())]
        );
    }
}
