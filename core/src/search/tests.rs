//! What people type, and the household they mean.

use super::*;
use crate::address::Address;

/// A household under test: address, names, phones, tags, note.
type Home =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

const HOMES: &[Home] = &[
    ("阳光花园3号楼2单元501室", &["张伟", "李娜", "张子涵"], &["13800001234"], &["独居"], ""),
    ("阳光花园3号楼2单元502室", &["章薇"], &["13912345678"], &[], "门禁坏了，敲门"),
    ("阳光花园10号楼1单元101室", &["张维民"], &["02787654321"], &["高龄", "低保"], ""),
    ("阳光花园2号楼1单元1501室", &["曾国强", "单田芳"], &["15900005010"], &["租户"], ""),
    ("幸福里2期A座1203室", &["阿依古丽·买买提", "欧阳建国"], &["18612340000"], &["独居", "残疾"], ""),
    ("中山路88号院3号楼1单元501室", &["吕布", "John Smith"], &["13700009999"], &["党员"], ""),
];

fn text(home: &Home) -> SearchText {
    let (address, names, phones, tags, note) = home;
    let address = Address::parse(address).expect("a usual address");
    SearchText::build(&address, names, phones, tags, Some(note).filter(|note| !note.is_empty()).copied())
}

fn index() -> SearchIndex<u64> {
    let mut index = SearchIndex::new();
    (0..).zip(HOMES).for_each(|(id, home)| index.upsert(id, &text(home)));
    index
}

fn found(query: &str) -> Vec<u64> {
    index().search(query, 10).into_iter().map(|hit| hit.id).collect()
}

#[track_caller]
fn finds(query: &str, ids: &[u64]) {
    let hits = index().search(query, 10);
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), ids, "{query}: {hits:#?}");
}

#[track_caller]
fn finds_first(query: &str, id: u64) {
    assert_eq!(found(query).first(), Some(&id), "{query}");
}

#[test]
fn a_name_is_found_in_every_way_people_type_it() {
    for query in [
        "张伟",
        "zhangwei",
        "zhang wei",
        "ZhangWei",
        "ｚｈａｎｇｗｅｉ",
        "zw",
        "zhangw",
        "zhwei",
        "张wei",
        "zhang伟",
    ] {
        finds_first(query, 0);
    }
    for query in ["欧阳", "建国", "ouyang", "oyjg", "jianguo", "欧阳jg"] {
        finds_first(query, 4);
    }
}

#[test]
fn surnames_are_found_by_each_reading() {
    for query in ["zengguoqiang", "cengguoqiang", "zgq", "shantianfang", "dantianfang"] {
        finds_first(query, 3);
    }
    for query in ["lvbu", "lubu", "lyubu"] {
        finds_first(query, 5);
    }
}

#[test]
fn long_and_foreign_names_need_no_punctuation() {
    finds("阿依古丽买买提", &[4]);
    finds("阿依古丽·买买提", &[4]);
    finds("ayiguli", &[4]);
    finds_first("johnsmith", 5);
    finds_first("smith", 5);
}

#[test]
fn an_address_is_found_in_any_spelling() {
    for query in [
        "阳光花园3号楼2单元501室",
        "3-2-501",
        "3号楼2单元501",
        "三号楼二单元501",
        "３栋２单元５０１",
        "3 2 501",
        "阳光花园 3号楼 2单元 501",
        "yangguang3-2-501",
        "阳光花园3-501",
        "ygh3-2-501",
    ] {
        finds(query, &[0]);
    }
    finds("三号楼2单元", &[0, 1]);
    finds("3号楼", &[5, 0, 1]);
    finds("2单元", &[0, 1]);
    finds("A座", &[4]);
    finds("阳光花园3号楼", &[0, 1]);
    finds("xingfuli", &[4]);
    finds("xfl", &[4]);
    finds("幸福里2期", &[4]);
    finds("中山路88号院", &[5]);
}

#[test]
fn a_room_number_finds_the_rooms_before_anything_else() {
    assert_eq!(found("501")[..2], [5, 0]);
    finds_first("1501", 3);
    finds("150", &[3]);
}

#[test]
fn a_phone_is_found_by_its_tail_or_a_longer_middle() {
    finds("13800001234", &[0]);
    finds("138 0000 1234", &[0]);
    finds("+86 138-0000-1234", &[0]);
    finds_first("234", 0);
    finds("678", &[1]);
    finds("34", &[]);
    finds("8765", &[2]);
    finds("027-87654321", &[2]);
}

#[test]
fn a_tag_is_found_by_name_or_pinyin() {
    finds("独居", &[4, 0]);
    finds("duju", &[4, 0]);
    finds("低保", &[2]);
    finds("zuhu", &[3]);
}

#[test]
fn several_terms_must_all_match() {
    finds("3号楼 独居", &[0]);
    finds("独居，残疾", &[4]);
    finds("张 501", &[0]);
    finds("张501", &[0]);
    // 章薇 of 3号楼 sounds the same, and so comes second.
    finds("张伟3号楼", &[0, 1]);
    finds("3号楼张伟", &[0, 1]);
    finds("zhangwei 3号楼", &[0, 1]);
    finds("阳光花园 独居", &[0]);
    finds("独居 租户", &[]);
}

