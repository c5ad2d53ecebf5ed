//! Spellings seen on doors, in ledgers and in chat groups, and the homes they mean.

use proptest::prelude::*;

use super::{Address, AddressError, Position, position_of};

fn home(estate: &str, building: &str, unit: &str, room: &str) -> Address {
    Address { estate: estate.into(), building: building.into(), unit: unit.into(), room: room.into() }
}

#[test]
fn every_usual_spelling_means_the_same_home() {
    let with_estate = home("阳光花园", "3", "2", "501");
    for text in [
        "阳光花园3号楼2单元501室",
        "阳光花园 3 号楼 2 单元 501",
        "阳光花园3-2-501",
        "阳光花园-3号楼-2单元-501室",
        "阳光花园，3栋，2单元，501房",
        "阳光花园第3栋第2单元501",
        "阳光花园3号楼2门501",
        "阳光花园03幢02单元0501室",
        "阳光花园3号楼2单元5层501室",
        "阳光花园3号楼2单元501室(北门进)",
        "湖北省武汉市洪山区珞南街道晒湖社区阳光花园3号楼2单元501室",
        "洪山区阳光花园3号楼2单元501室",
        "晒湖社区阳光花园3号楼2单元501室",
        "武汉市洪山区中山路88号阳光花园3号楼2单元501室",
    ] {
        assert_eq!(Address::parse(text), Ok(with_estate.clone()), "{text}");
    }
    for text in [
        "3号楼2单元501室",
        "3-2-501",
        "3—2—501",
        "3#2-501",
        "３栋２单元５０１",
        "三号楼二单元501",
        "三栋二单元五〇一室",
        "3 2 501",
        "3/2/501",
        "3#楼2单元501",
        "3-2单元501",
        "3－2－501室",
        "3楼2单元501",
        "03-02-0501",
        "3号楼2-501",
        "3幢2#501",
    ] {
        assert_eq!(Address::parse(text), Ok(home("", "3", "2", "501")), "{text}");
    }
}

#[test]
fn homes_with_fewer_or_stranger_parts() {
    for (text, want) in [
        ("3幢501", home("", "3", "", "501")),
        ("3-501", home("", "3", "", "501")),
        ("A座1203", home("", "A", "", "1203")),
        ("a座1203室", home("", "A", "", "1203")),
        ("3栋A座1203", home("", "3", "A", "1203")),
        ("12号楼甲单元301", home("", "12", "甲", "301")),
        ("甲3号楼1单元101", home("", "甲3", "1", "101")),
        ("十二号楼三单元301", home("", "12", "3", "301")),
        ("二十一栋一单元一百零二室", home("", "21", "1", "102")),
        ("3号楼2单元501A", home("", "3", "2", "501A")),
        ("3号楼2单元501-1", home("", "3", "2", "501-1")),
        ("3-1号楼2单元501", home("", "3-1", "2", "501")),
        ("3号楼2单元5楼东户", home("", "3", "2", "5东")),
        ("3号楼2单元5层01室", home("", "3", "2", "501")),
        ("别墅8号", home("", "别墅8", "", "")),
        ("阳光花园8号别墅", home("阳光花园", "别墅8", "", "")),
        ("阳光花园别墅区A8栋", home("阳光花园", "别墅A8", "", "")),
        ("幸福村12号", home("幸福村", "", "", "12")),
        ("延安路123弄12号501室", home("延安路123弄", "12", "", "501")),
        ("中山路88号院3号楼2单元501", home("中山路88号院", "3", "2", "501")),
        ("幸福大厦1203", home("幸福大厦", "", "", "1203")),
        ("幸福大厦12楼1203室", home("幸福大厦", "", "", "1203")),
        ("阳光花园二期3-2-501", home("阳光花园2期", "3", "2", "501")),
        ("阳光花园东区3-2-501", home("阳光花园东区", "3", "2", "501")),
        ("东门小区3号楼501", home("东门小区", "3", "", "501")),
        ("大都市花园3号楼501", home("大都市花园", "3", "", "501")),
        ("阳光社区3号楼501", home("阳光社区", "3", "", "501")),
        ("三里屯小区3号楼501", home("三里屯小区", "3", "", "501")),
        ("阳光COCO3号楼501", home("阳光COCO", "3", "", "501")),
    ] {
        assert_eq!(Address::parse(text), Ok(want), "{text}");
    }
}

#[test]
fn text_that_names_no_home_is_refused_and_not_guessed() {
    assert_eq!(Address::parse(" 　"), Err(AddressError::Empty));
    let long = "3".repeat(300);
    for text in [
        "阳光花园",
        "501",
        "501室",
        "3号楼",
        "阳光花园501室",
        "1-3-2-501",
        "2012-3-2",
        "2012/3/2",
        "张三",
        "3-2-",
        "----",
        long.as_str(),
    ] {
        assert!(matches!(Address::parse(text), Err(AddressError::NoRoom(_))), "{text}");
    }
}

