//! What people are told, may say and may refuse: the operator's line and its privacy notice on phones, complaints that
//! no colleague reads, and what residents agree to.
#![expect(clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, Relay, Roster, text, traces};
use serde_json::{Value, json};

const NAME: &str = "欧阳青鸾";
const NEIGHBOUR: &str = "慕容邻";

struct Story {
    relay: Relay,
    chen: Phone,
    wang: Phone,
    door: String,
    resident: String,
}

impl Story {
    fn begin() -> Story {
        let relay = Relay::start();
        relay.import(&Roster::of(&[NAME, NEIGHBOUR]).write(&relay.file(""), "名册", Roster::csv()));
        // Wang's clock stands ten years back.
        let [chen, wang] = ["陈静", "王小明"].map(|name| relay.phone_of(name, &relay.grids()));
        let wang = wang.with_clock_off_by_days(-3650);
        let door = relay.find(NAME);
        let resident = text(&relay.household(&door)["residents"][0], "id");
        Story { relay, chen, wang, door, resident }
    }

    fn sync(&self) {
        for phone in [&self.chen, &self.wang, &self.chen] {
            phone.sync();
        }
        self.relay.settle();
    }

    fn says(&self, phone: &Phone, purpose: &str, answer: &str) -> String {
        text(&phone.one(&["consent", &self.door, &self.resident, purpose, answer]), "id")
    }

    /// What a phone knows of one purpose: what counts, and how much was said.
    fn known(&self, phone: &Phone, purpose: &str) -> (String, usize) {
        let all = phone.say(&["consent", &self.door, &self.resident]);
        let one = all.iter().find(|one| one["purpose"] == purpose);
        one.map(|one| (text(one, "standing"), one["said"].as_array().map_or(0, Vec::len))).unwrap_or_default()
    }

    /// The same at the office.
    fn at_the_office(&self, purpose: &str) -> Value {
        let home = self.relay.household(&self.door);
        let people = home["people"].as_array().into_iter().flatten();
        let person = people.filter(|one| one["id"] == self.resident.as_str());
        let mut purposes = person.flat_map(|one| one["consents"].as_array().into_iter().flatten());
        purposes.find(|one| one["purpose"] == purpose).cloned().unwrap_or_default()
    }
}

#[test]
fn what_a_resident_agreed_to_counts_until_taken_back_whatever_the_clocks_say() {
    let story = Story::begin();
    let Story { relay, chen, wang, door, resident } = &story;
    assert_eq!(story.known(chen, "publish"), ("not_asked".into(), 0));
    let args =
        ["consent", door, resident, "publish", "given", "--how", "signed", "--consent-id", "0000000000010"];
    let first = chen.one(&args);
    assert_eq!(chen.one(&args), first, "asked again it adds nothing");
    assert_eq!(chen.unsent(), 1);
    assert_eq!(story.known(chen, "publish"), ("given".into(), 1));
    assert_eq!(story.known(chen, "contact_by_phone"), ("not_asked".into(), 0), "one purpose is no other");
    story.sync();
    assert_eq!(story.known(wang, "publish"), ("given".into(), 1));
    let office = story.at_the_office("publish");
    let said = &office["said"][0];
    assert_eq!((text(&office, "standing"), text(said, "how")), ("given".into(), "signed".into()), "{office}");
    assert_eq!((&said["author"], &said["stands"]), (&json!("陈静"), &json!(true)), "{office}");

    story.says(wang, "publish", "withdrawn");
    story.sync();
    for phone in [chen, wang] {
        assert_eq!(story.known(phone, "publish"), ("withdrawn".into(), 2), "taken back in 2016, as it seems");
    }
    // Two workers ask without a connection and hear different things.
    story.says(chen, "publish", "given");
    story.says(wang, "publish", "withdrawn");
    story.sync();
    for phone in [chen, wang] {
        assert_eq!(story.known(phone, "publish"), ("disputed".into(), 4));
    }
    let office = story.at_the_office("publish");
    let stand = office["said"].as_array().into_iter().flatten().filter(|one| one["stands"] == true).count();
    assert_eq!((text(&office, "standing"), stand), ("disputed".into(), 2), "{office}");
    story.says(wang, "publish", "given");
    story.sync();
    assert_eq!(story.known(chen, "publish"), ("given".into(), 5), "nothing that was said is gone");
    let nobody = ["consent", door, "0000000000000", "publish", "given"];
    assert_eq!(chen.refuses(&nobody).code, "phone.no_resident");
    relay.verify();
}

