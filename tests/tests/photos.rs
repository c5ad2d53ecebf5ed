//! A photo taken at a door: the office sees it, colleagues' phones never get it, and nobody learns where it was taken.

use linli_tests::{GRID, Relay, Roster, camera_photo, text};
use serde_json::json;
use std::fs;

fn path(file: &std::path::Path) -> String {
    file.display().to_string()
}

#[test]
fn a_photo_reaches_the_office_without_its_place_and_no_colleague() {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(2).write(&relay.file(""), "名册", Roster::csv()));
    let chen = relay.phone_of("陈静", &[GRID.to_owned()]);
    let wang = relay.phone_of("王小明", &[GRID.to_owned()]);
    let file = relay.file("door.jpg");
    let plain = camera_photo(&file, 40_000);
    let door = chen.households().remove(0);

    chen.one(&["visit", &door, "--outcome", "done", "--photo", &path(&file)]);
    chen.one(&["issue", "property", "楼道灯不亮", "--household", &door, "--photo", &path(&file)]);
    let visit = chen.one(&["household", &door])["visits"][0].clone();
    let id = text(&visit, "photo");
    let shown = relay.file("shown.jpg");
    chen.one(&["photo", &id, "--out", &path(&shown)]);
    assert_eq!(
        fs::read(&shown).expect("the photo"),
        plain,
        "what the camera wrote beside it is gone at once"
    );

    chen.sync();
    wang.sync();
    relay.settle();
    let seen = wang.one(&["household", &door])["visits"][0].clone();
    assert_eq!(text(&seen, "photo"), id, "a colleague knows that there is one");
    assert_eq!(
        wang.one(&["photo", &id, "--out", &path(&shown)])["bytes"],
        json!(null),
        "and does not get it"
    );

    let issue = relay.office(&["issues"])[0].clone();
    for id in [id, text(&issue, "photo")] {
        assert_eq!(relay.web().get(&format!("/v1/photos/{id}")).kind, "image/jpeg");
        let out = relay.file("office.jpg");
        relay.office(&["photo", &id, "--out", &path(&out)]);
        assert_eq!(fs::read(&out).expect("the photo"), plain);
    }
    assert_eq!(relay.web().get(&format!("/v1/photos/{door}")).status, 404, "a household is no photo");
    relay.verify();
}

#[test]
fn what_is_no_photo_is_refused_with_what_to_do_and_the_visit_is_not_saved() {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(1).write(&relay.file(""), "名册", Roster::csv()));
    let chen = relay.phone_of("陈静", &[GRID.to_owned()]);
    let door = chen.households().remove(0);
    let file = relay.file("door.jpg");
    camera_photo(&file, 60_000);
    let visit = ["visit", &door, "--outcome", "done", "--photo", &path(&file)];
    assert_eq!(chen.refuses(&visit).code, "photo.too_large");
    fs::write(&file, b"GIF89a").expect("a file");
    assert_eq!(chen.refuses(&visit).code, "photo.not_jpeg");
    assert_eq!(chen.unsent(), 0);
}
