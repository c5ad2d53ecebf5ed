//! A household's registry: where it is, how to reach it, who lives there.

use crate::address::Address;
use crate::ids::{HouseholdId, ResidentId};
use crate::record::{FieldType, Fields, Merge, record};
use std::collections::BTreeSet;

record! {
    /// A household (户). Its document also holds its residents.
    pub struct Household = "household" ("户", "Household") kept Residence {
        /// Code of the grid it belongs to.
        grid: Option<String> = FieldType::Line, Merge::Auto, Internal, "网格", "Grid";
        /// Estate.
        estate: Option<String> = FieldType::Line, Merge::Ask, Internal, "小区", "Estate";
        /// Building.
        building: Option<String> = FieldType::Line, Merge::Ask, Internal, "楼栋", "Building";
        /// Unit (staircase).
        unit: Option<String> = FieldType::Line, Merge::Ask, Internal, "单元", "Unit";
        /// Room.
        room: Option<String> = FieldType::Line, Merge::Ask, Internal, "房号", "Room";
        /// The number to call first.
        contact_phone: Option<String> = FieldType::Phone, Merge::Ask, Personal, "联系电话", "Contact phone";
        /// What the next visitor should know.
        note: Option<String> = FieldType::Note, Merge::Ask, Personal, "备注", "Note";
        /// What matters at the door: 独居, 高龄 …
        tags: BTreeSet<String> = FieldType::Set, Merge::Union, Sensitive, "标签", "Tags";
        /// The household that this one turned out to be.
        merged_into: Option<String> = FieldType::Line, Merge::Auto, Internal, "已并入", "Merged into";
        /// The import that brought it and was undone: it is in no list until somebody hands in something about it.
        withdrawn: Option<String> = FieldType::Line, Merge::Auto, Internal, "已撤下", "Withdrawn";
    }
}

record! {
    /// A resident (居民), a part of a household's document.
    pub struct Resident = "resident" ("居民", "Resident") kept Residence {
        /// Full name.
        name: Option<String> = FieldType::Line, Merge::Ask, Personal, "姓名", "Name";
        /// Relation to the head of household; 户主 is the head.
        relation: Option<String> = FieldType::Line, Merge::Auto, Personal, "与户主关系", "Relation";
        /// `male` or `female`.
        gender: Option<String> = FieldType::Choice(&["male", "female"]), Merge::Auto, Personal, "性别", "Gender";
        /// Birth date, or month where only that is known.
        birth: Option<String> = FieldType::Birth, Merge::Ask, Personal, "出生日期", "Born";
        /// Own telephone.
        phone: Option<String> = FieldType::Phone, Merge::Ask, Personal, "电话", "Phone";
        /// Personal tags: 党员, 残疾 …
        tags: BTreeSet<String> = FieldType::Set, Merge::Union, Sensitive, "标签", "Tags";
        /// Where somebody who lives here is for a while: a town, not an address.
        away_to: Option<String> = FieldType::Line, Merge::Ask, Personal, "外出去向", "Away to"
            for "节假日返乡外出联系", "keeping in touch over the festival" kept Occasion;
        /// First day away.
        away_from: Option<String> = FieldType::Date, Merge::Ask, Personal, "外出日期", "Away from"
            for "节假日返乡外出联系", "keeping in touch over the festival" kept Occasion;
        /// Day of return, expected or done.
        back_on: Option<String> = FieldType::Date, Merge::Ask, Personal, "返回日期", "Back on"
            for "节假日返乡外出联系", "keeping in touch over the festival" kept Occasion;
        /// Where somebody who stays here for a while comes from.
        arrived_from: Option<String> = FieldType::Line, Merge::Ask, Personal, "来自", "Arrived from"
            for "临时来访人员服务联系", "looking after guests and temporary arrivals" kept Occasion;
        /// First day here.
        arrived_on: Option<String> = FieldType::Date, Merge::Ask, Personal, "到达日期", "Arrived on"
            for "临时来访人员服务联系", "looking after guests and temporary arrivals" kept Occasion;
        /// Day on which they mean to leave.
        leaving_on: Option<String> = FieldType::Date, Merge::Ask, Personal, "预计离开", "Leaving on"
            for "临时来访人员服务联系", "looking after guests and temporary arrivals" kept Occasion;
        /// A place that an emergency names, where somebody has been.
        travel_place: Option<String> = FieldType::Line, Merge::Ask, Sensitive, "重点旅居地", "Key travel place"
            for "仅用于本次突发事件应对", "only for the emergency it was asked in" kept Occasion;
        /// When they came back from there.
        travel_on: Option<String> = FieldType::Date, Merge::Ask, Sensitive, "旅居返回日期", "Back from there on"
            for "仅用于本次突发事件应对", "only for the emergency it was asked in" kept Occasion;
        /// Keyed hash of the national id, only where the office insists (PIPL article 6).
        national_id_hash: Option<String> = FieldType::Line, Merge::Auto, Sensitive, "身份证号校验值", "National id hash";
        /// Last four characters of the national id.
        national_id_last4: Option<String> = FieldType::Line, Merge::Auto, Sensitive, "身份证后四位", "National id, last four";
        /// `removed`, or a number: every edit of a resident writes its time here, so that an edit and a
        /// concurrent removal meet on one key and the edit wins.
        presence: Option<String> = FieldType::Choice(&["removed"]), Merge::EditWins, Internal, "在户", "Presence";
    }
}

impl Household {
    /// The address in parts.
    pub fn address(&self) -> Address {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        Address {
            estate: part(&self.estate),
            building: part(&self.building),
            unit: part(&self.unit),
            room: part(&self.room),
        }
    }

    /// Takes over the parts of an address; empty parts stay empty.
    pub fn set_address(&mut self, address: &Address) {
        let part = |part: &String| (!part.is_empty()).then(|| part.clone());
        self.estate = part(&address.estate);
        self.building = part(&address.building);
        self.unit = part(&address.unit);
        self.room = part(&address.room);
    }
}

/// The id that a roster's household always gets, so that importing a file twice finds it again.
pub fn household_id(community: &str, address: &Address) -> HouseholdId {
    HouseholdId::derive(&[b"roster", community.as_bytes(), address.key().as_bytes()])
}

/// The key prefix of one resident's fields.
pub fn resident_key(id: ResidentId) -> String {
    format!("r/{id}/")
}

/// The residents of a household who have not been removed, in the order of their ids.
pub fn residents(fields: &Fields) -> Vec<(ResidentId, Resident)> {
    let ids: BTreeSet<ResidentId> = fields
        .range("r/".to_owned()..)
        .take_while(|(key, _)| key.starts_with("r/"))
        .filter_map(|(key, _)| key.split('/').nth(1)?.parse().ok())
        .collect();
    ids.into_iter()
        .map(|id| (id, Resident::read(fields, &resident_key(id))))
        .filter(|(_, resident)| resident.presence.as_deref() != Some("removed"))
        .collect()
}

/// The tags of a household and of everyone in it: what a filter or a door card goes by.
pub fn visible_tags(household: &Household, residents: &[(ResidentId, Resident)]) -> BTreeSet<String> {
    let own = household.tags.iter();
    own.chain(residents.iter().flat_map(|(_, resident)| &resident.tags)).cloned().collect()
}
