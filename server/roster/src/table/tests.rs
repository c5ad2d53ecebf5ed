//! A workbook survives every format, and no bytes do harm.

use linli_core::error::Coded;
use proptest::prelude::*;

use super::*;

const ALL_FORMATS: [Format; 8] = [
    csv(CsvEncoding::Utf8, Delimiter::Comma),
    csv(CsvEncoding::Utf8Bom, Delimiter::Comma),
    csv(CsvEncoding::Gb18030, Delimiter::Comma),
    csv(CsvEncoding::Utf16Le, Delimiter::Tab),
    csv(CsvEncoding::Utf8, Delimiter::Semicolon),
    csv(CsvEncoding::Gb18030, Delimiter::Tab),
    Format::Xlsx,
    Format::Xls,
];

const fn csv(encoding: CsvEncoding, delimiter: Delimiter) -> Format {
    Format::Csv(CsvStyle { encoding, delimiter })
}

fn day() -> Date {
    Date::new(1987, 3, 5).expect("a day")
}

/// A title, a header, people with awkward cells, a blank row in the middle.
fn roster() -> Sheet {
    let text = |cells: &[&str]| cells.iter().map(|cell| Cell::from(*cell)).collect::<Vec<_>>();
    Sheet::new(
        "一网格",
        vec![
            text(&["阳光社区居民名册"]),
            text(&["户主", "地址", "电话", "出生日期", "备注"]),
            vec![
                "李四".into(),
                "3-2-501".into(),
                "13800138000".into(),
                day().into(),
                "说：\"好\"，\n换行".into(),
            ],
            vec![],
            vec!["㐀𠮷".into(), "=1+1".into(), "+86 138".into(), Cell::Number(42.0), "'单引号".into()],
        ],
    )
}

/// What a person sees: a cell of blanks is empty, and empty cells at the end of a row are not there.
fn shown(sheet: &Sheet) -> Vec<Vec<String>> {
    let shown = |cell: &Cell| if cell.is_blank() { String::new() } else { cell.to_string() };
    let trimmed = |row: &Vec<Cell>| {
        let mut row: Vec<String> = row.iter().map(shown).collect();
        while row.last().is_some_and(String::is_empty) {
            row.pop();
        }
        row
    };
    sheet.rows.iter().map(trimmed).collect()
}

#[test]
fn what_is_written_is_read_back_in_every_format() {
    let book = Workbook { format: Format::Xlsx, sheets: vec![roster()] };
    for format in ALL_FORMATS {
        let bytes = book.write(format).expect("written");
        let back = Workbook::read(&bytes, "一网格.csv").expect("read back");
        assert_eq!(back.format, format);
        assert_eq!(back.sheets.len(), 1);
        assert_eq!(back.sheets[0].name, "一网格");
        assert_eq!(shown(&back.sheets[0]), shown(&book.sheets[0]), "{format:?}");
        assert_eq!(back.write(format).expect("written again"), bytes, "{format:?}");
    }
}

#[test]
fn excel_files_keep_days_numbers_sheets_and_row_numbers() {
    let late = Sheet { first_row: 4, ..roster() };
    let book = Workbook {
        format: Format::Xlsx,
        sheets: vec![roster(), Sheet { name: "二/网格".into(), ..late }],
    };
    for format in [Format::Xlsx, Format::Xls] {
        let back = Workbook::read(&book.write(format).expect("written"), "x").expect("read");
        let names: Vec<_> = back.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["一网格", "二网格"]);
        assert_eq!(back.sheets[0].rows[2][3], Cell::Date(day()));
        assert_eq!(back.sheets[0].rows[4][3], Cell::Number(42.0));
        assert_eq!(back.sheets[1].first_row, 4);
    }
    assert!(matches!(book.write(ALL_FORMATS[0]), Err(TableError::OneSheetOnly { sheets: 2 })));
}

#[test]
fn long_string_tables_continue_over_records() {
    let rows = (0..3_000).map(|n| vec![Cell::from(format!("居民{n}{}", "好".repeat(n % 40)))]).collect();
    let long = vec![Cell::from("长".repeat(CELL_CHARS_MAX))];
    let sheet = Sheet::new("长", [rows, vec![long]].concat());
    let book = Workbook { format: Format::Xls, sheets: vec![sheet] };
    let back = Workbook::read(&book.write(Format::Xls).expect("written"), "x").expect("read");
    assert_eq!(back, book);
}

