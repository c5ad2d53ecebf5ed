//! Why a file is no roster, and why a row of one is not imported.

use linli_core::error::Coded;

use super::field::Field;
use crate::table::TableError;

/// Why a whole file cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// The file cannot be read as a workbook.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No row of any sheet names the columns.
    #[error("no header row with a name and an address found in {}", sheets.join(", "))]
    NoHeader {
        /// Names of the sheets looked at.
        sheets: Vec<String>,
    },
    /// A row names some columns but not enough of them.
    #[error("row {row} of sheet {sheet:?} looks like a header but has no {missing} column")]
    MissingColumn {
        /// Name on the tab.
        sheet: String,
        /// Row as the spreadsheet shows it.
        row: usize,
        /// What is missing.
        missing: Field,
    },
    /// A header and nothing below it.
    #[error("the roster has a header but no rows")]
    NoRows,
}

impl Coded for RosterError {
    fn code(&self) -> &'static str {
        match self {
            RosterError::Table(error) => error.code(),
            RosterError::NoHeader { .. } => "roster.no_header",
            RosterError::MissingColumn { .. } => "roster.missing_column",
            RosterError::NoRows => "roster.no_rows",
        }
    }

    fn zh(&self) -> String {
        match self {
            RosterError::Table(error) => error.zh(),
            RosterError::NoHeader { sheets } => format!(
                "在工作表“{}”里没有找到表头。请保留一行列名，至少有“姓名”（或“户主”）和“地址”（或“楼栋”“房号”）。",
                sheets.join("”“")
            ),
            RosterError::MissingColumn { sheet, row, missing } => format!(
                "工作表“{sheet}”第 {row} 行像是表头，但缺少“{}”列。请补上这一列再导入。",
                missing.zh()
            ),
            RosterError::NoRows => "名单只有表头，没有内容。请确认选对了文件。".to_owned(),
        }
    }
}

/// Why a row is not imported. Every sentence says how to correct the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum BadReason {
    /// No address in the row nor above it.
    #[error("the row has no address")]
    AddressMissing,
    /// The address names no home.
    #[error("no building and room found in the address")]
    AddressUnclear,
    /// Excel has taken 12-3-2 for a day.
    #[error("the spreadsheet has turned this address into a date")]
    AddressIsDate,
    /// Data about a person without a name.
    #[error("the row has no name")]
    NameMissing,
    /// No letters in the name, or far too many.
    #[error("this is not a name")]
    NameUnclear,
    /// Not a phone number.
    #[error("this is not a phone number")]
    PhoneUnclear,
    /// Not a date.
    #[error("this is not a date of birth")]
    BirthUnclear,
    /// A day that does not exist, or lies in the future.
    #[error("there is no such day of birth")]
    BirthImpossible,
    /// 3/5/1987 may be March or May.
    #[error("day and month of the birth cannot be told apart")]
    BirthAmbiguous,
    /// Neither male nor female nor one of their codes.
    #[error("this is not a gender")]
    GenderUnclear,
    /// Not 15 or 18 digits.
    #[error("a national id number has 18 characters, or 15 in its old form")]
    NationalIdLength,
    /// The birth date inside it does not exist.
    #[error("the birth date inside the national id number does not exist")]
    NationalIdDate,
    /// The check digit does not fit.
    #[error("the check digit of the national id number does not fit")]
    NationalIdChecksum,
    /// More names or numbers than a cell, or more rows than a household, can sensibly have.
    #[error("too many entries for one cell or one household")]
    TooMany,
    /// Excel has rounded a long number (4.20106E+17).
    #[error("the spreadsheet has rounded this number and its last digits are lost")]
    DigitsLost,
}

impl Coded for BadReason {
    fn code(&self) -> &'static str {
        match self {
            BadReason::AddressMissing => "roster.row.address_missing",
            BadReason::AddressUnclear => "roster.row.address_unclear",
            BadReason::AddressIsDate => "roster.row.address_is_date",
            BadReason::NameMissing => "roster.row.name_missing",
            BadReason::NameUnclear => "roster.row.name_unclear",
            BadReason::PhoneUnclear => "roster.row.phone_unclear",
            BadReason::BirthUnclear => "roster.row.birth_unclear",
            BadReason::BirthImpossible => "roster.row.birth_impossible",
            BadReason::BirthAmbiguous => "roster.row.birth_ambiguous",
            BadReason::GenderUnclear => "roster.row.gender_unclear",
            BadReason::NationalIdLength => "roster.row.national_id_length",
            BadReason::NationalIdDate => "roster.row.national_id_date",
            BadReason::NationalIdChecksum => "roster.row.national_id_checksum",
            BadReason::TooMany => "roster.row.too_many",
            BadReason::DigitsLost => "roster.row.digits_lost",
        }
    }

    fn zh(&self) -> String {
        match self {
            BadReason::AddressMissing => "没有地址，请填写，例如“3号楼2单元501室”",
            BadReason::AddressUnclear => "看不出楼栋和房号，请写成“3号楼2单元501室”或“3-2-501”",
            BadReason::AddressIsDate => "地址被表格改成了日期，请把该列设为“文本”后重新填写，例如“12-3-2”",
            BadReason::NameMissing => "没有姓名，请填写",
            BadReason::NameUnclear => "不像姓名，请核对",
            BadReason::PhoneUnclear => "不像电话号码，手机应为11位，固定电话请带区号，例如“027-87654321”",
            BadReason::BirthUnclear => "看不出出生日期，请写成“1987-03-05”或“1987-03”",
            BadReason::BirthImpossible => "没有这一天，或晚于今天，请核对出生日期",
            BadReason::BirthAmbiguous => "分不清月和日，请写成“1987-03-05”",
            BadReason::GenderUnclear => "性别请填“男”或“女”",
            BadReason::NationalIdLength => "身份证号应为18位（旧号15位），请核对",
            BadReason::NationalIdDate => "身份证号里的出生日期不存在，请核对",
            BadReason::NationalIdChecksum => "身份证号校验位不对，请逐位核对",
            BadReason::TooMany => "一格里的姓名或电话过多，或同一地址的行数过多，请核对是否填错了列",
            BadReason::DigitsLost => "号码被表格四舍五入，末几位已丢失，请把该列设为“文本”后重新填写",
        }
        .to_owned()
    }
}