#[test]
fn what_somebody_agreed_to_is_theirs_to_read_and_goes_with_them() {
    let mut story = Story::begin();
    let Story { relay, chen, wang, door, resident } = &story;
    let child = text(&chen.one(&["add-resident", door, "--name", "欧阳小满"]), "id");
    story.says(chen, "contact_by_phone", "given");
    chen.one(&["consent", door, &child, "publish", "withdrawn"]);
    story.sync();
    let file = relay.file("subject.json");
    let out = file.to_string_lossy().into_owned();
    relay.office(&["subject", resident, "--out", &out]);
    let held = std::fs::read_to_string(&file).unwrap_or_default();
    for word in ["同意记录", "contact_by_phone", "spoken", "陈静"] {
        assert!(held.contains(word), "{word}: {held}");
    }
    assert!(!held.contains("\"publish\""), "nothing of somebody else");
    let key = format!("{resident}/consents");
    assert!(!traces(wang.store(), &[&key]).is_empty(), "the search finds what is there");
    relay.office_one(&["erase", "person", resident, "--reason", "request", "--yes"]);
    story.sync();
    let left = wang.say(&["consent", door, &child]);
    assert_eq!(
        (&left[0]["purpose"], &left[0]["standing"]),
        (&json!("publish"), &json!("withdrawn")),
        "{left:?}"
    );
    assert_eq!(left[0]["said"][0]["author"], "陈静", "what others said is as it was");
    for phone in [chen, wang] {
        assert_eq!(traces(phone.store(), &[&key]), Vec::<String>::new());
    }
    story.relay.stop();
    story.relay.verify();
    assert_eq!(traces(story.relay.data(), &[&key]), Vec::<String>::new());
}

/// The longest notice there may be, in characters of four bytes.
fn longest() -> String {
    "𠮷".repeat(8_000)
}

#[test]
fn who_runs_this_is_read_on_phones_without_a_connection_and_receipted() {
    let mut relay = Relay::start();
    let mut admin = relay.first_admin();
    let said = json!({"name": "邻里社区", "icp_filing": "京ICP备12345678号", "police_filing": "", "app_filing": "", "complaints": "12345"});
    assert_eq!(admin.ask("PUT", "/v1/operator", Some(&said)).status, 200);
    assert_eq!(admin.post("/v1/privacy-notices", json!({"zh": "第一版", "en": "first"})).status, 200);
    // Nobody works here yet: the community's first phone finds it all the same.
    relay.import(&Roster::of(&[NAME]).write(&relay.file(""), "名册", Roster::csv()));
    let chen = relay.phone_of("陈静", &relay.grids());
    let shown = chen.one(&["notice"]);
    assert_eq!(
        (text(&shown, "icp_filing"), &shown["police_filing"]),
        ("京ICP备12345678号".into(), &Value::Null)
    );
    assert_eq!(
        (text(&shown["notice"], "text"), &shown["notice"]["read_at"]),
        ("第一版".into(), &Value::Null)
    );
    assert_eq!(text(&chen.one(&["--lang", "en", "notice"])["notice"], "text"), "first");

    let receipt = |admin: &mut linli_tests::Browser, version: i64| {
        let all = admin.get(&format!("/v1/privacy-notices/{version}/receipts")).json();
        all.as_array().into_iter().flatten().find(|one| one["name"] == "陈静").cloned().unwrap_or_default()
    };
    assert_eq!(chen.one(&["notice", "read"])["changed"], true);
    assert_eq!(chen.one(&["notice", "read"])["changed"], false, "once");
    assert!(chen.one(&["notice"])["notice"]["read_at"].is_number(), "it is not shown again");
    assert_eq!(receipt(&mut admin, 1)["read_at"], Value::Null, "not handed in yet");
    chen.sync();
    relay.settle();
    let one = receipt(&mut admin, 1);
    assert!(one["read_at"].is_string() && one["received_at"].is_string(), "both times: {one}");
    assert_eq!(admin.get("/v1/privacy-notices/9/receipts").status, 404);
    let mut clerk = admin.colleague("李干事", "office");
    assert_eq!(clerk.get("/v1/privacy-notices/1/receipts").code(), "auth.role");

    assert_eq!(admin.post("/v1/privacy-notices", json!({"zh": longest()})).status, 200);
    let mut nameless = said.clone();
    nameless["complaints"] = "".into();
    assert_eq!(admin.ask("PUT", "/v1/operator", Some(&nameless)).status, 200);
    assert_eq!(text(&chen.one(&["notice"])["notice"], "text"), "第一版", "until it hears of another");
    chen.sync();
    let shown = chen.one(&["--lang", "en", "notice"]);
    assert_eq!((shown["notice"]["version"].as_i64(), &shown["complaints"]), (Some(2), &Value::Null));
    assert!(
        text(&shown["notice"], "text") == longest(),
        "Chinese where there is no English, nothing of before"
    );
    assert_eq!(shown["notice"]["read_at"], Value::Null, "a newer version is to be read anew");
    chen.one(&["notice", "read"]);
    chen.sync();
    relay.settle();
    assert_eq!(receipt(&mut admin, 1), one, "what was read before stays");
    assert!(receipt(&mut admin, 2)["read_at"].is_string());
    relay.stop();
    relay.start_again();
    chen.sync();
    assert_eq!(chen.one(&["notice"])["notice"]["version"].as_i64(), Some(2));
    relay.verify();
}