#[test]
fn blank_lines_of_a_csv_count_as_rows() {
    let text = "\n\n户主,地址\r\n\r\n\"李\n四\",3-501\n\n\n王五,3-502\n";
    let book = Workbook::read(text.as_bytes(), "甲.csv").expect("read");
    assert_eq!(book.sheets[0].first_row, 3);
    let found: Vec<_> = shown(&book.sheets[0]);
    assert_eq!(found[0], ["户主", "地址"]);
    assert_eq!(found[2], ["李\n四", "3-501"]);
    assert_eq!(found[5], ["王五", "3-502"]);
}

#[test]
fn merged_cells_all_carry_the_value() {
    let mut writer = rust_xlsxwriter::Workbook::new();
    let style = rust_xlsxwriter::Format::new();
    let page = writer.add_worksheet();
    page.merge_range(0, 0, 0, 2, "名册", &style).expect("merged");
    page.merge_range(1, 0, 3, 0, "3-2-501", &style).expect("merged");
    for (row, name) in (1..4).zip(["李四", "王五", "李小四"]) {
        page.write_string(row, 1, name).expect("written");
    }
    let bytes = writer.save_to_buffer().expect("saved");
    let book = Workbook::read(&bytes, "x").expect("read");
    let found = shown(&book.sheets[0]);
    assert_eq!(found[0], ["名册", "名册", "名册"]);
    assert_eq!(found[3], ["3-2-501", "李小四"]);
}

#[test]
fn merged_cells_of_an_xls_carry_the_value_too() {
    let rows = vec![
        vec!["3-2-501".into(), "李四".into()],
        vec![Cell::Empty, "王五".into()],
        vec![Cell::Empty, "李小四".into()],
    ];
    let mut stream = biff::stream(&[Sheet::new("x", rows)]).expect("stream");
    // One region before the end of the sheet: rows 0 to 2 of column 0.
    let end = stream.len() - 4;
    let merged = [0xe5, 0, 10, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0];
    stream.splice(end..end, merged);
    let book = Workbook::read(&xls::pack(&stream).expect("packed"), "x").expect("read");
    assert_eq!(shown(&book.sheets[0])[2], ["3-2-501", "李小四"]);
}

#[test]
fn merged_regions_piled_on_each_other_stop_at_the_limit() {
    let mut stream = biff::stream(&[Sheet::new("x", vec![vec!["a".into()]; 60_000])]).expect("stream");
    let end = stream.len() - 4;
    let region = [0, 0, 0xff, 0xff, 0, 0, 0xff, 0];
    let record = [&[0xe5, 0, 0x22, 3, 100, 0][..], &region.repeat(100)].concat();
    stream.splice(end..end, record);
    let bytes = xls::pack(&stream).expect("packed");
    assert_eq!(Workbook::read(&bytes, "x").expect_err("piled"), TableError::TooManyCells);
}

#[test]
fn hidden_sheets_are_left_out() {
    let mut writer = rust_xlsxwriter::Workbook::new();
    writer.add_worksheet().write_string(0, 0, "看得见").expect("written");
    writer.add_worksheet().set_hidden(true).write_string(0, 0, "字典").expect("written");
    let book = Workbook::read(&writer.save_to_buffer().expect("saved"), "x").expect("read");
    assert_eq!(book.sheets.len(), 1);
}

#[test]
fn text_that_looks_like_a_formula_is_inert() {
    let style = ALL_FORMATS[1];
    for text in ["=HYPERLINK(\"http://x\")", "+86", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"] {
        assert_eq!(inert(text, style), format!("'{text}"));
        assert_eq!(inert(text, Format::Xlsx), text);
        assert_eq!(from_inert(&inert(text, style)), text);
    }
    assert_eq!(inert("李四", style), "李四");
    assert_eq!(from_inert("'李四"), "'李四");
    assert_eq!(from_inert(&inert("'=1", style)), "'=1");
    let sheet = Sheet::new("x", vec![vec!["=1+1".into(), Cell::Number(-5.0)]]);
    let bytes =
        Workbook { format: style, sheets: vec![sheet] }.write(csv(CsvEncoding::Utf8, Delimiter::Comma));
    assert_eq!(bytes.expect("written"), b"'=1+1,-5\r\n");
}