#[test]
fn a_note_is_found_only_as_written() {
    finds("门禁", &[1]);
    finds("menjin", &[]);
}

#[test]
fn one_mistake_is_forgiven() {
    for query in ["zhangwie", "zhagwei", "zhangweii", "zhanhwei", "hangwei", "ahangwei"] {
        assert!(found(query).contains(&0), "{query}");
    }
    finds("欧阳建军", &[4]);
    finds("阳关花园3-2-501", &[0]);
    finds("阳光家园10号楼", &[2]);
    finds("13800001334", &[0]);
    finds("1380000124", &[0]);
    finds("138000012334", &[0]);
}

#[test]
fn two_mistakes_are_not() {
    finds("zhzngwai", &[]);
    finds("13900001334", &[]);
    finds("欧阳立军", &[]);
    finds("oyuangjiangou 独属", &[]);
}

#[test]
fn short_text_is_taken_at_its_word() {
    finds("zhn", &[]);
    finds("赵伟", &[]);
    finds("1235", &[]);
}

#[test]
fn homophones_come_before_other_mistakes() {
    finds("张维", &[2, 0, 1]);
    let hits = index().search("章维民", 10);
    let classes: Vec<Class> = hits.iter().map(|hit| hit.matches[0].class).collect();
    assert_eq!((hits[0].id, classes[0]), (2, Class::Homophone));
}

#[test]
fn exact_comes_before_prefix_before_infix_before_typo() {
    let mut index = SearchIndex::new();
    for (id, name) in ["李建国梁", "李建国", "王李建国", "李健国", "李立国"].into_iter().enumerate()
    {
        index.upsert(id, &SearchText::build(&Address::default(), &[name], &[], &[], None));
    }
    let order: Vec<(usize, Class)> =
        index.search("李建国", 9).into_iter().map(|hit| (hit.id, hit.matches[0].class)).collect();
    let want =
        [(1, Class::Exact), (0, Class::Prefix), (2, Class::Infix), (3, Class::Homophone), (4, Class::Typo)];
    assert_eq!(order, want);
}

#[test]
fn equals_come_in_the_order_of_a_walk_then_by_id() {
    finds("阳光花园", &[3, 0, 1, 2]);
    let mut index = SearchIndex::new();
    for id in [3, 1, 2] {
        index.upsert(id, &text(&HOMES[0]));
    }
    let ids = |limit| index.search("张伟", limit).into_iter().map(|hit| hit.id).collect::<Vec<_>>();
    assert_eq!(ids(9), [1, 2, 3]);
    assert_eq!(ids(1), [1]);
}

#[test]
fn what_matched_can_be_highlighted() {
    let marked = |query: &str| -> Vec<(Field, String)> {
        let hits = index().search(query, 1);
        let matches = hits.first().map(|hit| hit.matches.clone()).unwrap_or_default();
        matches.into_iter().map(|found| (found.field, found.text[found.range].to_owned())).collect()
    };
    let text = String::from;
    assert_eq!(marked("wei"), [(Field::Name, text("伟"))]);
    assert_eq!(marked("guli"), [(Field::Name, text("古丽"))]);
    assert_eq!(marked("zhangw"), [(Field::Name, text("张伟"))]);
    assert_eq!(marked("zhangwie"), [(Field::Name, text("张伟"))]);
    assert_eq!(marked("4321"), [(Field::Phone, text("4321"))]);
    assert_eq!(marked("8765"), [(Field::Phone, text("8765"))]);
    assert_eq!(
        marked("幸福里A座 独居"),
        [(Field::Building, text("A")), (Field::Estate, text("幸福里")), (Field::Tag, text("独居"))]
    );
}

#[test]
fn an_empty_query_finds_nothing() {
    for query in ["", "  ", "，。", "·", "\u{3000}", "''", "-"] {
        finds(query, &[]);
    }
    assert!(index().search("张伟", 0).is_empty());
    assert!(SearchIndex::<u8>::default().search("张伟", 9).is_empty());
}

#[test]
fn replaced_and_removed_households_are_no_longer_found() {
    let mut index = index();
    for round in 0..50 {
        index.upsert(0, &text(&HOMES[round % 2]));
    }
    assert_eq!(index.len(), HOMES.len());
    assert_eq!(
        index.search("zhangwei", 9).iter().filter(|hit| hit.matches[0].class == Class::Exact).count(),
        2
    );
    assert!(index.remove(&0) && !index.remove(&0));
    assert!(index.search("张伟", 9).iter().all(|hit| hit.id != 0));
    assert_eq!(index.search("独居", 9).len(), 1);
    (1..6).for_each(|id| assert!(index.remove(&id)));
    assert!(index.is_empty());
}

