//! How phones, births, genders and national ids are spelled, right and wrong.

use super::*;

/// The only resident of a roster with one more column.
fn with(header: &str, value: &str) -> Result<RosterHousehold, BadReason> {
    let book = Workbook {
        format: Format::Xlsx,
        sheets: vec![Sheet::new(
            "x",
            vec![
                vec!["姓名".into(), "地址".into(), header.into()],
                vec!["李四".into(), "3-2-501".into(), value.into()],
            ],
        )],
    };
    one_of(&book, &ImportOptions::default())
}

fn with_cell(header: &str, value: Cell) -> Result<RosterHousehold, BadReason> {
    let book = Workbook {
        format: Format::Xls,
        sheets: vec![Sheet::new(
            "x",
            vec![
                vec!["姓名".into(), "地址".into(), header.into()],
                vec!["李四".into(), "3-2-501".into(), value],
            ],
        )],
    };
    one_of(&book, &ImportOptions::default())
}

fn one_of(book: &Workbook, options: &ImportOptions) -> Result<RosterHousehold, BadReason> {
    let roster = read_roster(&book.write(book.format).expect("written"), "x", options).expect("a roster");
    match roster.bad_rows.first() {
        Some(bad) => Err(bad.problems[0].reason),
        None => Ok(roster.households.into_iter().next().expect("a household")),
    }
}

#[test]
fn phones_in_every_usual_spelling() {
    for (text, want) in [
        ("13800138000", &["13800138000"][..]),
        ("138 0013 8000", &["13800138000"]),
        ("138-0013-8000", &["13800138000"]),
        ("１３８００１３８０００", &["13800138000"]),
        ("+86 138 0013 8000", &["13800138000"]),
        ("0086-13800138000", &["13800138000"]),
        ("8613800138000", &["13800138000"]),
        ("13800138000、13900139000", &["13800138000", "13900139000"]),
        ("13800138000 13900139000", &["13800138000", "13900139000"]),
        ("13800138000/027-87654321", &["13800138000", "027-87654321"]),
        ("13800138000（妻）\n13900139000", &["13800138000", "13900139000"]),
        ("027-87654321", &["027-87654321"]),
        ("(0714)6543210", &["0714-6543210"]),
        ("+86 27 8765 4321", &["027-87654321"]),
        ("027-87654321转801", &["027-87654321-801"]),
        ("87654321", &["87654321"]),
        ("400-123-4567", &["4001234567"]),
        ("+852 9123 4567", &["+85291234567"]),
    ] {
        assert_eq!(
            with("电话", text).map(|one| one.phones),
            Ok(want.iter().map(ToString::to_string).collect()),
            "{text}"
        );
    }
    for text in ["无", "-", "暂无", "", "N/A"] {
        assert_eq!(with("电话", text).map(|one| one.phones), Ok(Vec::new()), "{text}");
    }
    for text in
        ["1380013800", "138001380001", "12800138000", "没有电话", "027-8765432100", "13800138000、139"]
    {
        assert_eq!(with("电话", text), Err(BadReason::PhoneUnclear), "{text}");
    }
    assert_eq!(with("电话", "1.38E+10"), Err(BadReason::DigitsLost));
    let number = with_cell("电话", Cell::Number(13_800_138_000.0));
    assert_eq!(number.map(|one| one.phones), Ok(vec!["13800138000".to_owned()]));
}

#[test]
fn birth_dates_in_every_usual_spelling() {
    for text in [
        "1987-03-05",
        "1987-3-5",
        "1987/3/5",
        "1987.3.5",
        "1987.03.05",
        "19870305",
        "1987年3月5日",
        "1987年03月05日",
        "１９８７－０３－０５",
        "1987 3 5",
        "1987-03-05 00:00:00",
        "31841",
        "1987年3月5号",
    ] {
        let birth = with("出生日期", text).map(|one| one.residents[0].birth.clone());
        assert_eq!(birth, Ok(Some("1987-03-05".to_owned())), "{text}");
    }
    for text in ["1987-03", "1987.3", "1987年3月", "198703", "1987/03"] {
        let birth = with("出生年月", text).map(|one| one.residents[0].birth.clone());
        assert_eq!(birth, Ok(Some("1987-03".to_owned())), "{text}");
    }
    let day = Date::new(1987, 3, 5).expect("a day");
    for cell in [Cell::Date(day), Cell::Number(31_841.0), Cell::Number(19_870_305.0)] {
        let birth = with_cell("生日", cell.clone()).map(|one| one.residents[0].birth.clone());
        assert_eq!(birth, Ok(Some("1987-03-05".to_owned())), "{cell:?}");
    }
    assert_eq!(
        with_cell("生日", Cell::Number(1987.12)).map(|one| one.residents[0].birth.clone()),
        Ok(Some("1987-12".into()))
    );
    for (text, reason) in [
        ("1987-13-05", BadReason::BirthImpossible),
        ("1987-02-29", BadReason::BirthImpossible),
        ("1787-02-21", BadReason::BirthImpossible),
        ("1987", BadReason::BirthUnclear),
        ("87-3-5", BadReason::BirthUnclear),
        ("属兔", BadReason::BirthUnclear),
        ("3/5/1987", BadReason::BirthAmbiguous),
    ] {
        assert_eq!(with("出生日期", text), Err(reason), "{text}");
    }
    assert_eq!(
        with("出生日期", "25/12/1987").map(|one| one.residents[0].birth.clone()),
        Ok(Some("1987-12-25".into()))
    );
    assert_eq!(with_cell("生日", Cell::Number(1987.1)), Err(BadReason::BirthAmbiguous));
    assert_eq!(with_cell("生日", Cell::Number(1987.0)), Err(BadReason::BirthUnclear));
}