#[test]
fn files_that_are_not_workbooks_say_what_they_are() {
    let zip_of_nothing = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    for (bytes, code) in [
        (&b""[..], "table.empty"),
        (b" \r\n\n", "table.empty"),
        (b",,,\n,,", "table.empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "table.not_a_spreadsheet"),
        (b"%PDF-1.7\n%\x80\x81\0\x01", "table.not_a_spreadsheet"),
        (zip_of_nothing, "table.not_a_spreadsheet"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "table.web_page"),
        (b"PK\x03\x04 cut short", "table.damaged"),
        (b"\xd0\xcf\x11\xe0 cut short", "table.damaged"),
        (b"a,b\nc,\xff\xff\xff\n", "table.unknown_encoding"),
    ] {
        let error = Workbook::read(bytes, "名册.xls").expect_err("not a workbook");
        assert_eq!(error.code(), code, "{error}");
        assert!(error.zh().ends_with('。'), "{}", error.zh());
    }
    let huge = vec![b'x'; FILE_BYTES_MAX + 1];
    assert_eq!(Workbook::read(&huge, "x").expect_err("too large").code(), "table.too_large");
}

#[test]
fn gbk_that_is_valid_utf8_by_chance_is_still_chinese() {
    for text in ["头", "头,尾\r\n", "末"] {
        let bytes = encoding::encode(text, CsvEncoding::Gb18030);
        assert!(std::str::from_utf8(&bytes).is_ok(), "the trap is set");
        let book = Workbook::read(&bytes, "x").expect("read");
        assert_eq!(book.format, csv(CsvEncoding::Gb18030, Delimiter::Comma));
        assert!(text.starts_with(&shown(&book.sheets[0])[0][0]));
    }
}

#[test]
fn a_note_full_of_commas_does_not_hide_the_tabs() {
    let text = "名册\n户主\t地址\t备注\n李四\t3-501\t一,二,三,四,五,六\n王五\t3-502\t七,八\n";
    let book = Workbook::read(text.as_bytes(), "x").expect("read");
    assert_eq!(book.format, csv(CsvEncoding::Utf8, Delimiter::Tab));
}

#[test]
fn damaged_utf8_is_reported_and_not_turned_into_wrong_characters() {
    let mut bytes = "户主,地址\n李四,三号楼二单元\n王五,四号楼一单元\n".as_bytes().to_vec();
    bytes.truncate(bytes.len() - 3);
    assert_eq!(Workbook::read(&bytes, "x.csv").expect_err("cut"), TableError::UnknownEncoding { line: 3 });
}

#[test]
fn sizes_beyond_the_limits_are_refused() {
    let wide = "a,".repeat(COLUMNS_MAX) + "b";
    assert_eq!(Workbook::read(wide.as_bytes(), "x").expect_err("wide").code(), "table.too_many_columns");
    let long = "a\n".repeat(ROWS_MAX + 1);
    assert_eq!(Workbook::read(long.as_bytes(), "x").expect_err("long").code(), "table.too_many_rows");
    let fat = "长".repeat(CELL_CHARS_MAX + 1);
    assert_eq!(Workbook::read(fat.as_bytes(), "x").expect_err("fat").code(), "table.cell_too_long");
    let sheet = Sheet::new("x", vec![vec![Cell::from(fat)]]);
    let book = Workbook { format: Format::Xls, sheets: vec![sheet] };
    assert_eq!(book.write(Format::Xls).expect_err("fat").code(), "table.cell_too_long");
    let tall =
        Workbook { format: Format::Xls, sheets: vec![Sheet::new("x", vec![vec!["a".into()]; 65_537])] };
    assert_eq!(tall.write(Format::Xls).expect_err("tall").code(), "table.too_many_rows");
    let mut far = rust_xlsxwriter::Workbook::new();
    far.add_worksheet().write_string(1_048_575, 16_383, "远").expect("written");
    let bytes = far.save_to_buffer().expect("saved");
    assert_eq!(Workbook::read(&bytes, "x").expect_err("far").code(), "table.too_many_rows");
}

#[test]
fn a_zip_bomb_stops_at_the_limit() {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/workbook.xml", options).expect("started");
    let block = vec![b' '; 1 << 20];
    for _ in 0..=(INFLATED_BYTES_MAX >> 20) {
        zip.write_all(&block).expect("written");
    }
    let bytes = zip.finish().expect("finished").into_inner();
    assert!(bytes.len() < FILE_BYTES_MAX);
    assert_eq!(Workbook::read(&bytes, "x.xlsx").expect_err("bomb"), TableError::InflatesTooLarge);
}

#[test]
fn claims_in_an_xls_do_not_make_us_allocate() {
    let book = Workbook { format: Format::Xls, sheets: vec![roster()] };
    let mut stream = biff::stream(&book.sheets).expect("stream");
    let at = stream.windows(4).position(|four| four == [0x00, 0x02, 14, 0]).expect("a dimensions record");
    stream[at + 4..at + 16].copy_from_slice(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0xff, 0]);
    let bytes = xls::pack(&stream).expect("packed");
    assert_eq!(shown(&Workbook::read(&bytes, "x").expect("read").sheets[0]), shown(&book.sheets[0]));

    let at = stream.windows(4).rposition(|four| four == [0xfd, 0x00, 10, 0]).expect("a string cell");
    stream[at + 4..at + 8].copy_from_slice(&[0xff; 4]);
    let bytes = xls::pack(&stream).expect("packed");
    assert_eq!(Workbook::read(&bytes, "x").expect_err("far cell"), TableError::TooManyCells);
}

