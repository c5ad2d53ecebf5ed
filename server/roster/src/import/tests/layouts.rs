//! One row a household, one row a resident, split columns, merged cells, several sheets.

use super::*;

#[test]
fn one_row_for_each_household_with_its_members_in_a_cell() {
    let roster = read(
        "阳光社区居民名册,,,,\n\
         户主,家庭成员,人口数,家庭住址,联系电话\n\
         李四,\"王五(妻)、李小四(长子)\",3,阳光花园3号楼2单元501室,13800138000\n\
         赵六,,1,阳光花园3号楼2单元502室,\n",
    );
    assert_eq!(roster.households.len(), 2);
    let first = &roster.households[0];
    assert_eq!(first.address, home("阳光花园3-2-501"));
    assert_eq!(names(first), ["李四", "王五", "李小四"]);
    assert_eq!(heads(first), ["李四"]);
    assert_eq!(first.residents[1].relation.as_deref(), Some("妻"));
    assert_eq!(first.phones, ["13800138000"]);
    assert_eq!(first.rows, [RowRef { sheet: "名册".into(), row: 3 }]);
    assert_eq!(names(&roster.households[1]), ["赵六"]);
    assert_eq!((roster.rows_read, roster.rows_skipped, roster.bad_rows.len()), (2, 0, 0));
}

#[test]
fn one_row_for_each_resident_is_grouped_by_address_however_it_is_spelled() {
    let roster = read(
        "姓名,与户主关系,性别,出生日期,身份证号,手机,地址,标签\n\
         李四,户主,男,1987-03-05,,13800138000,阳光花园3号楼2单元501室,党员\n\
         赵六,户主,女,1950年1月2日,,,阳光花园3-2-502,\"独居老人、低保\"\n\
         王五,妻,女,1988/4/6,,13900139000,阳光花园３栋２单元５０１,\n",
    );
    assert_eq!(roster.households.len(), 2);
    let first = &roster.households[0];
    assert_eq!(names(first), ["李四", "王五"]);
    assert_eq!(heads(first), ["李四"]);
    assert_eq!(first.phones, ["13800138000", "13900139000"]);
    assert_eq!(first.residents[1].phone.as_deref(), Some("13900139000"));
    assert_eq!(first.residents[0].gender, Some(Gender::Male));
    assert_eq!(first.residents[1].birth.as_deref(), Some("1988-04-06"));
    let tags: Vec<_> = roster.households[1].residents[0].tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["低保", "独居老人"]);
}

#[test]
fn english_headers_are_understood() {
    let roster = read(
        "No.,Name,Relation to head,Gender,Birth date,Phone number,Address,Grid code,Tags,Note\n\
         1,Li Si,head,M,1987-03-05,13800138000,3-2-501,420106001001003,party member,moves in May\n\
         2,Wang Wu,wife,female,1988-04,,3-2-501,,,\n",
    );
    let only = &roster.households[0];
    assert_eq!(names(only), ["Li Si", "Wang Wu"]);
    assert_eq!(only.grid.as_deref(), Some("420106001001003"));
    assert_eq!(only.note.as_deref(), Some("moves in May"));
    assert_eq!(only.residents[1].gender, Some(Gender::Female));
    assert_eq!(only.residents[1].birth.as_deref(), Some("1988-04"));
}

#[test]
fn addresses_in_columns_of_their_own() {
    let roster = read(
        "小区,楼栋,单元,房号,户主\n\
         阳光花园,3,2,501,李四\n\
         阳光花园,03号楼,二单元,0502室,赵六\n\
         阳光花园,A座,,1203,钱七\n",
    );
    let homes: Vec<String> = roster.households.iter().map(|one| one.address.to_string()).collect();
    assert_eq!(homes, ["阳光花园3号楼2单元501室", "阳光花园3号楼2单元502室", "阳光花园A座1203室"]);
}

#[test]
fn blank_address_cells_below_a_merged_one_belong_to_the_household_above() {
    let roster = read(
        "地址,姓名,电话\n\
         3-2-501,李四,13800138000\n\
         ,王五,\n\
         ,李小四,\n\
         3-2-502,赵六,\n",
    );
    assert_eq!(names(&roster.households[0]), ["李四", "王五", "李小四"]);
    assert_eq!(names(&roster.households[1]), ["赵六"]);
    assert_eq!(
        heads(&roster.households[0]),
        ["李四"],
        "the first one listed, as nothing says who is the head"
    );
}

