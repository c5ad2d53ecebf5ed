//! Directives as they arrive on phones.

use crate::phone::Phone;
use crate::relay::{COMMUNITY, NOW_MS, Relay, space};
use linli_core::doc::{Author, Document};
use linli_core::error::Coded;
use linli_core::identity::{ChainEnd, DeviceKey, Entry, Payload, Sealer};
use linli_core::ids::{Actor, DirectiveId, DocId};
use linli_core::kinds::{Directive, DocKind, community_space};

const ID: DirectiveId = DirectiveId([3; 16]);

fn entry(actor: u8, words: &str) -> Entry {
    let directive = Directive {
        title: Some("通知".into()),
        text: Some(words.into()),
        community: Some(COMMUNITY.into()),
        state: Some(Directive::ISSUED.into()),
        ..Directive::default()
    };
    let mut doc = Document::new(DocKind::Directive);
    let change = doc.edit(&Author::now(Actor([actor; 16]), NOW_MS), &directive.puts("")).unwrap();
    Entry { doc: DocId(ID.0), kind: DocKind::Directive, generation: 0, payload: Payload::Change(change.0) }
}

/// The relay puts a forged directive aside, but its log brings colleagues what a phone has signed.
#[tokio::test]
async fn only_the_office_gives_directives() {
    let relay = Relay::start().await;
    let wang = Phone::of("王芳", &relay).await;
    let liar = DeviceKey::from_seed(&[66; 32]);
    relay.admit(&liar.public(), "李强");
    let mut sealer = Sealer { key: &liar, policy: 0, now_ms: NOW_MS, end: ChainEnd::start_of(1) };
    relay.store(sealer.seal(space(), vec![entry(66, "不用再走访了")]));
    wang.sync().await;
    assert!(wang.directives().await.unwrap().is_empty());
    assert_eq!(wang.directive(ID).await.unwrap_err().code(), "phone.no_directive");

    relay.store_as_office(community_space(COMMUNITY), entry(1, "周五停水"));
    wang.sync().await;
    let shown = wang.directives().await.unwrap();
    assert_eq!(shown.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["周五停水"]);
}
