//! Questions that can be asked, and answers that fit them.

use super::*;
use crate::error::Coded;

fn option(id: &str, zh: &str) -> QuestionOption {
    QuestionOption { id: id.into(), zh: zh.into(), en: None }
}

fn of_kind(kind: QuestionKind) -> Question {
    Question { kind, ..Question::asked("q", "题目") }
}

fn gas() -> Question {
    let options = vec![option("piped", "管道气"), option("bottle", "瓶装气"), option("none", "不用")];
    Question { id: "gas".into(), required: true, options, ..of_kind(QuestionKind::Choice) }
}

fn people() -> Question {
    let (min, max, unit) = (Some(0), Some(30), Some("人".into()));
    Question { id: "people".into(), min, max, unit, always: true, ..of_kind(QuestionKind::Number) }
}

fn answers<const N: usize>(given: [(&str, &str); N]) -> BTreeMap<String, String> {
    given.map(|(id, answer)| (id.to_owned(), answer.to_owned())).into()
}

#[test]
fn answers_are_stored_trimmed_and_in_one_spelling() {
    let several = Question { id: "risks".into(), kind: QuestionKind::Several, required: false, ..gas() };
    let text = Question::asked("other", "其他");
    let yes = Question { id: "alarm".into(), ..of_kind(QuestionKind::YesNo) };
    let form = [gas(), several, people(), yes, text];
    let given = answers([
        ("gas", " piped "),
        ("risks", "none, bottle,none"),
        ("people", "+03"),
        ("alarm", "no"),
        ("other", "  "),
    ]);
    let stored = check_answers(&form, Outcome::Done, &given).unwrap();
    let wanted = answers([("gas", "piped"), ("risks", "bottle,none"), ("people", "3"), ("alarm", "no")]);
    assert_eq!(stored, wanted);
    assert_eq!(check_answers(&form, Outcome::Done, &stored), Ok(wanted), "and once more the same");
}

#[test]
fn an_answer_that_does_not_fit_says_which_question_and_what_would() {
    let form = [gas(), people()];
    let refused = |given| check_answers(&form, Outcome::Done, &given).unwrap_err();
    for (given, code, zh) in [
        (answers([]), "answer.missing", "请回答“题目”(gas)"),
        (
            answers([("gas", "煤气")]),
            "answer.wrong",
            "“题目”(gas)不能填“煤气”:请选一项:piped(管道气), bottle(瓶装气), none(不用)",
        ),
        (
            answers([("gas", "none"), ("people", "31")]),
            "answer.wrong",
            "“题目”(people)不能填“31”:请填 0 到 30 的整数",
        ),
        (
            answers([("gas", "none"), ("colour", "red")]),
            "answer.unknown_question",
            "没有编号为“colour”的问题,现有:gas, people",
        ),
    ] {
        let error = refused(given);
        assert_eq!((error.code(), error.zh().as_str()), (code, zh));
        assert!(!error.to_string().is_empty());
    }
    for (kind, typed) in [
        (QuestionKind::YesNo, "maybe".to_owned()),
        (QuestionKind::Number, "3.5".into()),
        (QuestionKind::Number, i64::MAX.to_string()),
        (QuestionKind::Text, "长".repeat(Question::TEXT_CHARS_MAX + 1)),
        (QuestionKind::Text, "两\n行".into()),
    ] {
        let given = answers([("q", &typed)]);
        let error = check_answers(&[of_kind(kind)], Outcome::Done, &given).unwrap_err();
        assert_eq!(error.code(), "answer.wrong", "{typed}");
    }
}

#[test]
fn where_nobody_was_met_only_some_questions_are_asked() {
    let form = [gas(), people()];
    let check = |given| check_answers(&form, Outcome::NoAnswer, &given);
    assert_eq!(check(answers([])), Ok(answers([])), "what is required elsewhere is not here");
    assert_eq!(check(answers([("people", "2"), ("gas", "")])), Ok(answers([("people", "2")])));
    assert_eq!(check(answers([("gas", "none")])).unwrap_err().code(), "answer.not_asked");
}