#[test]
fn a_room_below_a_merged_building_lies_in_that_building() {
    let roster = read(
        "小区,楼栋,单元,房号,户主\n\
         阳光花园,3,2,501,李四\n\
         ,,,502,赵六\n\
         ,,3,101,钱七\n\
         ,4,,101,孙八\n\
         月光花园,1,1,101,周九\n",
    );
    let homes: Vec<String> = roster.households.iter().map(|one| one.address.to_string()).collect();
    assert_eq!(
        homes,
        [
            "阳光花园3号楼2单元501室",
            "阳光花园3号楼2单元502室",
            "阳光花园3号楼3单元101室",
            "阳光花园4号楼101室",
            "月光花园1号楼1单元101室"
        ]
    );
}

#[test]
fn really_merged_cells_of_a_workbook() {
    let mut writer = rust_xlsxwriter::Workbook::new();
    let style = rust_xlsxwriter::Format::new();
    let sheet = writer.add_worksheet();
    sheet.merge_range(0, 0, 0, 4, "阳光社区第三网格居民名册", &style).expect("title");
    for (column, (top, bottom)) in
        (0..).zip([("序号", ""), ("姓名", ""), ("住址", "楼栋"), ("住址", "单元"), ("住址", "房号")])
    {
        if bottom.is_empty() {
            sheet.merge_range(1, column, 2, column, top, &style).expect("header");
        } else {
            sheet.write_string(2, column, bottom).expect("header");
        }
    }
    sheet.merge_range(1, 2, 1, 4, "住址", &style).expect("header");
    for (row, name) in (3..).zip(["李四", "王五", "赵六"]) {
        sheet.write_number(row, 0, f64::from(row - 2)).expect("number");
        sheet.write_string(row, 1, name).expect("name");
    }
    sheet.merge_range(3, 2, 5, 2, "3号楼", &style).expect("building");
    sheet.merge_range(3, 3, 5, 3, "2", &style).expect("unit");
    sheet.merge_range(3, 4, 4, 4, "501", &style).expect("room");
    sheet.write_number(5, 4, 502).expect("room");
    let bytes = writer.save_to_buffer().expect("saved");
    let roster = read_roster(&bytes, "x.xlsx", &ImportOptions::default()).expect("a roster");
    assert_eq!(roster.households.len(), 2);
    assert_eq!(names(&roster.households[0]), ["李四", "王五"]);
    assert_eq!(roster.households[1].address, home("3-2-502"));
    assert_eq!(roster.households[1].rows[0].row, 6);
}

#[test]
fn a_head_column_beside_a_name_column_marks_the_head() {
    let roster = read(
        "户主姓名,姓名,住址\n\
         李四,王五,3-2-501\n\
         李四,李四,3-2-501\n",
    );
    let only = &roster.households[0];
    assert_eq!(names(only), ["王五", "李四"]);
    assert_eq!(heads(only), ["李四"]);
}

#[test]
fn the_head_comes_first_among_the_phones() {
    let roster = read(
        "姓名,与户主关系,电话,地址\n\
         王五,妻,13900139000,3-2-501\n\
         李四,户主,\"13800138000,027-87654321\",3-2-501\n",
    );
    assert_eq!(roster.households[0].phones, ["13800138000", "13900139000", "027-87654321"]);
}

