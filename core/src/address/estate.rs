//! The name in front of the building: drops the region and the road, keeps what neighbours call the place.

use super::text::{is_numeral, numeral, split_tail};

/// Region levels in the order they are written. The flag says whether one such level alone is proof enough:
/// 市, 县, 镇 and 乡 also occur inside estate names (大都市丽景).
const REGION_LEVELS: [(&[&str], bool); 5] = [
    (&["特别行政区", "自治区", "省"], true),
    (&["自治州", "地区", "市"], false),
    (&["区", "县", "旗"], true),
    (&["街道办事处", "街道", "镇", "乡"], true),
    (&["社区居委会", "社区", "居委会"], true),
];

/// Compounds that end like a district and are not one.
const NOT_A_DISTRICT: &str = "小园校厂片院社新期东西南北中ABCDEFGH一二三四五六七八九0123456789";

/// The longest region name: 新疆维吾尔自治区 is five characters before its suffix, autonomous counties run to nine.
const REGION_NAME_CHARS_MAX: usize = 9;

/// Words that do not name a place on their own; a region is never dropped if only this would be left.
const GENERIC: [&str; 12] =
    ["花园", "小区", "家园", "新村", "公寓", "广场", "大厦", "大院", "院", "苑", "东区", "西区"];

/// Endings of a name that is one building by itself, so that a room needs no building number.
const ONE_BUILDING: [&str; 7] = ["楼", "大厦", "公寓", "宿舍", "广场", "中心", "大院"];

/// True when the estate is a single building (幸福大厦1203室).
pub(super) fn is_one_building(estate: &str) -> bool {
    ONE_BUILDING.iter().any(|end| estate.ends_with(end))
}

/// The estate's own name from everything written before the building.
pub(super) fn clean(text: &str) -> String {
    let text = text.trim_matches(['-', '#', ':', ' ']);
    let text = strip_regions(text);
    let text = strip_road(text);
    arabic_phases(text.trim_matches(['-', '#', ':', ' ']))
}

fn strip_regions(text: &str) -> &str {
    let mut rest = text;
    let mut levels = 0;
    let mut proven = false;
    for (suffixes, alone) in REGION_LEVELS {
        if let Some((suffix, after)) = suffixes.iter().find_map(|suffix| strip_region(rest, suffix)) {
            rest = after;
            levels += 1;
            proven |= alone && !matches!(suffix, "县" | "镇" | "乡");
        }
    }
    if proven || levels > 1 { rest } else { text }
}

/// What follows the first region name that ends in `suffix`, if the text starts with one.
fn strip_region<'a>(text: &'a str, suffix: &'static str) -> Option<(&'static str, &'a str)> {
    let (name, after) = text.split_once(suffix)?;
    let length = name.chars().count();
    let is_name = (2..=REGION_NAME_CHARS_MAX).contains(&length) || (suffix == "县" && length == 1);
    let is_compound = suffix == "区" && name.ends_with(|c| NOT_A_DISTRICT.contains(c));
    let names_a_place = after.chars().count() >= 2 && !GENERIC.contains(&after);
    (is_name && !is_compound && names_a_place).then_some((suffix, after))
}

/// Drops 中山路88号 in front of an estate name; keeps it when it is the only name the place has.
fn strip_road(text: &str) -> &str {
    let Some((before, after)) = text.split_once('号') else { return text };
    let (road, number) = split_tail(before, |c| c.is_ascii_alphanumeric() || c == '-');
    let is_road = road.ends_with(['路', '街', '道', '巷', '弄']) && !number.is_empty();
    let names_a_place = after.chars().count() >= 2 && !GENERIC.contains(&after);
    if is_road && names_a_place { after } else { text }
}

/// 二期 and 2期 are one place, so numbers before 期, 区, 院, 组, 队 and 村 are written in digits.
fn arabic_phases(text: &str) -> String {
    let Some(word) = text.chars().next_back().filter(|c| matches!(c, '期' | '区' | '院' | '组' | '队'))
    else {
        return text.to_owned();
    };
    let before = text.strip_suffix(word).unwrap_or(text);
    let (name, digits) = split_tail(before, is_numeral);
    match numeral(digits) {
        Some(number) => format!("{}{number}{word}", name.trim_end_matches('第')),
        None => text.to_owned(),
    }
}
