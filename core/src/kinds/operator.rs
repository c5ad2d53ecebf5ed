//! What the operator (运营者) tells the workers of a community: who it is, under which filing numbers, where to complain,
//! and its privacy notice. One document in the community's space, which only the office writes, so that a phone shows it
//! without a connection.

use super::directive::Receipt;
use crate::ids::{DeviceId, DocId};
use crate::record::{FieldType, Fields, Merge, Put, Value, record};
use crate::time::TimeMs;

record! {
    /// Who runs this (运营者), and the number of the privacy notice in force.
    pub struct Operator = "operator" ("运营者", "Operator") kept Organisation {
        /// Who runs this service.
        name: Option<String> = FieldType::Line, Merge::Auto, Public, "运营者", "Operator";
        /// ICP filing of the site.
        icp_filing: Option<String> = FieldType::Line, Merge::Auto, Public, "ICP备案号", "ICP filing";
        /// Filing with the public security organ.
        police_filing: Option<String> = FieldType::Line, Merge::Auto, Public, "公安备案号", "Police filing";
        /// Filing of the phone app.
        app_filing: Option<String> = FieldType::Line, Merge::Auto, Public, "App备案号", "App filing";
        /// Telephone or address for complaints.
        complaints: Option<String> = FieldType::Line, Merge::Auto, Public, "投诉方式", "Complaints";
        /// 1, 2, 3 …
        notice_version: Option<i64> = FieldType::Int, Merge::Auto, Public, "隐私说明版本", "Privacy notice version";
        /// Since when it is in force, by the relay's clock.
        notice_from_ms: Option<i64> = FieldType::Int, Merge::Auto, Public, "隐私说明生效时间", "Privacy notice from";
    }
}

/// A version of the privacy notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyNotice {
    /// 1, 2, 3 …
    pub version: i64,
    /// Since when it is in force, by the relay's clock.
    pub from_ms: TimeMs,
    /// In Chinese.
    pub zh: String,
    /// In English; may be empty.
    pub en: String,
}

impl PrivacyNotice {
    /// A notice is some pages; both languages fit one request and two parts each.
    pub const CHARS_MAX: usize = 8_000;
    /// What is in one key: the gate lets no longer value through, whatever the characters.
    const PART_CHARS: usize = 4_000;
    const PARTS: usize = PrivacyNotice::CHARS_MAX / PrivacyNotice::PART_CHARS;

    /// The notice in an operator's document.
    pub fn read(fields: &Fields) -> Option<PrivacyNotice> {
        let operator = Operator::read(fields, "");
        let version = operator.notice_version?;
        let text = |lang: &str| -> String {
            let parts =
                (0..PrivacyNotice::PARTS).filter_map(|part| fields.get(&part_key(lang, part))?.as_text());
            parts.collect()
        };
        let from_ms = operator.notice_from_ms.unwrap_or(0);
        Some(PrivacyNotice { version, from_ms, zh: text("zh"), en: text("en") })
    }

    /// What to put so that a document holds this text in each language. Apart, because one change takes only one.
    pub fn puts(&self) -> [Vec<Put>; 2] {
        [("zh", &self.zh), ("en", &self.en)].map(|(lang, text)| {
            let chars: Vec<char> = text.chars().collect();
            let mut parts = chars.chunks(PrivacyNotice::PART_CHARS);
            let part = |number| match parts.next() {
                Some(part) => Put::set(part_key(lang, number), part.iter().collect::<String>()),
                None => Put { key: part_key(lang, number), value: Some(Value::Null) },
            };
            (0..PrivacyNotice::PARTS).map(part).collect()
        })
    }
}

fn part_key(lang: &str, part: usize) -> String {
    format!("notice/{lang}/{part}")
}

/// The document in which a community's phones read who runs this.
pub fn operator_doc(community: &str) -> DocId {
    DocId::derive(&[b"operator", community.as_bytes()])
}

/// The key, among a worker's receipts, of having read a version of the privacy notice. It names the phone: two
/// phones of one worker never meet.
pub fn notice_receipt_key(version: i64, device: DeviceId) -> String {
    format!("n/{version}/{device}")
}

/// A receipt with the version and the phone that its key names. Who signed it is for others to know.
pub fn notice_receipt_of(key: &str, value: &Value) -> Option<(i64, DeviceId, Receipt)> {
    let (version, device) = key.strip_prefix("n/")?.split_once('/')?;
    let Value::Bytes(bytes) = value else { return None };
    Some((version.parse().ok()?, device.parse().ok()?, minicbor::decode(bytes).ok()?))
}

/// When a worker has read a version first, on whatever phone, by the best clock known.
pub fn notice_read_ms(receipts: &Fields, version: i64) -> Option<TimeMs> {
    let prefix = format!("n/{version}/");
    let keys = receipts.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
    let read = keys.filter_map(|(key, value)| notice_receipt_of(key, value));
    read.map(|(_, _, receipt)| receipt.at_ms.saturating_add(receipt.skew_ms.unwrap_or(0))).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Author, Document};
    use crate::ids::Actor;
    use crate::kinds::DocKind;

    #[test]
    fn the_longest_notice_passes_the_gate_and_a_shorter_one_leaves_nothing_of_it() {
        let mut document = Document::new(DocKind::Operator);
        let mut phone = Document::new(DocKind::Operator);
        let author = Author::now(Actor([1; 16]), 5);
        for (version, letter, chars) in [(1, '𠮷', PrivacyNotice::CHARS_MAX), (2, '短', 10)] {
            let text: String = std::iter::repeat_n(letter, chars).collect();
            let notice = PrivacyNotice { version, from_ms: 7, zh: text.clone(), en: text };
            let numbers =
                Operator { notice_version: Some(version), notice_from_ms: Some(7), ..Operator::default() };
            let [zh, en] = notice.puts();
            for puts in [numbers.puts(""), zh, en] {
                if let Some(change) = document.edit(&author, &puts) {
                    phone.apply(&change).unwrap();
                }
            }
            assert_eq!(PrivacyNotice::read(&phone.fields()), Some(notice));
        }
    }

    #[test]
    fn the_first_of_a_workers_receipts_counts() {
        let (one, two) = (DeviceId([1; 16]), DeviceId([2; 16]));
        let receipt = |at_ms, skew_ms| Receipt { at_ms, skew_ms }.to_value();
        let fields: Fields = [
            (notice_receipt_key(1, one), receipt(100, None)),
            (notice_receipt_key(1, two), receipt(900, Some(-850))),
            (notice_receipt_key(11, two), receipt(1, None)),
        ]
        .into();
        assert_eq!(notice_read_ms(&fields, 1), Some(50));
        assert_eq!(notice_read_ms(&fields, 2), None);
    }
}
