//! Why a file is not a workbook we can read or write, told so that the person can act.

use linli_core::error::Coded;

use super::{CELL_CHARS_MAX, CELLS_MAX, COLUMNS_MAX, FILE_BYTES_MAX, INFLATED_BYTES_MAX, SHEETS_MAX};

/// Why a file cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`FILE_BYTES_MAX`].
    #[error("the file has {size_bytes} bytes, more than the {FILE_BYTES_MAX} allowed")]
    TooLarge {
        /// Size of the file.
        size_bytes: usize,
    },
    /// A compressed file that inflates past [`INFLATED_BYTES_MAX`].
    #[error("the workbook inflates to more than {INFLATED_BYTES_MAX} bytes")]
    InflatesTooLarge,
    /// A picture, a document, a program.
    #[error("the file is not a CSV, XLSX or XLS spreadsheet")]
    NotASpreadsheet,
    /// HTML that some systems call .xls.
    #[error("the file is a web page with the name of a spreadsheet")]
    WebPage,
    /// Protected by a password.
    #[error("the workbook is protected by a password")]
    Encrypted,
    /// Cut short or inconsistent.
    #[error("the file is damaged: {detail}")]
    Damaged {
        /// What the reader stumbled over, for the log.
        detail: String,
    },
    /// Bytes that are neither UTF-8 nor GB18030.
    #[error("line {line} is neither UTF-8 nor GB18030 text")]
    UnknownEncoding {
        /// The first line that cannot be read, from 1.
        line: usize,
    },
    /// More rows than the format or this module allows.
    #[error("sheet {sheet:?} has more than {rows_max} rows")]
    TooManyRows {
        /// Name on the tab.
        sheet: String,
        /// The limit: [`super::ROWS_MAX`] when reading, the format's own when writing.
        rows_max: usize,
    },
    /// More columns than [`COLUMNS_MAX`].
    #[error("row {row} of sheet {sheet:?} has more than {COLUMNS_MAX} columns")]
    TooManyColumns {
        /// Name on the tab.
        sheet: String,
        /// Row as the spreadsheet shows it.
        row: usize,
    },
    /// More cells than [`CELLS_MAX`].
    #[error("the workbook has more than {CELLS_MAX} cells")]
    TooManyCells,
    /// More sheets than [`SHEETS_MAX`].
    #[error("the workbook has more than {SHEETS_MAX} sheets")]
    TooManySheets,
    /// Text longer than [`CELL_CHARS_MAX`].
    #[error("cell {column}{row} of sheet {sheet:?} is longer than {CELL_CHARS_MAX} characters")]
    CellTooLong {
        /// Name on the tab.
        sheet: String,
        /// Row as the spreadsheet shows it.
        row: usize,
        /// Letters of the column.
        column: String,
    },
    /// A CSV file has one sheet.
    #[error("a csv file holds one sheet, not {sheets}")]
    OneSheetOnly {
        /// How many sheets there are.
        sheets: usize,
    },
    /// The writer below refused.
    #[error("the workbook cannot be written: {detail}")]
    Unwritable {
        /// What the writer said, for the log.
        detail: String,
    },
}

impl Coded for TableError {
    fn code(&self) -> &'static str {
        match self {
            TableError::Empty => "table.empty",
            TableError::TooLarge { .. } => "table.too_large",
            TableError::InflatesTooLarge => "table.inflates_too_large",
            TableError::NotASpreadsheet => "table.not_a_spreadsheet",
            TableError::WebPage => "table.web_page",
            TableError::Encrypted => "table.encrypted",
            TableError::Damaged { .. } => "table.damaged",
            TableError::UnknownEncoding { .. } => "table.unknown_encoding",
            TableError::TooManyRows { .. } => "table.too_many_rows",
            TableError::TooManyColumns { .. } => "table.too_many_columns",
            TableError::TooManyCells => "table.too_many_cells",
            TableError::TooManySheets => "table.too_many_sheets",
            TableError::CellTooLong { .. } => "table.cell_too_long",
            TableError::OneSheetOnly { .. } => "table.one_sheet_only",
            TableError::Unwritable { .. } => "table.unwritable",
        }
    }

    fn zh(&self) -> String {
        let file_max = FILE_BYTES_MAX >> 20;
        match self {
            TableError::Empty => "文件是空的，请确认选对了文件。".to_owned(),
            TableError::TooLarge { size_bytes } => {
                let size = size_bytes >> 20;
                format!("文件有 {size} MB，超过了 {file_max} MB 的上限。请删去图片，或按网格拆成几个文件。")
            }
            TableError::InflatesTooLarge => {
                "表格解压后过大，可能已损坏。请在 Excel 里只保留名单，另存为新文件再导入。".to_owned()
            }
            TableError::NotASpreadsheet => "这不是电子表格。请选择 .xlsx、.xls 或 .csv 文件。".to_owned(),
            TableError::WebPage => {
                "这个文件其实是网页，只是名字像表格。请用 Excel 或 WPS 打开，另存为 .xlsx 再导入。".to_owned()
            }
            TableError::Encrypted => {
                "表格设了打开密码。请在 Excel 或 WPS 里取消密码，保存后再导入。".to_owned()
            }
            TableError::Damaged { .. } => {
                "文件损坏或不完整。请重新下载，或用 Excel、WPS 打开后另存为 .xlsx 再导入。".to_owned()
            }
            TableError::UnknownEncoding { line } => {
                format!(
                    "第 {line} 行的文字无法识别（既不是 UTF-8 也不是 GB18030）。请用 Excel 或 WPS 打开，另存为 .xlsx 再导入。"
                )
            }
            TableError::TooManyRows { sheet, rows_max } => {
                format!("工作表“{sheet}”超过 {rows_max} 行。请按网格拆成几个文件，并删去末尾的空行。")
            }
            TableError::TooManyColumns { sheet, row } => {
                format!("工作表“{sheet}”第 {row} 行超过 {COLUMNS_MAX} 列。请删去名单右边多余的内容。")
            }
            TableError::TooManyCells => format!("表格超过 {CELLS_MAX} 个单元格。请按网格拆成几个文件。"),
            TableError::TooManySheets => format!("表格超过 {SHEETS_MAX} 个工作表。请拆成几个文件。"),
            TableError::CellTooLong { sheet, row, column } => {
                format!("工作表“{sheet}”的 {column}{row} 单元格超过 {CELL_CHARS_MAX} 个字，请缩短。")
            }
            TableError::OneSheetOnly { sheets } => {
                format!("CSV 文件只能放一个工作表，这里有 {sheets} 个。请改存为 .xlsx。")
            }
            TableError::Unwritable { .. } => "表格无法写出，请换一种格式（.xlsx 或 .csv）再试。".to_owned(),
        }
    }
}