#[test]
fn answers_are_read_in_the_words_of_their_questions() {
    let named = QuestionOption { en: Some("piped gas".into()), ..option("piped", "管道气") };
    let several =
        Question { kind: QuestionKind::Several, options: vec![named, option("none", "不用")], ..gas() };
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    assert_eq!(several.words_of("piped,none"), both("管道气、不用", "piped gas, 不用"));
    assert_eq!(several.words_of("gone"), both("gone", "gone"), "an option that there is no more");
    assert_eq!(people().words_of("3"), both("3人", "3 人"));
    assert_eq!(of_kind(QuestionKind::YesNo).words_of("yes"), both("是", "yes"));
    assert_eq!(of_kind(QuestionKind::Text).words_of("二楼"), both("二楼", "二楼"));
}

#[test]
fn a_question_that_cannot_be_asked_is_named() {
    use FormWrong::{Id, Options, Range, Text, Twice};
    let choice = |options| Question { options, ..of_kind(QuestionKind::Choice) };
    let many = (0..=Question::OPTIONS_MAX).map(|at| option(&format!("o{at}"), "项")).collect();
    for (question, wrong) in [
        (Question::asked("", "题目"), Id),
        (Question::asked("Gas", "题目"), Id),
        (Question::asked("temperature", "体温"), Id),
        (Question::asked(&"a".repeat(Question::ID_CHARS_MAX + 1), "题目"), Id),
        (Question::asked("q", " "), Text),
        (Question::asked("q", &"长".repeat(Question::TEXT_CHARS_MAX + 1)), Text),
        (Question { en: Some(String::new()), ..Question::asked("q", "题目") }, Text),
        (choice(vec![]), Options),
        (choice(many), Options),
        (choice(vec![option("a", "一"), option("a", "二")]), Options),
        (choice(vec![option("a,b", "一")]), Options),
        (choice(vec![option("a", &"长".repeat(Question::OPTION_CHARS_MAX + 1))]), Options),
        (Question { options: vec![option("a", "一")], ..of_kind(QuestionKind::YesNo) }, Options),
        (Question { min: Some(2), max: Some(1), ..of_kind(QuestionKind::Number) }, Range),
        (Question { max: Some(i64::MAX), ..of_kind(QuestionKind::Number) }, Range),
        (Question { unit: Some("人".into()), ..of_kind(QuestionKind::Text) }, Range),
    ] {
        let id: String = question.id.chars().take(Question::ID_CHARS_MAX).collect();
        let found = check_questions(&[Question::asked("first", "第一题"), question]);
        assert_eq!(found, Err(FormError::Question { number: 2, id, wrong }));
    }
    let twice = check_questions(&[people(), people()]).unwrap_err();
    assert_eq!(twice, FormError::Question { number: 2, id: "people".into(), wrong: Twice });
    assert!(twice.zh().starts_with("第 2 题(“people”)"), "{}", twice.zh());
}

#[test]
fn a_form_is_bounded() {
    let numbered = |at: usize| Question { id: format!("q{at}"), ..people() };
    let most: Vec<Question> = (0..Question::COUNT_MAX).map(numbered).collect();
    assert_eq!(check_questions(&most), Ok(()));
    let more: Vec<Question> = (0..=Question::COUNT_MAX).map(numbered).collect();
    assert_eq!(check_questions(&more), Err(FormError::TooMany(Question::COUNT_MAX + 1)));
    let wide = |at: usize| Question {
        id: format!("q{at}"),
        zh: "长".repeat(Question::TEXT_CHARS_MAX),
        options: (0..Question::OPTIONS_MAX)
            .map(|at| option(&format!("o{at}"), &"长".repeat(Question::OPTION_CHARS_MAX)))
            .collect(),
        ..of_kind(QuestionKind::Several)
    };
    let large: Vec<Question> = (0..Question::COUNT_MAX).map(wide).collect();
    assert!(matches!(check_questions(&large), Err(FormError::TooLarge(_))));
}

#[test]
fn questions_are_read_from_a_file_as_people_write_it() {
    let typed = r#"[{"id":"gas","zh":"用什么气?","kind":"choice","options":[{"id":"piped","zh":"管道气"}]},
        {"id":"people","zh":"几口人?","en":"How many?","kind":"number","min":0,"max":30,"required":true,"always":true}]"#;
    let questions: Vec<Question> = serde_json::from_str(typed).unwrap();
    assert_eq!(check_questions(&questions), Ok(()));
    let bytes = minicbor::to_vec(&questions).unwrap();
    assert_eq!(minicbor::decode::<Vec<Question>>(&bytes).unwrap(), questions);
    assert!(serde_json::from_str::<Question>(r#"{"id":"a","zh":"b","kind":"text","optoins":[]}"#).is_err());
}
