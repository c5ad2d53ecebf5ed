//! How long a large roster takes to read, by format. Run it by hand, in release mode:
//! `cargo run --release -p linli-roster --example measure -- 50000`

use std::time::Instant;

use linli_roster::import::{ImportOptions, read_roster};
use linli_roster::table::{Cell, CsvEncoding, CsvStyle, Delimiter, Format, Sheet, Workbook};

/// Residents of one home; the average of our profiles is a little under three.
const RESIDENTS_PER_HOME: u32 = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let residents = std::env::args().nth(1).map_or(Ok(50_000), |text| text.parse())?;
    let csv = |encoding| Format::Csv(CsvStyle { encoding, delimiter: Delimiter::Comma });
    for format in [csv(CsvEncoding::Utf8Bom), csv(CsvEncoding::Gb18030), Format::Xlsx, Format::Xls] {
        let book = Workbook { format, sheets: vec![roster(residents)] };
        let bytes = book.write(format)?;
        let started = Instant::now();
        let roster = read_roster(&bytes, "roster.csv", &ImportOptions::default())?;
        println!(
            "{format:?}: {} bytes, {} rows, {} households, {} bad rows in {:.2} s",
            bytes.len(),
            roster.rows_read,
            roster.households.len(),
            roster.bad_rows.len(),
            started.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

fn roster(residents: u32) -> Sheet {
    let header =
        ["序号", "姓名", "与户主关系", "性别", "出生日期", "联系电话", "地址", "网格编码", "标签", "备注"];
    let header = header.iter().map(|text| Cell::from(*text)).collect();
    Sheet::new("名册", std::iter::once(header).chain((0..residents).map(row)).collect())
}

fn row(number: u32) -> Vec<Cell> {
    let home = number / RESIDENTS_PER_HOME;
    let is_head = number.is_multiple_of(RESIDENTS_PER_HOME);
    vec![
        Cell::from(number + 1),
        Cell::from(format!("居民{number}号")),
        Cell::from(if is_head { "户主" } else { "子" }),
        Cell::from(if number.is_multiple_of(2) { "男" } else { "女" }),
        Cell::from(format!("{}-{:02}-{:02}", 1940 + number % 80, number % 12 + 1, number % 28 + 1)),
        Cell::from(format!("1{:010}", 3_800_000_000_u64 + u64::from(number))),
        Cell::from(format!(
            "阳光花园{}号楼{}单元{}室",
            home / 60 + 1,
            home / 30 % 2 + 1,
            home % 30 / 3 * 100 + home % 3 + 101
        )),
        Cell::from(format!("420106001001{:03}", home / 300 + 1)),
        Cell::from(if number.is_multiple_of(7) { "独居老人、低保" } else { "" }),
        Cell::from(if number.is_multiple_of(11) { "白天不在家，请先打电话" } else { "" }),
    ]
}