#[test]
fn a_complaint_reaches_the_operator_once_and_nobody_else_and_its_answer_comes_back() {
    const SAID: &str = "王小明上门态度不好";
    const ANSWER: &str = "已核实,会改进";
    let mut story = Story::begin();
    let Story { relay, chen, wang, .. } = &story;
    let args = ["complain", SAID, "--of-resident", "--complaint-id", "00000000000000000000000020"];
    let first = chen.one(&args);
    assert_eq!(chen.one(&args), first, "asked again it adds nothing");
    assert_eq!(chen.refuses(&["complain", "  "]).code, "phone.complaint_text");
    let told = chen.one(&["complaints"]);
    assert_eq!(
        (&told["unsent"], &told["answer"], text(&told, "said_by")),
        (&json!(true), &Value::Null, "resident".into())
    );
    story.sync();
    let mut admin = relay.first_admin();
    let mut clerk = admin.colleague("李干事", "office");
    assert_eq!(clerk.get("/v1/complaints").json(), json!([]), "the operator's alone");
    let all = admin.get("/v1/complaints").json();
    let one = &all[0];
    assert_eq!((all.as_array().map(Vec::len), text(one, "text")), (Some(1), SAID.into()), "{all}");
    assert_eq!((&one["from"], &one["of_resident"]), (&json!("陈静"), &json!(true)), "{one}");
    let path = format!("/v1/complaints/{}/answer", text(one, "id"));
    assert_eq!(clerk.post(&path, json!({"text": "好"})).code(), "auth.role");
    assert_eq!(admin.post(&path, json!({"text": ANSWER})).status, 200);
    assert_eq!(admin.post(&path, json!({"text": "再答"})).status, 404, "once");
    story.sync();
    let told = chen.one(&["complaints"]);
    assert_eq!((text(&told, "answer"), &told["unsent"]), (ANSWER.into(), &json!(false)));
    assert!(told["answered_at"].is_number(), "{told}");
    assert!(!traces(chen.store(), &[SAID]).is_empty(), "the search finds what is there");
    assert!(wang.say(&["complaints"]).is_empty());
    assert_eq!(
        traces(wang.store(), &[SAID, ANSWER]),
        Vec::<String>::new(),
        "a colleague's phone never gets it"
    );
    assert!(!relay.log().contains(SAID) && !admin.get("/v1/audit").body.contains(SAID), "ids only");
    story.relay.verify();
    story.relay.stop();
    story.relay.start_again();
    let again = story.relay.web().get("/v1/complaints").json();
    assert_eq!(again.as_array().map(Vec::len), Some(1), "{again}");
}
