//! Results as text for people, or as one JSON object a line.

use linli_core::difference::Fate;
use linli_core::error::Lang;
use linli_core::kinds::Issue;
use linli_core::time::show;
use linli_engine::{
    AddedHousehold, AddedResident, AnchorView, BuildingDay, CampaignView, ChartView, ConflictView,
    DirectiveView, DoorView, Enrolled, Exported, HouseholdItem, HouseholdView, Imported, IssueView,
    NoticeView, ReportedIssue, Saved, SavedReceipt, SavedVisit, SpaceDigest, Status, SyncEvent, SyncReport,
    TodayView,
};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;

/// Where results go, and how.
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) lang: Lang,
}

impl Output {
    pub(crate) fn put(&self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = if self.json { serde_json::to_string(value).unwrap_or_default() } else { text() };
        // A reader that has gone away (`| head`) is no reason to fail: what was asked is done.
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    pub(crate) fn say(&self, zh: &str, en: &str) -> String {
        match self.lang {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        }
    }

    pub(crate) fn enrolled(&self, done: &Enrolled) {
        let Enrolled { community, worker_name, fingerprint, .. } = done;
        self.put(done, || {
            self.say(
                &format!("已登记:{community},{worker_name};请与社区核对手机指纹 {fingerprint}"),
                &format!("enrolled: {community}, {worker_name}; compare the fingerprint {fingerprint}"),
            )
        });
    }

    pub(crate) fn status(&self, status: &Status) {
        self.put(status, || {
            let worker = status.worker_name.as_deref().unwrap_or("-");
            let community = status.community.as_deref().unwrap_or("-");
            let last = status.last_sync_ms.map_or("-".to_owned(), show);
            let (households, unsent) = (status.households, status.unsent);
            let fingerprint = &status.fingerprint;
            let told = status.told.iter().chain(&status.contradiction);
            let told: String = told.map(|told| format!("\n{}", told.text)).collect();
            self.say(
                &format!(
                    "{community} {worker}\n户数 {households},待上传 {unsent},上次同步 {last}\n手机指纹 {fingerprint}{told}"
                ),
                &format!(
                    "{community} {worker}\n{households} households, {unsent} waiting, last sync {last}\nfingerprint {fingerprint}{told}"
                ),
            )
        });
    }

    /// The statement alone: it can be read aloud by nobody, and `linli verify --anchor` takes it line by line.
    pub(crate) fn anchor(&self, anchor: &AnchorView) {
        self.put(anchor, || anchor.head.clone());
    }

    pub(crate) fn household_item(&self, item: &HouseholdItem) {
        self.put(item, || {
            let visit = item.last_visit.map(|visit| {
                format!("{} {}", show(visit.at), self.say(visit.outcome.zh(), visit.outcome.word()))
            });
            let unsent = if item.unsent { self.say("(待上传)", "(waiting)") } else { String::new() };
            let people = item.people.join("、");
            format!("{}  {}  {people}  {}{unsent}", item.id, item.address, visit.unwrap_or_default())
        });
    }

    pub(crate) fn today(&self, view: &TodayView) {
        self.put(view, || {
            let TodayView { period, tally, .. } = view;
            let mut lines = vec![self.say(
                &format!("{period}:{} 户,已走到 {},待走访 {}", tally.households, tally.reached, tally.due),
                &format!(
                    "{period}: {} households, {} reached, {} due",
                    tally.households, tally.reached, tally.due
                ),
            )];
            for BuildingDay { estate, building, tally, .. } in &view.buildings {
                lines.push(format!("  {estate}{building}  {}/{}", tally.reached, tally.households));
            }
            lines.extend(view.doors.iter().map(|door| self.door(door)));
            lines.join("\n")
        });
    }

    fn door(&self, door: &DoorView) -> String {
        let outcome = door.outcome.map(|outcome| self.say(outcome.zh(), outcome.word()));
        let people = door.item.people.join("、");
        format!("{}  {}  {people}  {}", door.item.id, door.item.address, outcome.unwrap_or_default())
    }

    /// Floors from the top; a door that needs another visit stands in brackets.
    pub(crate) fn chart(&self, view: &ChartView) {
        self.put(view, || {
            let mut rows: BTreeMap<_, Vec<String>> = BTreeMap::new();
            for cell in &view.cells {
                let row = rows.entry((cell.unit.len(), &cell.unit, Reverse(cell.floor))).or_default();
                row.push(if cell.due { format!("[{}]", cell.room) } else { format!(" {} ", cell.room) });
            }
            let lines = rows.iter().map(|((_, unit, _), doors)| format!("{unit}  {}", doors.join(" ")));
            lines.collect::<Vec<_>>().join("\n")
        });
    }

    pub(crate) fn household(&self, view: &HouseholdView) {
        self.put(view, || self.card(view).join("\n"));
    }

    fn card(&self, view: &HouseholdView) -> Vec<String> {
        let mut lines = vec![format!("{}  {}", view.id, view.address)];
        lines.extend(view.fields.contact_phone.clone());
        lines.extend(view.fields.note.clone());
        let tags: Vec<&str> = view.fields.tags.iter().map(String::as_str).collect();
        if !tags.is_empty() {
            lines.push(tags.join("、"));
        }
        for resident in &view.residents {
            let fields = &resident.fields;
            let parts = [&fields.name, &fields.relation, &fields.birth, &fields.phone];
            let known: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
            lines.push(format!("  {}  {}", resident.id, known.join(" ")));
        }
        for visit in &view.visits {
            let author = visit.author.as_deref().unwrap_or("?");
            let outcome = self.say(visit.entry.outcome.zh(), visit.entry.outcome.word());
            let note = visit.entry.note.as_deref().unwrap_or_default();
            let off = if visit.clock_was_off {
                self.say("(时钟不准)", "(clock was off)")
            } else {
                String::new()
            };
            lines.push(format!("  {} {author} {outcome} {note}{off}", show(visit.at)));
        }
        lines.extend(view.conflicts.iter().map(|conflict| self.conflict_text(conflict)));
        for entry in view.history.iter().flatten() {
            let author = entry.author.as_deref().unwrap_or("?");
            let value = entry.value.as_deref().unwrap_or("-");
            lines.push(format!("  {} {author} {} = {value}", show(entry.at), entry.field));
        }
        lines
    }

    pub(crate) fn visited(&self, saved: &SavedVisit) {
        self.put(saved, || {
            let kept =
                self.say("已保存在手机,联网后自动上传", "saved on this phone, will upload when connected");
            format!("{}  {kept}", saved.id)
        });
    }

    /// A photo that was written to a file, by its size; nothing when this phone does not have it.
    pub(crate) fn photo(&self, bytes: Option<usize>) {
        self.put(&serde_json::json!({ "bytes": bytes }), || match bytes {
            Some(bytes) => format!("{bytes} B"),
            None => self.say(
                "照片在拍摄的手机和社区那里,这部手机没有存",
                "the photo is on the phone that took it and at the office, not on this phone",
            ),
        });
    }

    pub(crate) fn saved(&self, saved: &Saved) {
        self.put(saved, || {
            if saved.changed {
                self.say("已保存在手机,联网后自动上传", "saved on this phone, will upload when connected")
            } else {
                self.say("没有变化", "nothing to change")
            }
        });
    }

    pub(crate) fn household_added(&self, added: &AddedHousehold) {
        self.put(added, || {
            let mut lines = vec![format!("{}  {}", added.id, added.address)];
            for twin in &added.duplicates {
                let reasons: Vec<&str> = twin.reasons.iter().map(|reason| reason.zh()).collect();
                lines.push(self.say(
                    &format!("可能重复:{}  {}({})", twin.id, twin.address, reasons.join("、")),
                    &format!("may be the same as {}  {} (score {})", twin.id, twin.address, twin.score),
                ));
            }
            lines.join("\n")
        });
    }

    pub(crate) fn resident_added(&self, added: &AddedResident) {
        self.put(added, || added.id.to_string());
    }

    pub(crate) fn issue_reported(&self, saved: &ReportedIssue) {
        self.put(saved, || {
            let kept =
                self.say("已保存在手机,联网后自动上传", "saved on this phone, will upload when connected");
            format!("{}  {kept}", saved.id)
        });
    }

    pub(crate) fn issue(&self, one: &IssueView) {
        self.put(one, || {
            let (category, state) = (Issue::category_zh(&one.category), Issue::state_zh(&one.state));
            let (category, state) = (self.say(category, &one.category), self.say(state, &one.state));
            format!("{}  {category}  {state}  {}  {}", one.id, one.place, one.text)
        });
    }

    pub(crate) fn digest(&self, one: &SpaceDigest) {
        self.put(one, || {
            let SpaceDigest { name, documents, code, .. } = one;
            self.say(
                &format!("{name}  {documents} 份文档  核对码 {code}"),
                &format!("{name}  {documents} documents  {code}"),
            )
        });
    }

    pub(crate) fn conflict(&self, conflict: &ConflictView) {
        self.put(conflict, || self.conflict_text(conflict));
    }

    fn conflict_text(&self, conflict: &ConflictView) -> String {
        let versions = conflict.versions.iter().map(|version| {
            let author = version.author.as_deref().unwrap_or("?");
            format!("{}({author},{})", version.value, show(version.at))
        });
        let versions: Vec<String> = versions.collect();
        format!("{}  {}  {}:{}", conflict.id, conflict.address, conflict.label, versions.join(" / "))
    }

    pub(crate) fn notice(&self, notice: &NoticeView) {
        let NoticeView { address, label, kept, mine, reason, undone, .. } = notice;
        self.put(notice, || {
            if *undone {
                return self.say(
                    &format!("{address}:{label}的裁定已撤销,您填的“{mine}”重新待定。理由:{reason}"),
                    &format!("{address}: the decision on {label} was taken back, your {mine:?} is open again. Reason: {reason}"),
                );
            }
            self.say(
                &format!("{address}:{label}社区保留了“{kept}”,您填的是“{mine}”。理由:{reason}"),
                &format!(
                    "{address}: the office kept {label} {kept:?}, you had entered {mine:?}. Reason: {reason}"
                ),
            )
        });
    }

    pub(crate) fn campaign(&self, one: &CampaignView) {
        self.put(one, || {
            let until = one.to.as_deref().map(|to| self.say(&format!("至 {to}"), &format!("until {to}")));
            let mut lines =
                vec![format!("{}  {}", one.name, until.unwrap_or_default()).trim_end().to_owned()];
            lines.extend(one.reason.clone());
            lines.extend(one.questions.iter().map(|question| {
                let options: Vec<String> =
                    question.options.iter().map(|option| format!("{}={}", option.id, option.zh)).collect();
                let must = if question.required { " *" } else { "" };
                let line = format!("  {}  {}{must}  {}", question.id, question.zh, options.join(" "));
                line.trim_end().to_owned()
            }));
            lines.join("\n")
        });
    }

    pub(crate) fn directive(&self, one: &DirectiveView, whole: bool) {
        self.put(one, || {
            let read = match one.read_at {
                Some(at) => self.say(&format!("已签收 {}", show(at)), &format!("acknowledged {}", show(at))),
                None => self.say("未签收", "not acknowledged"),
            };
            let version = self.say(&format!("第 {} 版", one.version), &format!("version {}", one.version));
            let mut lines = vec![format!("{}  {}  {version}  {read}", one.id, one.title)];
            if whole {
                lines.push(one.text.clone());
                lines.extend(one.withdrawn.as_ref().map(|why| self.say("已撤回:", "withdrawn: ") + why));
                let marked = one.changes.iter().flatten().map(|piece| match piece.fate {
                    Fate::Same => piece.text.clone(),
                    Fate::Added => format!("[+{}]", piece.text),
                    Fate::Removed => format!("[-{}]", piece.text),
                });
                let marked: String = marked.collect();
                if !marked.is_empty() {
                    lines.push(self.say("与上一版相比:", "since the version before: ") + &marked);
                }
            }
            lines.join("\n")
        });
    }

    pub(crate) fn acknowledged(&self, saved: &SavedReceipt) {
        self.put(saved, || self.say("已签收,联网后自动上传", "acknowledged; will upload when connected"));
    }

    pub(crate) fn synced(&self, report: &SyncReport) {
        let SyncReport { sent, received, ms, .. } = report;
        self.put(report, || {
            if let Some(told) = &report.told {
                return self.say(
                    &format!("{}(已上传 {sent} 条)", told.text),
                    &format!("{} ({sent} records handed in)", told.text),
                );
            }
            self.say(
                &format!("已同步:上传 {sent} 条,收到 {received} 条,用时 {ms} 毫秒"),
                &format!("synced: {sent} sent, {received} received, {ms} ms"),
            )
        });
    }

    pub(crate) fn event(&self, event: &SyncEvent) {
        self.put(event, || match event {
            SyncEvent::Told { code, text } => format!("{code}: {text}"),
            SyncEvent::Connected => self.say("已连接", "connected"),
            SyncEvent::Snapshot { space, page, pages } => {
                self.say(&format!("下载 {space} {page}/{pages}"), &format!("loading {space} {page}/{pages}"))
            }
            SyncEvent::Received { changes } => {
                self.say(&format!("收到 {changes} 条"), &format!("{changes} received"))
            }
            SyncEvent::Sent { records } => {
                self.say(&format!("已上传 {records} 条"), &format!("{records} sent"))
            }
            SyncEvent::Refused { code, text } => format!("{code}: {text}"),
            SyncEvent::CaughtUp(_) => self.say("已是最新", "up to date"),
            SyncEvent::Offline { code, text, .. } => format!("{code}: {text}"),
        });
    }

    pub(crate) fn exported(&self, done: &Exported, path: &str) {
        let Exported { records, .. } = done;
        self.put(done, || {
            self.say(
                &format!("已把 {records} 条未上传的记录写入 {path};记录仍留在手机上"),
                &format!("{records} unsent records written to {path}; they stay on this phone"),
            )
        });
    }

    pub(crate) fn imported(&self, done: &Imported) {
        let Imported { records, .. } = done;
        self.put(done, || {
            self.say(
                &format!("已收下同事的 {records} 条记录,下次同步时上传"),
                &format!("took on {records} records of colleagues; the next sync uploads them"),
            )
        });
    }
}
