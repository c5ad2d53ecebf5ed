//! What cannot be imported comes back as a file that can be corrected.

use linli_core::error::Coded;

use super::*;

const ROSTER: &str = "
    名册
    序号 | 地址    | 姓名   | 与户主关系 | 联系电话    | 出生日期
    1    | 3-2-501 | 李四   | 户主       | 13800138000 | 1987-03-05
    2    |         | 王五   | 妻         | 1390013900  | 1988-14-06
    3    |         | 李小四 | 子         |             | 2015-06-01
    4    | 阳光    | 赵六   | 户主       |             |
";

fn roster(format: Format) -> Roster {
    let book = Workbook { format, sheets: vec![page("名册", ROSTER)] };
    read_roster(&book.write(format).expect("written"), "名册.csv", &ImportOptions::default())
        .expect("a roster")
}

#[test]
fn a_bad_row_leaves_the_rest_of_its_household_alone() {
    let roster = roster(Format::Xlsx);
    assert_eq!(roster.households.len(), 1);
    assert_eq!(names(&roster.households[0]), ["李四", "李小四"]);
    assert_eq!(
        reasons(&roster),
        [
            (4, vec![BadReason::PhoneUnclear, BadReason::BirthImpossible]),
            (6, vec![BadReason::AddressUnclear])
        ]
    );
    let problem = &roster.bad_rows[0].problems[0];
    assert_eq!(
        (problem.column.as_str(), problem.header.as_str(), problem.value.as_str()),
        ("E", "联系电话", "1390013900")
    );
    assert_eq!(roster.rows_read, 4);
}

#[test]
fn rejects_come_back_in_the_form_of_the_input_and_can_be_corrected() {
    for format in FORMATS {
        let first = roster(format);
        assert_eq!(first.format, format);
        let mut rejects = first.rejects().expect("two bad rows");
        assert_eq!(rejects.format, format);
        let bytes = rejects.write(rejects.format).expect("written");
        let again = read_roster(&bytes, "名册.csv", &ImportOptions::default()).expect("a roster");
        assert_eq!(again.format, format);
        assert_eq!(again.bad_rows.len(), 2, "not corrected yet");
        assert_eq!(
            again.rejects().expect("bad rows").sheets[0].rows[0],
            rejects.sheets[0].rows[0],
            "one reason column"
        );

        let rows = &mut rejects.sheets[0].rows;
        assert_eq!(rows[0].last(), Some(&Cell::from("原因/reason")));
        assert_eq!(rows[1][1], Cell::from("3-2-501"), "the address of the row above is filled in");
        let reason = rows[1].last().expect("a reason").to_string();
        assert!(reason.starts_with("原第4行 E列“联系电话”：不像电话号码"), "{reason}");
        rows[1][4] = "13900139000".into();
        rows[1][5] = "1988-04-06".into();
        rows[2][1] = "3-2-502".into();
        let bytes = rejects.write(rejects.format).expect("written");
        let fixed = read_roster(&bytes, "名册.csv", &ImportOptions::default()).expect("a roster");
        assert!(fixed.bad_rows.is_empty() && fixed.rejects().is_none());
        assert_eq!(fixed.households.len(), 2);
        assert_eq!(fixed.households[0].address, first.households[0].address);
        assert_eq!(fixed.households[0].residents[0].phone.as_deref(), Some("13900139000"));
    }
}

#[test]
fn rejects_keep_the_sheets_apart() {
    let book = Workbook {
        format: Format::Xls,
        sheets: vec![page("一网格", "姓名|地址\n李四|x"), page("二网格", "地址|姓名\n3-2-501|赵六\ny|钱七")],
    };
    let bytes = book.write(Format::Xls).expect("written");
    let roster = read_roster(&bytes, "x.xls", &ImportOptions::default()).expect("a roster");
    let rejects = roster.rejects().expect("two bad rows");
    let found: Vec<_> = rejects.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.rows.len())).collect();
    assert_eq!(found, [("一网格", 2), ("二网格", 2)]);
}

#[test]
fn a_formula_in_a_bad_row_comes_back_inert() {
    let roster = read("姓名,地址,备注\n李四,x,=HYPERLINK(1)\n");
    let rejects = roster.rejects().expect("a bad row");
    let bytes = rejects.write(rejects.format).expect("written");
    assert!(String::from_utf8_lossy(&bytes).contains(",'=HYPERLINK(1),"));
}

#[test]
fn every_reason_has_a_code_and_a_sentence() {
    use BadReason::*;
    let mut codes = BTreeSet::new();
    for reason in [
        AddressMissing,
        AddressUnclear,
        AddressIsDate,
        NameMissing,
        NameUnclear,
        PhoneUnclear,
        BirthUnclear,
        BirthImpossible,
        BirthAmbiguous,
        GenderUnclear,
        NationalIdLength,
        NationalIdDate,
        NationalIdChecksum,
        TooMany,
        DigitsLost,
    ] {
        assert!(codes.insert(reason.code()) && reason.code().starts_with("roster.row."));
        assert!(!reason.zh().is_empty() && !reason.to_string().is_empty());
    }
}
