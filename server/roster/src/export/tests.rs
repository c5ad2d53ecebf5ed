//! What a ledger looks like to whoever opens it.

use super::*;
use crate::table::{Date, Workbook};

const COLUMNS: [Column<'_>; 4] = [
    Column { key: "name", label_zh: "姓名", label_en: "Name" },
    Column { key: "phone", label_zh: "电话", label_en: "Phone" },
    Column { key: "visits", label_zh: "走访次数", label_en: "Visits" },
    Column { key: "birth", label_zh: "出生日期", label_en: "Birth date" },
];

fn rows() -> Vec<Vec<ExportCell>> {
    let day = Date::new(1950, 3, 5).map(Cell::from).unwrap_or_default();
    vec![
        vec!["张伟".into(), "013800001234".into(), 3_u32.into(), day],
        vec!["=HYPERLINK(\"http://x\")".into(), "+86 1".into(), Cell::Number(-1.5), Cell::Empty],
        vec!["李\"娜\",\n二".into()],
    ]
}

fn export(format: ExportFormat, lang: Lang) -> Vec<u8> {
    write(&COLUMNS, rows().into_iter(), format, lang).expect("writable")
}

fn shown(bytes: &[u8]) -> Vec<Vec<String>> {
    let book = Workbook::read(bytes, "ledger").expect("what we wrote is readable");
    book.sheets[0].rows.iter().map(|row| row.iter().map(Cell::to_string).collect()).collect()
}

#[test]
fn csv_and_xlsx_read_back_as_they_were_written() {
    for format in [ExportFormat::Csv, ExportFormat::Xlsx] {
        let back = shown(&export(format, Lang::Zh));
        assert_eq!(back[0], ["姓名", "电话", "走访次数", "出生日期"], "{format:?}");
        assert_eq!(back[1], ["张伟", "013800001234", "3", "1950-03-05"], "{format:?}");
        assert_eq!(back[2][..3], ["=HYPERLINK(\"http://x\")", "+86 1", "-1.5"], "{format:?}");
        assert_eq!(back[3][0], "李\"娜\",\n二", "{format:?}");
    }
    assert_eq!(shown(&export(ExportFormat::Xlsx, Lang::En))[0], ["Name", "Phone", "Visits", "Birth date"]);
}

#[test]
fn csv_is_marked_as_utf8_and_formulas_are_inert() {
    let text = String::from_utf8(export(ExportFormat::Csv, Lang::Zh)).expect("utf-8");
    assert!(text.starts_with("\u{feff}姓名,电话"));
    assert!(text.contains("\"'=HYPERLINK(\"\"http://x\"\")\",'+86 1,-1.5,\r\n"), "{text}");
}

#[test]
fn xlsx_keeps_formulas_as_text_and_freezes_the_heading() {
    let bytes = export(ExportFormat::Xlsx, Lang::Zh);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).expect("zip");
    let sheet = archive.by_name("xl/worksheets/sheet1.xml").expect("sheet");
    let xml = std::io::read_to_string(sheet).expect("text");
    assert!(xml.contains("ySplit=\"1\"") && xml.contains("state=\"frozen\""));
    assert!(!xml.contains("<f>"));
    assert_eq!(bytes, export(ExportFormat::Xlsx, Lang::Zh));
}

#[test]
fn json_has_a_line_per_row_and_types() {
    let text = String::from_utf8(export(ExportFormat::Json, Lang::En)).expect("utf-8");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    assert_eq!(
        lines[0],
        serde_json::json!({"name": "张伟", "phone": "013800001234", "visits": 3, "birth": "1950-03-05"})
    );
    assert_eq!(lines[1]["visits"], -1.5);
    assert_eq!(
        lines[2],
        serde_json::json!({"name": "李\"娜\",\n二", "phone": null, "visits": null, "birth": null})
    );
}

#[test]
fn an_empty_ledger_is_a_heading() {
    let none = || std::iter::empty::<Vec<ExportCell>>();
    let csv = write(&COLUMNS, none(), ExportFormat::Csv, Lang::En).expect("writable");
    assert_eq!(csv, "\u{feff}Name,Phone,Visits,Birth date\r\n".as_bytes());
    assert_eq!(write(&COLUMNS, none(), ExportFormat::Json, Lang::En), Ok(Vec::new()));
}

#[test]
fn text_too_long_for_a_cell_is_refused_by_its_place() {
    let long = vec![Cell::Empty, Cell::from("长".repeat(40_000))];
    let error = write(&COLUMNS, std::iter::once(long), ExportFormat::Xlsx, Lang::Zh).expect_err("too long");
    assert_eq!(error, TableError::CellTooLong { sheet: "台账".to_owned(), row: 2, column: "B".to_owned() });
}