#[test]
fn vacant_homes_are_households_without_residents() {
    let roster = read(
        "房号,楼栋,户主,人户状态\n\
         501,3,李四,人户一致\n\
         502,3,空户,\n\
         503,3,,人户分离\n",
    );
    let found: Vec<_> = roster
        .households
        .iter()
        .map(|one| (one.residents.len(), one.tags.iter().cloned().collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        found,
        [(1, vec!["人户一致".to_owned()]), (0, vec!["空户".to_owned()]), (0, vec!["人户分离".to_owned()])]
    );
    assert!(roster.bad_rows.is_empty());
}

#[test]
fn totals_blank_rows_repeated_headers_and_footers_are_skipped() {
    let roster = read(
        "名册,,,\n\
         序号,姓名,地址,备注\n\
         1,李四,3-2-501,\n\
         2,,,\n\
         \n\
         序号,姓名,地址,备注\n\
         3,赵六,3-2-502,\n\
         小计,2,,\n\
         合计：2户,,,\n\
         制表人：张三,,2026年3月5日,\n",
    );
    assert_eq!(roster.households.len(), 2);
    assert_eq!(roster.rows_read, 2);
    assert_eq!(roster.rows_skipped, 6);
    assert!(roster.bad_rows.is_empty());
    assert_eq!(roster.households[1].rows[0].row, 7);
}

#[test]
fn rows_that_say_the_same_are_merged_and_counted() {
    let roster = read(
        "序号,姓名,地址,电话\n\
         1,李四,3-2-501,13800138000\n\
         2,李四,3号楼2单元501室,13800138000\n\
         3,李四,3-2-501,13900139000\n",
    );
    assert_eq!((roster.rows_read, roster.rows_repeated), (3, 1));
    assert_eq!(names(&roster.households[0]), ["李四"]);
    assert_eq!(roster.households[0].phones, ["13800138000", "13900139000"]);
    assert_eq!(roster.households[0].rows.len(), 3);
}

#[test]
fn a_sheet_for_each_grid() {
    let book = Workbook {
        format: Format::Xlsx,
        sheets: vec![
            page("第一网格", "姓名|地址\n李四|3-2-501"),
            page("填表说明", "请如实填写"),
            page("第二网格", "地址|备注|户主\n4-1-101||赵六"),
        ],
    };
    let bytes = book.write(Format::Xlsx).expect("written");
    let roster = read_roster(&bytes, "x.xlsx", &ImportOptions::default()).expect("a roster");
    let grids: Vec<_> = roster.households.iter().map(|one| one.grid.as_deref().unwrap_or("")).collect();
    assert_eq!(grids, ["第一网格", "第二网格"]);
    assert_eq!(roster.sheets_skipped, ["填表说明"]);
    assert_eq!(roster.households[1].rows, [RowRef { sheet: "第二网格".into(), row: 2 }]);
}

#[test]
fn every_column_is_accounted_for() {
    let roster = read(
        "序号,*姓 名（必填）,户籍地址,现居住地址,联系电话1,联系电话2,网格员,网格员电话\n1,李四,x,3-2-501,,,,\n",
    );
    let found: Vec<_> = roster.columns.iter().map(|one| (one.column.as_str(), one.field)).collect();
    assert_eq!(
        found,
        [
            ("A", None),
            ("B", Some(Field::Name)),
            ("C", None),
            ("D", Some(Field::Address)),
            ("E", Some(Field::Phone)),
            ("F", Some(Field::Phone)),
            ("G", None),
            ("H", None),
        ]
    );
    assert_eq!(roster.columns[1].header, "*姓 名（必填）");
}

#[test]
fn a_remark_about_a_relative_carries_their_name() {
    let roster = read(
        "姓名,与户主关系,地址,备注\n\
         李四,户主,3-2-501,白天不在家\n\
         王五,母,3-2-501,行动不便\n",
    );
    assert_eq!(roster.households[0].note.as_deref(), Some("白天不在家；王五：行动不便"));
}

#[test]
fn padded_bracketed_and_listed_names() {
    let roster = read(
        "姓名,地址,电话\n\
         李　四（户主）,3-2-501,\n\
         \"王五、李小四\",3-2-501,\n\
         赵六(租户),3-2-502,\n\
         \"Smith, John\",3-2-503,\n\
         钱 七,3-2-504,\n",
    );
    let all: Vec<_> = roster.households.iter().map(names).collect();
    assert_eq!(all, [vec!["李四", "王五", "李小四"], vec!["赵六"], vec!["Smith, John"], vec!["钱七"]]);
    assert!(roster.households[0].residents[0].is_head);
    assert!(roster.households[1].residents[0].tags.contains("租户"));
    let spaced = read("户主,家庭成员,地址\n李四,王五 李小四,3-2-501\n");
    assert_eq!(names(&spaced.households[0]), ["李四", "王五", "李小四"]);
}

#[test]
fn the_phone_of_the_household_is_not_every_childs_phone() {
    let roster = read(
        "姓名,与户主关系,户主联系电话,本人手机,地址\n\
         李四,户主,13800138000,,3-2-501\n\
         李小四,子,13800138000,,3-2-501\n\
         王五,妻,13800138000,13900139000,3-2-501\n",
    );
    let only = &roster.households[0];
    assert_eq!(only.phones, ["13800138000", "13900139000"]);
    let own: Vec<_> = only.residents.iter().map(|one| one.phone.as_deref()).collect();
    assert_eq!(own, [Some("13800138000"), None, Some("13900139000")]);
}

#[test]
fn a_header_of_two_lines_in_a_csv() {
    let roster = read(
        "名册,,,,\n\
         姓名,住址,,,电话\n\
         ,楼栋,单元,房号,\n\
         李四,3,2,501,13800138000\n",
    );
    assert_eq!(roster.households[0].address, home("3-2-501"));
    assert_eq!(roster.households[0].phones, ["13800138000"]);
    assert_eq!(roster.households[0].rows[0].row, 4);
}

#[test]
fn a_row_below_a_sum_does_not_fall_to_the_household_above_it() {
    let roster = read("姓名,地址\n李四,3-2-501\n小计,1\n王五,\n");
    assert_eq!(names(&roster.households[0]), ["李四"]);
    assert_eq!(reasons(&roster), [(4, vec![BadReason::AddressMissing])]);
}
