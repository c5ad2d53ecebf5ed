//! Whole files: every format and encoding, files that are no rosters, and hostile bytes.

use linli_core::error::Coded;
use proptest::prelude::*;

use super::*;

const ROSTER: &str = "
    阳光社区居民名册
    户主 | 性别 | 出生日期   | 联系电话    | 小区     | 楼栋 | 单元 | 房号 | 网格编码        | 备注
    李四 | 男   | 1987-03-05 | 13800138000 | 阳光花园 | 3    | 2    | 501  | 420106001001003 | 养狗，请先打电话
    赵六 | 女   | 1950-01    | 87654321    | 阳光花园 | 3    | 2    | 502  | 420106001001003 |
    合计 | 2    |            |             |          |      |      |      |                 |
";

#[test]
fn the_same_roster_in_every_format_and_encoding() {
    let read = |format: Format| {
        let bytes = Workbook { format, sheets: vec![page("名册", ROSTER)] }.write(format).expect("written");
        let roster = read_roster(&bytes, "名册.csv", &ImportOptions::default()).expect("a roster");
        assert_eq!(roster.format, format);
        roster
    };
    let reference = read(Format::Xlsx);
    assert_eq!(reference.households.len(), 2);
    assert_eq!(reference.households[0].note.as_deref(), Some("养狗，请先打电话"));
    for format in FORMATS {
        let roster = read(format);
        assert_eq!(roster.households, reference.households, "{format:?}");
        assert_eq!(roster.columns, reference.columns, "{format:?}");
    }
}

#[test]
fn files_that_are_no_roster_say_what_is_missing() {
    for (text, code, word) in [
        ("", "table.empty", "空"),
        ("\u{1}\u{2}\u{0}", "table.not_a_spreadsheet", "电子表格"),
        ("序号,金额\n1,2\n", "roster.no_header", "表头"),
        ("今天天气很好\n", "roster.no_header", "姓名"),
        ("姓名,电话\n李四,13800138000\n", "roster.missing_column", "地址"),
        ("地址,电话\n3-2-501,13800138000\n", "roster.missing_column", "姓名"),
        ("姓名,地址\n", "roster.no_rows", "没有内容"),
        ("姓名,地址\n合计,0\n", "roster.no_rows", "没有内容"),
    ] {
        let error = read_roster(text.as_bytes(), "x.csv", &ImportOptions::default()).expect_err(text);
        assert_eq!(error.code(), code, "{text}");
        assert!(error.zh().contains(word), "{}", error.zh());
    }
}

/// Numbers from a seed, so that a failure can be played again.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).expect("31 bits")
}

#[test]
fn damaged_and_cut_rosters_never_panic() {
    let mut seed = 20_261_122;
    println!("seed {seed}");
    for format in FORMATS {
        let whole = Workbook { format, sheets: vec![page("名册", ROSTER)] }.write(format).expect("written");
        for cut in (0..whole.len()).step_by(whole.len() / 50 + 1) {
            let _ = read_roster(&whole[..cut], "x", &ImportOptions::default());
        }
        for _ in 0..100 {
            let mut bytes = whole.clone();
            for _ in 0..=next(&mut seed) % 6 {
                let at = next(&mut seed) % bytes.len();
                bytes[at] = u8::try_from(next(&mut seed) % 256).expect("a byte");
            }
            if let Ok(roster) = read_roster(&bytes, "x", &ImportOptions::default()) {
                let _ = roster.rejects().map(|rejects| rejects.write(rejects.format));
            }
        }
    }
}

#[test]
fn any_cells_below_a_header_are_rows_or_reasons() {
    let words = [
        "",
        "李四",
        "3-2-501",
        "阳光花园",
        "501",
        "1987-03-05",
        "13800138000",
        "=1",
        "户主",
        "合计",
        "男",
        "空户",
        "E",
        "\u{0}x",
        "９９",
        "-",
        "'",
        "(",
        "转",
    ];
    let mut seed = 7;
    println!("seed {seed}");
    for _ in 0..300 {
        let header =
            ["户主", "姓名", "地址", "楼栋", "房号", "电话", "生日", "身份证号", "性别", "家庭成员", "备注"];
        let rows = (0..12)
            .map(|_| header.iter().map(|_| Cell::from(words[next(&mut seed) % words.len()])).collect());
        let rows: Vec<Vec<Cell>> =
            [header.iter().map(|text| Cell::from(*text)).collect()].into_iter().chain(rows).collect();
        let bytes = Workbook { format: Format::Xls, sheets: vec![Sheet::new("x", rows)] }
            .write(Format::Xls)
            .expect("written");
        let roster = read_roster(&bytes, "x", &ImportOptions::default()).expect("a roster");
        let imported: usize = roster.households.iter().map(|one| one.rows.len()).sum();
        assert_eq!(imported + roster.bad_rows.len(), roster.rows_read, "no row is lost");
        assert_eq!(roster.rows_read + roster.rows_skipped, 12);
        assert!(roster.bad_rows.iter().all(|bad| !bad.problems.is_empty()));
    }
}

#[test]
fn a_file_made_to_be_slow_is_read_quickly() {
    let one_home: String = (0..60_000).map(|n| format!("居民{n}号,3-2-501,138{n:08}\n")).collect();
    let roster = read(&format!("姓名,地址,电话\n{one_home}"));
    assert_eq!(roster.households[0].rows.len(), 1_000);
    assert_eq!(roster.bad_rows.len(), 59_000);
    assert_eq!(roster.bad_rows[0].problems[0].reason, BadReason::TooMany);
    assert_eq!(roster.bad_rows[0].problems[0].value, "3-2-501");

    let many: Vec<String> = (0..5_000).map(|n| format!("李{n}")).collect();
    let roster = read(&format!("户主,家庭成员,地址\n李四,{},3-2-501\n", many.join("、")));
    assert_eq!(reasons(&roster), [(2, vec![BadReason::TooMany])]);
}

proptest! {
    #[test]
    fn any_text_in_any_cell_is_a_household_a_reason_or_skipped(cells in proptest::collection::vec("\\PC{0,24}", 12)) {
        let header = ["姓名", "关系", "性别", "生日", "身份证号", "电话", "地址", "楼栋", "房号", "标签", "家庭成员", "备注"];
        let text = |row: &[String]| row.iter().map(|cell| Cell::from(cell.as_str())).collect::<Vec<_>>();
        let header = header.iter().map(|cell| Cell::from(*cell)).collect();
        let good = text(&["李四", "", "", "", "", "", "3-2-501"].map(str::to_owned));
        let book = Workbook { format: Format::Xlsx, sheets: vec![Sheet::new("x", vec![header, good, text(&cells)])] };
        let roster = read_roster(&book.write(Format::Xlsx).expect("written"), "x", &ImportOptions::default());
        let roster = roster.expect("a roster");
        let imported: usize = roster.households.iter().map(|one| one.rows.len()).sum();
        prop_assert_eq!(imported + roster.bad_rows.len(), roster.rows_read);
        if let Some(rejects) = roster.rejects() {
            for format in FORMATS {
                let bytes = rejects.write(format).expect("written");
                let again = read_roster(&bytes, "x", &ImportOptions::default()).expect("a roster");
                prop_assert_eq!(again.bad_rows.len(), roster.bad_rows.len(), "{:?}", format);
            }
        }
    }
}