#[test]
fn columns_and_one_line_give_the_same_home() {
    let line = Address::parse("阳光花园3号楼2单元501室").expect("a usual address");
    for (estate, building, unit, room) in [
        ("阳光花园", "3", "2", "501"),
        ("阳光花园", "3号楼", "2单元", "501室"),
        ("阳光花园", "３栋", "二单元", "0501"),
        ("晒湖社区阳光花园", "3栋2单元", "", "501"),
        ("阳光花园", "3", "", "2-501"),
        ("阳光花园", "", "", "3-2-501"),
        ("阳光花园", "阳光花园3号楼", "2", "501"),
        ("", "阳光花园3号楼", "2", "501"),
        ("阳光花园", "3号", "2", "501"),
    ] {
        let parts = Address::from_parts(estate, building, unit, room);
        assert_eq!(parts.as_ref(), Ok(&line), "{estate}|{building}|{unit}|{room}");
    }
    assert_eq!(Address::from_parts("幸福村", "", "", "12号"), Ok(home("幸福村", "", "", "12")));
    assert_eq!(Address::from_parts("阳光花园", "别墅8号", "", ""), Ok(home("阳光花园", "别墅8", "", "")));
    assert_eq!(Address::from_parts("", " ", "", ""), Err(AddressError::Empty));
    assert!(Address::from_parts("阳光花园", "3", "", "").is_err());
}

#[test]
fn the_canonical_spelling_leaves_out_what_does_not_exist() {
    for (text, canonical) in [
        ("3-2-501", "3号楼2单元501室"),
        ("3幢501", "3号楼501室"),
        ("A座1203", "A座1203室"),
        ("别墅8", "别墅8号"),
        ("幸福村12号", "幸福村12号"),
        ("幸福大厦1203", "幸福大厦1203室"),
        ("3号楼2单元5楼东户", "3号楼2单元5东户"),
    ] {
        assert_eq!(Address::parse(text).map(|home| home.to_string()), Ok(canonical.to_owned()));
    }
}

#[test]
fn a_source_that_left_the_estate_out_may_mean_the_same_home() {
    let full = home("阳光花园", "3", "2", "501");
    assert!(full.same_home(&home("", "3", "2", "501")));
    assert!(!full.same_home(&home("月光花园", "3", "2", "501")));
    assert!(!full.same_home(&home("阳光花园", "3", "", "501")));
    assert_eq!(full.building_key(), "阳光花园/3");
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        (1u32..120).prop_map(|n| n.to_string()),
        "[A-H]",
        "[A-H][1-9]",
        "[1-9][A-D]",
        Just("甲".to_owned())
    ]
}

fn on(floor: u16, door: &str) -> Position {
    Position::Floor { floor, door: door.into() }
}

#[test]
fn a_room_number_says_its_floor() {
    for (room, position) in [
        ("501", on(5, "01")),
        ("1203", on(12, "03")),
        ("0501", on(5, "01")),
        ("５０１", on(5, "01")),
        (" 501 ", on(5, "01")),
        ("501a", on(5, "01A")),
        ("501东", on(5, "01东")),
        ("5东", on(5, "东")),
        ("3301", on(33, "01")),
    ] {
        assert_eq!(position_of(room), position, "{room}");
    }
    for room in
        ["", "3", "12", "底商3", "地下室", "-101", "B101", "001", "10203", "501-1", "501ABC", "负一层"]
    {
        assert_eq!(position_of(room), Position::Other, "{room}");
    }
}

proptest! {
    #[test]
    fn every_floor_and_door_is_found_again(floor in 1..=99_u16, door in 0..=99_u16, suffix in "[A-D东西]{0,2}") {
        let position = position_of(&format!("{floor}{door:02}{suffix}"));
        prop_assert_eq!(position, on(floor, &format!("{door:02}{suffix}")));
    }

    #[test]
    fn any_room_has_one_place(room in "\\PC{0,12}|[0-9]{0,6}[A-Z东底商室-]{0,3}") {
        let position = position_of(&room);
        if let Position::Floor { floor, door } = &position {
            prop_assert!((1..=99).contains(floor));
            // Floor and door together are the number again, so no two rooms of a unit share a cell.
            prop_assert_eq!(&position_of(&format!("{floor}{door}")), &position);
        }
    }

    #[test]
    fn the_canonical_spelling_reads_back(
        estate in prop_oneof![Just(""), Just("阳光花园"), Just("幸福里2期"), Just("中山路88号院"), Just("三里屯小区")],
        building in number(),
        unit in prop_oneof![Just(String::new()), number()],
        room in prop_oneof!["[1-9][0-9]{0,3}", "[1-9][0-9]{2}[A-D]", Just("5东".to_owned())],
    ) {
        let home = home(estate, &building, &unit, &room);
        prop_assert_eq!(Address::parse(&home.to_string()), Ok(home));
    }

    #[test]
    fn whatever_is_read_survives_its_own_spelling(text in "[阳光花园三二十甲东别墅A0-9号楼栋座单元室层#\\- 村路区社街道市]{1,16}") {
        if let Ok(home) = Address::parse(&text) {
            prop_assert_eq!(Address::parse(&home.to_string()).map(|again| again.key()), Ok(home.key()));
        }
    }

    #[test]
    fn no_text_does_harm(text in "\\PC{0,40}", other in "\\PC{0,12}") {
        for read in [Address::parse(&text), Address::from_parts(&text, &other, "", &other)].into_iter().flatten() {
            prop_assert_eq!(Address::parse(&read.to_string()).map(|again| again.key()), Ok(read.key()));
        }
    }

    #[test]
    fn columns_of_an_address_mean_that_address(building in number(), unit in number(), room in "[1-9][0-9]{0,3}") {
        let home = home("阳光花园", &building, &unit, &room);
        prop_assert_eq!(Address::from_parts("阳光花园", &building, &unit, &room), Ok(home));
    }
}
