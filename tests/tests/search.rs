//! Whatever a worker remembers of a household finds it, on the phone as in the office.

use linli_tests::{GRID, Relay, Roster, ids, percent_encoded};

#[test]
fn phone_and_office_find_a_household_by_anything_remembered() {
    let relay = Relay::start();
    let mut roster = Roster::of(&["欧阳建国", "王秀英", "李国强", "张丽华", "刘志刚", "陈晓燕"]);
    roster.homes[0].phone = "13871234567".into();
    roster.homes[0].door = ["12".into(), "3".into(), "501".into()];
    relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    let wanted = relay.find("欧阳建国");
    phone.edit(&wanted, "tags", "+独居老人");
    phone.say(&["add-resident", &wanted, "--name", "诸葛小满", "--phone", "13600009876"]);
    phone.sync();
    relay.settle();

    let remembered = [
        ("the head's name", "欧阳建国"),
        ("a part of the name", "建国"),
        ("another resident's name", "诸葛小满"),
        ("pinyin", "ouyangjianguo"),
        ("pinyin with blanks", "ouyang jianguo"),
        ("initials", "oyjg"),
        ("another resident's initials", "zgxm"),
        ("the address in full", "阳光花园12号楼3单元501室"),
        ("the address in short", "12-3-501"),
        ("the address as spoken", "12栋3单元501"),
        ("the address in full-width digits", "１２－３－５０１"),
        ("the tail of the phone number", "4567"),
        ("the tail of a resident's number", "9876"),
        ("the whole number", "13871234567"),
        ("a tag", "独居老人"),
        ("a name with one wrong character", "欧阳健国"),
        ("pinyin with one slip", "ouyangjiangou"),
    ];
    let mut missed = Vec::new();
    for (what, query) in remembered {
        let office = ids(&relay.office(&["households", "--search", query]));
        let here = ids(&phone.say(&["households", "--search", query]));
        assert_eq!(office, here, "office and phone differ for {what} ({query})");
        if office.first() != Some(&wanted) {
            missed.push(format!("{what} ({query}): {office:?}"));
        }
    }
    assert!(missed.is_empty(), "not found first: {missed:#?}");
    for query in ["没有这个人", "99-9-999", "zzzzqq"] {
        let office = ids(&relay.office(&["households", "--search", query]));
        let here = ids(&phone.say(&["households", "--search", query]));
        assert_eq!((office, here), (Vec::new(), Vec::new()), "{query} finds nobody");
    }
    // The console asks by a header; an address, which proxies log, is refused.
    let found = relay.web().search(&percent_encoded("欧阳建国"));
    assert_eq!(ids(found.json().as_array().expect("households")), std::slice::from_ref(&wanted), "{found:?}");
    assert_eq!(relay.web().search("%E6%AC").status, 422, "half a character");
    assert_eq!(relay.web().get("/v1/households?search=oyjg").status, 422);
    let in_grid = relay.office(&["households", "--search", "oyjg", "--grid", GRID]);
    assert_eq!(ids(&in_grid), [wanted]);
}
