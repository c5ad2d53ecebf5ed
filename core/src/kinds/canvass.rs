//! Canvass campaigns (排查): every household asked once, with questions of the office's own.
//!
//! A campaign is a document of the community, written by the office alone. Each version of its questions is
//! kept under a key of its own, so that answers can be read in the words that asked for them.

use super::form::Question;
use crate::record::{FieldType, Fields, Merge, Value, record};
use crate::time::Date;
use std::collections::{BTreeMap, BTreeSet};

record! {
    /// A canvass campaign (排查): every household asked once.
    pub struct Canvass = "canvass" ("排查", "Canvass") kept Organisation {
        /// What visits name it by.
        name: Option<String> = FieldType::Line, Merge::Auto, Internal, "名称", "Name";
        /// The community whose households are asked.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
        /// Why, as workers tell it at the door.
        reason: Option<String> = FieldType::Line, Merge::Auto, Public, "事由", "Reason";
        /// Moves forward only.
        state: Option<String> = FieldType::Choice(&Canvass::STATES), Merge::Furthest(&Canvass::STATES), Internal, "状态", "State";
        /// First day.
        from: Option<String> = FieldType::Date, Merge::Auto, Public, "开始日期", "From";
        /// Last day; open while it is missing.
        to: Option<String> = FieldType::Date, Merge::Auto, Public, "结束日期", "To";
        /// Codes of the grids it is for; all while there are none.
        grids: BTreeSet<String> = FieldType::Set, Merge::Union, Public, "网格", "Grids";
        /// Version of its questions: 1, 2, 3 …; none while it asks nothing.
        form: Option<i64> = FieldType::Int, Merge::Auto, Public, "表单版本", "Form";
        /// Id of the emergency that it serves; what it is answered goes with it.
        emergency: Option<String> = FieldType::Line, Merge::Auto, Internal, "突发事件", "Emergency";
    }
}

/// Where a campaign stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanvassStanding {
    /// Its first day comes later.
    Planned,
    /// Under way.
    Open,
    /// Its last day is over.
    Ended,
    /// The office has closed it.
    Closed,
}

impl CanvassStanding {
    /// The word used in JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            CanvassStanding::Planned => "planned",
            CanvassStanding::Open => "open",
            CanvassStanding::Ended => "ended",
            CanvassStanding::Closed => "closed",
        }
    }
}

impl Canvass {
    /// The state of a campaign that workers follow between its days.
    pub const OPEN: &'static str = "open";
    /// The state of one that the office has ended.
    pub const CLOSED: &'static str = "closed";
    const STATES: [&'static str; 3] = ["planned", Canvass::OPEN, Canvass::CLOSED];
    /// Every version stays on every phone of the community; who needs more starts another campaign.
    pub const FORMS_MAX: i64 = 20;

    /// Where it stands on a day. A day that cannot be read bounds nothing; a state of a newer program's is none
    /// that workers can follow.
    pub fn standing(&self, day: Date) -> CanvassStanding {
        let date = |text: &Option<String>| text.as_deref().and_then(Date::parse);
        match self.state.as_deref() {
            Some("planned") => CanvassStanding::Planned,
            Some(Canvass::OPEN) if date(&self.from).is_some_and(|from| day < from) => {
                CanvassStanding::Planned
            }
            Some(Canvass::OPEN) if date(&self.to).is_some_and(|to| to < day) => CanvassStanding::Ended,
            Some(Canvass::OPEN) => CanvassStanding::Open,
            _ => CanvassStanding::Closed,
        }
    }

    /// Whether it is for any of these grids.
    pub fn is_for<'g>(&self, grids: impl IntoIterator<Item = &'g str>) -> bool {
        self.grids.is_empty() || grids.into_iter().any(|grid| self.grids.contains(grid))
    }
}

/// Where a version of the questions is kept.
pub fn canvass_form_key(version: i64) -> String {
    format!("f/{version}")
}

/// A version of the questions as stored under [`canvass_form_key`].
pub fn canvass_form_value(questions: &[Question]) -> Value {
    // Encoding into a Vec cannot fail: its error type is uninhabited.
    Value::Bytes(minicbor::to_vec(questions).unwrap_or_default())
}

/// Every version of the questions. One that a newer program wrote, and that cannot be read, is left out.
pub fn canvass_forms(fields: &Fields) -> BTreeMap<i64, Vec<Question>> {
    let keys = fields.range("f/".to_owned()..).take_while(|(key, _)| key.starts_with("f/"));
    keys.filter_map(|(key, value)| {
        let version = key.strip_prefix("f/")?.parse().ok()?;
        let Value::Bytes(bytes) = value else { return None };
        Some((version, minicbor::decode(bytes).ok()?))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_open_from_its_first_day_to_its_last() {
        use CanvassStanding::{Closed, Ended, Open, Planned};
        let open = Canvass {
            state: Some(Canvass::OPEN.into()),
            from: Some("2026-11-20".into()),
            to: Some("2026-11-22".into()),
            ..Canvass::default()
        };
        let on = |campaign: &Canvass, day: &str| campaign.standing(Date::parse(day).unwrap());
        let days = ["2026-11-19", "2026-11-20", "2026-11-22", "2026-11-23"];
        assert_eq!(days.map(|day| on(&open, day)), [Planned, Open, Open, Ended]);
        let endless = Canvass { from: None, to: None, ..open.clone() };
        assert_eq!(days.map(|day| on(&endless, day)), [Open; 4]);
        for state in [Some("closed"), Some("from_the_future"), None] {
            let other = Canvass { state: state.map(str::to_owned), ..open.clone() };
            assert_eq!(on(&other, "2026-11-20"), Closed);
        }
    }

    #[test]
    fn every_version_of_the_questions_is_read_back() {
        let one = Question::asked("gas", "有没有燃气?");
        let two = Question { required: true, ..one.clone() };
        let fields: Fields = [
            (canvass_form_key(1), canvass_form_value(std::slice::from_ref(&one))),
            (canvass_form_key(2), canvass_form_value(std::slice::from_ref(&two))),
            (canvass_form_key(3), Value::Bytes(vec![0xff])),
        ]
        .into();
        assert_eq!(canvass_forms(&fields), [(1, vec![one]), (2, vec![two])].into());
    }
}