#[test]
fn long_and_strange_input_is_cut_and_not_followed() {
    let long = "zhang张3-".repeat(20_000);
    let address =
        Address { estate: long.clone(), building: long.clone(), unit: long.clone(), room: long.clone() };
    let many = vec![long.as_str(); 1000];
    let text = SearchText::build(&address, &many, &many, &many, Some(&long));
    assert!(text.as_str().len() < 20_000);
    let mut index = index();
    index.upsert(99, &text);
    index.upsert_stored(100, &format!("1\n{}\n\n{}", "\t".repeat(99), "x\t".repeat(99_999)));
    assert!(index.search(&long, 9).len() <= 9);
    assert!(index.search(&"3 ".repeat(1000), usize::MAX).len() <= HITS_MAX);
    finds("🦀🦀🦀", &[]);
}

mod random {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗曾单解仇查区翟盖乐吕任覃";
    const GIVEN: &str = "伟芳娜敏静丽强磊洋艳勇军杰娟涛超明霞秀平刚桂英建国华志玉文红梅子涵欣怡宇轩梓安阿鑫";

    #[derive(Clone, Debug)]
    struct Neighbour {
        address: Address,
        names: Vec<String>,
        phone: String,
    }

    fn character(of: &'static str) -> impl Strategy<Value = String> {
        select(of.chars().map(String::from).collect::<Vec<_>>())
    }

    fn name() -> impl Strategy<Value = String> {
        (character(SURNAMES), proptest::collection::vec(character(GIVEN), 1..3))
            .prop_map(|(surname, given)| format!("{surname}{}", given.concat()))
    }

    fn neighbour() -> impl Strategy<Value = Neighbour> {
        let estate = select(vec!["阳光花园", "幸福里2期", "中山路88号院"]);
        let address =
            (estate, 1..40_u32, 1..5_u32, 1..34_u32, 1..5_u32).prop_map(|(e, b, u, floor, door)| {
                let [building, unit, room] = [b, u, floor * 100 + door].map(|part| part.to_string());
                Address { estate: e.into(), building, unit, room }
            });
        (address, proptest::collection::vec(name(), 1..5), "1[3-9][0-9]{9}")
            .prop_map(|(address, names, phone)| Neighbour { address, names, phone })
    }

    /// Every pinyin of a name as the dictionary reads it.
    fn spellings(name: &str) -> Vec<Vec<String>> {
        name.chars().fold(vec![Vec::new()], |all, c| {
            let longer = |start: &Vec<String>| {
                let start = start.clone();
                readings::readings(c).into_iter().map(move |next| [start.clone(), vec![next]].concat())
            };
            all.iter().flat_map(longer).collect()
        })
    }

    fn queries(home: &Neighbour) -> Vec<String> {
        let Address { estate, building, unit, room } = &home.address;
        let mut all = vec![
            format!("{building}-{unit}-{room}"),
            format!("{building}号楼{unit}单元{room}"),
            format!("{estate}{building}栋{unit}门{room}室"),
            home.phone.clone(),
            home.phone[7..].to_owned(),
            home.phone[3..9].to_owned(),
        ];
        for name in &home.names {
            all.push(name.clone());
            all.push(format!("{building}号楼 {name}"));
            for syllables in spellings(name) {
                all.push(syllables.concat());
                all.push(syllables.join(" "));
                all.push(syllables.iter().map(|syllable| &syllable[..1]).collect());
            }
        }
        all
    }

    /// One letter wrong, missing or too many.
    fn misspell(text: &str, at: Index, kind: u8, letter: char) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.index(letters.len());
        match kind {
            0 => letters[at] = letter,
            1 => drop(letters.remove(at)),
            _ => letters.insert(at, letter),
        }
        letters.into_iter().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn everybody_is_found_by_what_is_known_of_them(
            homes in proptest::collection::vec(neighbour(), 1..30),
            (at, kind, letter) in (any::<Index>(), 0..3_u8, proptest::char::range('a', 'z')),
        ) {
            let mut index = SearchIndex::new();
            for (id, home) in homes.iter().enumerate() {
                let names: Vec<&str> = home.names.iter().map(String::as_str).collect();
                index.upsert(id, &SearchText::build(&home.address, &names, &[&home.phone], &[], None));
            }
            let finds = |query: &str, id| index.search(query, HITS_MAX).iter().any(|hit| hit.id == id);
            for (id, home) in homes.iter().enumerate() {
                for query in queries(home) {
                    prop_assert!(finds(&query, id), "{query} in {home:?}");
                }
                for typed in home.names.iter().flat_map(|name| spellings(name)) {
                    let typed = misspell(&typed.concat(), at, kind, letter);
                    prop_assert!(typed.len() < 4 || finds(&typed, id), "{typed} in {home:?}");
                }
                let digits: String = misspell(&home.phone, at, kind, '7');
                prop_assert!(finds(&digits, id), "{digits} in {home:?}");
            }
        }

        #[test]
        fn any_query_is_answered_within_its_limits(query in ".{0,80}", stored in ".{0,80}", limit in 0..9_usize) {
            let mut index = index();
            index.upsert_stored(77, &format!("1\n{stored}\n{stored}\n{stored}"));
            let hits = index.search(&query, limit);
            prop_assert!(hits.len() <= limit);
            prop_assert!(hits.iter().flat_map(|hit| &hit.matches).all(|found| found.text.get(found.range.clone()).is_some()));
        }
    }
}