#[test]
fn the_calendar_is_that_of_excel() {
    for (serial, text) in [
        (1.0, "1900-01-01"),
        (59.0, "1900-02-28"),
        (61.0, "1900-03-01"),
        (31_841.0, "1987-03-05"),
        (2_958_465.0, "9999-12-31"),
    ] {
        let date = Date::from_serial(serial).expect("a day");
        assert_eq!(date.to_string(), text);
        assert_eq!(date.to_serial(), Some(serial));
    }
    for nothing in [0.0, -1.0, f64::NAN, 1e300] {
        assert_eq!(Date::from_serial(nothing), None);
    }
    assert_eq!(
        (column_letter(0), column_letter(25), column_letter(26), column_letter(701)),
        ("A".into(), "Z".into(), "AA".into(), "ZZ".into())
    );
}

/// Numbers from a seed, so that a failure can be played again.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).expect("31 bits")
}

#[test]
fn damaged_and_cut_files_never_panic() {
    let book = Workbook { format: Format::Xlsx, sheets: vec![roster()] };
    let mut seed = 20_261_122;
    println!("seed {seed}");
    for format in ALL_FORMATS {
        let whole = book.write(format).expect("written");
        for cut in (0..whole.len()).step_by(whole.len() / 60 + 1) {
            let _ = Workbook::read(&whole[..cut], "x");
        }
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..=next(&mut seed) % 8 {
                let at = next(&mut seed) % bytes.len();
                bytes[at] = u8::try_from(next(&mut seed) % 256).expect("a byte");
            }
            let _ = Workbook::read(&bytes, "x");
        }
    }
}

#[test]
fn damaged_records_of_an_xls_never_panic() {
    let stream = biff::stream(&[roster()]).expect("stream");
    let mut seed = 8_224;
    println!("seed {seed}");
    for _ in 0..600 {
        let mut bytes = stream.clone();
        for _ in 0..=next(&mut seed) % 6 {
            let at = next(&mut seed) % bytes.len();
            bytes[at] = u8::try_from(next(&mut seed) % 256).expect("a byte");
        }
        let _ = Workbook::read(&xls::pack(&bytes).expect("packed"), "x");
    }
}

proptest! {
    #[test]
    fn any_text_survives_a_csv(cells in proptest::collection::vec("[ -~李四阳光，。'=+@\\-\n]{0,12}", 1..6)) {
        let row: Vec<Cell> = cells.iter().map(|cell| Cell::from(cell.as_str())).collect();
        let sheet = Sheet::new("x", vec![vec!["头".into(), "中".into(), "尾".into()], row, vec!["末".into(), "中".into(), "尾".into()]]);
        for format in ALL_FORMATS {
            let book = Workbook { format, sheets: vec![sheet.clone()] };
            let back = Workbook::read(&book.write(format).expect("written"), "x").expect("read");
            prop_assert_eq!(shown(&back.sheets[0]), shown(&sheet), "{:?}", format);
        }
    }
}