#[test]
fn nobody_is_born_after_today() {
    let text = "姓名,地址,生日\n李四,3-2-501,2026-11-23\n";
    let options = ImportOptions { today: Date::new(2026, 11, 22), ..ImportOptions::default() };
    let roster = read_roster(text.as_bytes(), "x.csv", &options).expect("a roster");
    assert_eq!(reasons(&roster), [(2, vec![BadReason::BirthImpossible])]);
    assert!(read(text).bad_rows.is_empty());
}

#[test]
fn genders_and_their_codes() {
    for (text, want) in [
        ("男", Some(Gender::Male)),
        ("女性", Some(Gender::Female)),
        ("M", Some(Gender::Male)),
        ("female", Some(Gender::Female)),
        ("1", Some(Gender::Male)),
        ("２", Some(Gender::Female)),
        ("未知", None),
        ("9", None),
    ] {
        assert_eq!(with("性别", text).map(|one| one.residents[0].gender), Ok(want), "{text}");
    }
    assert_eq!(with("性别", "男女"), Err(BadReason::GenderUnclear));
}

/// Made up: area code, birth date and order are nobody's, the check digit fits.
const MADE_UP_ID: &str = "42010619870305029X";

#[test]
fn a_valid_national_id_fills_in_birth_and_gender_and_is_forgotten() {
    for text in [
        MADE_UP_ID,
        "42010619870305029x",
        "４２０１０６１９８７０３０５０２９Ｘ",
        "420106 19870305 029X",
        "420106870305029",
    ] {
        let one = with("身份证号", text).expect(text);
        let resident = &one.residents[0];
        assert_eq!(resident.birth.as_deref(), Some("1987-03-05"));
        assert_eq!(resident.gender, Some(Gender::Male));
        assert_eq!(resident.national_id, None);
        assert!(!format!("{one:?}").contains("420106"));
    }
}

#[test]
fn what_the_row_says_itself_goes_before_the_id() {
    let roster = read(&format!("姓名,地址,身份证号,出生日期,性别\n李四,3-2-501,{MADE_UP_ID},1987-02,女\n"));
    let resident = &roster.households[0].residents[0];
    assert_eq!((resident.birth.as_deref(), resident.gender), (Some("1987-02"), Some(Gender::Female)));
}

#[test]
fn an_office_that_insists_keeps_a_keyed_hash_and_four_digits() {
    let keyed = |key: &str, id: &str| {
        let options =
            ImportOptions { national_id: Some(NationalIdKey::new(key)), ..ImportOptions::default() };
        let text = format!("姓名,地址,身份证号\n李四,3-2-501,{id}\n");
        let roster = read_roster(text.as_bytes(), "x.csv", &options).expect("a roster");
        roster.households[0].residents[0].national_id.clone().expect("kept")
    };
    let kept = keyed("office", MADE_UP_ID);
    assert_eq!(kept.last4, "029X");
    assert_eq!(kept.hash.len(), 64);
    assert_eq!(keyed("office", "420106870305029"), kept, "the old 15 digits are the same person");
    assert_ne!(keyed("other office", MADE_UP_ID).hash, kept.hash);
    assert!(!format!("{:?}", NationalIdKey::new("office")).contains("office"));
}

#[test]
fn a_wrong_national_id_is_a_bad_row() {
    for (text, reason) in [
        ("420106198703050291", BadReason::NationalIdChecksum),
        ("420106198702300010", BadReason::NationalIdDate),
        ("420106870230029", BadReason::NationalIdDate),
        ("42010619870305029", BadReason::NationalIdLength),
        ("不记得", BadReason::NationalIdLength),
        ("4.20106E+17", BadReason::DigitsLost),
    ] {
        assert_eq!(with("身份证号码", text), Err(reason), "{text}");
    }
    assert_eq!(with_cell("身份证号", Cell::Number(420_106_198_703_050_010.0)), Err(BadReason::DigitsLost));
    for other in ["E12345678", "420106********001X", "无"] {
        assert!(with("证件号码", other).is_ok(), "{other}");
    }
}

#[test]
fn names_and_addresses_that_are_none() {
    let roster = read(
        "姓名,地址,出生日期\n\
         李四,,\n\
         王五,阳光花园,\n\
         赵六,,\n\
         13800138000,3-2-501,\n\
         ,3-2-502,1987-03-05\n",
    );
    use BadReason::{AddressMissing, AddressUnclear, NameMissing, NameUnclear};
    assert_eq!(
        reasons(&roster),
        [
            (2, vec![AddressMissing]),
            (3, vec![AddressUnclear]),
            (4, vec![AddressUnclear]),
            (5, vec![NameUnclear]),
            (6, vec![NameMissing]),
        ],
        "a row below an unclear address is not moved to the last clear one"
    );
    assert!(roster.households.is_empty());
    assert_eq!(roster.bad_rows[2].cells[1], Cell::from("阳光花园"));
}

#[test]
fn an_address_that_excel_took_for_a_day() {
    let day = Cell::Date(Date::new(2012, 3, 2).expect("a day"));
    let rows = vec![vec!["姓名".into(), "地址".into()], vec!["李四".into(), day]];
    for (format, reason) in
        [(Format::Xlsx, BadReason::AddressIsDate), (FORMATS[0], BadReason::AddressUnclear)]
    {
        let book = Workbook { format, sheets: vec![Sheet::new("x", rows.clone())] };
        assert_eq!(one_of(&book, &ImportOptions::default()), Err(reason));
    }
}
