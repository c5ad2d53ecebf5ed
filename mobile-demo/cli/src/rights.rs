//! Who runs this, complaints and consents, as results.

use crate::output::Output;
use linli_core::time::show;
use linli_engine::{
    ComplaintView, ConsentPurposeView, OperatorView, SavedComplaint, SavedConsent, SavedNoticeReceipt,
};

impl Output {
    pub(crate) fn operator(&self, one: &OperatorView) {
        self.put(one, || {
            let lines = [&one.name, &one.icp_filing, &one.police_filing, &one.app_filing, &one.complaints];
            let mut lines: Vec<String> = lines.into_iter().flatten().cloned().collect();
            if let Some(notice) = &one.notice {
                let version = notice.version;
                let read = match notice.read_at {
                    Some(at) => self.say(&format!("已阅读 {}", show(at)), &format!("read {}", show(at))),
                    None => self.say("未阅读", "not read yet"),
                };
                lines.push(self.say(
                    &format!("隐私说明第 {version} 版  {read}"),
                    &format!("privacy notice, version {version}  {read}"),
                ));
                lines.push(notice.text.clone());
            }
            if lines.is_empty() {
                lines.push(self.say("运营者还没有填写", "the operator has not said anything yet"));
            }
            lines.join("\n")
        });
    }

    pub(crate) fn notice_read(&self, saved: &SavedNoticeReceipt) {
        self.put(saved, || self.say("已记下,联网后自动上传", "noted; will upload when connected"));
    }

    pub(crate) fn complained(&self, saved: &SavedComplaint) {
        self.put(saved, || {
            let kept =
                self.say("已保存在手机,联网后自动上传", "saved on this phone, will upload when connected");
            format!("{}  {kept}", saved.id)
        });
    }

    pub(crate) fn complaint(&self, one: &ComplaintView) {
        self.put(one, || {
            let answer = match &one.answer {
                Some(answer) => self.say("答复:", "answer: ") + answer,
                None => self.say("等待答复", "waits for an answer"),
            };
            format!("{}  {}  {}  {answer}", one.id, show(one.at), one.text)
        });
    }

    pub(crate) fn consents(&self, one: &ConsentPurposeView) {
        self.put(one, || {
            let (purpose, standing) = (one.purpose, one.standing);
            let mut lines = vec![format!(
                "{}  {}",
                self.say(purpose.zh(), purpose.word()),
                self.say(standing.zh(), standing.word())
            )];
            lines.extend(one.said.iter().map(|said| {
                let given = if said.given { ("同意", "agreed") } else { ("不同意", "did not agree") };
                let how = self.say(said.how.zh(), said.how.word());
                let author = said.author.as_deref().unwrap_or("?");
                format!("  {}  {}  {how}  {author}", show(said.at), self.say(given.0, given.1))
            }));
            lines.join("\n")
        });
    }

    pub(crate) fn consented(&self, saved: &SavedConsent) {
        self.put(saved, || {
            self.say("已保存在手机,联网后自动上传", "saved on this phone, will upload when connected")
        });
    }
}
