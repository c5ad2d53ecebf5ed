//! Every call a screen can make, by the name that JavaScript knows it by.
//!
//! `mobile-demo/web/src/phone/calls.ts` is the other side of this list; a call of one side only fails a story.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use linli_core::ids::IdError;
use linli_engine::{
    Engine, EngineError, HouseholdFilter, IssueFilter, NewComplaint, NewConsent, NewHousehold, NewIssue,
    NewResident, NewVisit, TodayFilter,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// `{"method": "household", "args": {"id": …, "withHistory": false}}`
#[derive(Deserialize)]
#[serde(tag = "method", content = "args", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Call {
    Status {},
    Digests {},
    Anchors {},
    Enrol { relay_url: String, code: String },
    EnrolScanned { relay_url: String, scanned: String },
    Today(TodayFilter),
    BuildingChart(TodayFilter),
    Households(HouseholdFilter),
    Household { id: String, with_history: bool },
    RecordVisit { household: String, visit: NewVisit },
    EditHousehold { household: String, field: String, typed: String },
    AddHousehold { household: NewHousehold },
    DuplicatesFor { household: NewHousehold },
    AddResident { household: String, resident: NewResident },
    EditResident { household: String, resident: String, field: String, typed: String },
    SaveDraft { key: String, form: u32, text: String },
    Draft { key: String },
    DropDraft { key: String },
    ReportIssue { issue: NewIssue },
    Issues(IssueFilter),
    Photo { id: String },
    PrepareSearch {},
    Conflicts {},
    Notices {},
    MarkNoticeSeen { id: String },
    Directives {},
    Campaigns {},
    Acknowledge { directive: String },
    Operator {},
    ReadNotice { version: i64 },
    Complaints {},
    Complain { complaint: NewComplaint },
    Consents { household: String, resident: String },
    Consent { household: String, resident: String, consent: NewConsent },
    Sync {},
    Wake {},
}

impl Call {
    /// Does it; the answer as JSON.
    pub(crate) async fn answer(self, engine: &Engine) -> Result<String, EngineError> {
        match self {
            Call::Status {} => json(engine.status().await?),
            Call::Digests {} => json(engine.digests().await?),
            Call::Anchors {} => json(engine.anchors().await?),
            Call::Enrol { relay_url, code } => json(engine.enrol(&relay_url, &code).await?),
            Call::EnrolScanned { relay_url, scanned } => {
                json(engine.enrol_scanned_at(&relay_url, &scanned).await?)
            }
            Call::Today(filter) => json(engine.today(&filter).await?),
            Call::BuildingChart(filter) => json(engine.building_chart(&filter).await?),
            Call::Draft { key } => json(engine.draft(&key).await?),
            Call::Issues(filter) => json(engine.issues(&filter).await?),
            Call::Photo { id } => {
                json(engine.photo(read(&id)?).await?.map(|jpeg| BASE64_STANDARD.encode(jpeg)))
            }
            Call::Households(filter) => json(engine.households(&filter).await?),
            Call::Household { id, with_history } => json(engine.household(read(&id)?, with_history).await?),
            Call::PrepareSearch {} => json(engine.prepare_search().await?),
            Call::Conflicts {} => json(engine.conflicts().await?),
            Call::Notices {} => json(engine.notices().await?),
            Call::MarkNoticeSeen { id } => json(engine.mark_notice_seen(read(&id)?).await?),
            Call::Directives {} => json(engine.directives().await?),
            Call::Campaigns {} => json(engine.campaigns().await?),
            Call::Acknowledge { directive } => json(engine.acknowledge(read(&directive)?).await?),
            Call::Operator {} => json(engine.operator().await?),
            Call::Complaints {} => json(engine.complaints().await?),
            Call::Consents { household, resident } => {
                json(engine.consents(read(&household)?, read(&resident)?).await?)
            }
            Call::Sync {} => json(engine.sync_once().await?),
            Call::Wake {} => json(engine.wake()),
            writes => writes.write(engine).await,
        }
    }

    /// What is done at a door.
    async fn write(self, engine: &Engine) -> Result<String, EngineError> {
        match self {
            Call::RecordVisit { household, visit } => json(engine.visit(read(&household)?, visit).await?),
            Call::EditHousehold { household, field, typed } => {
                json(engine.edit_household(read(&household)?, &field, &typed).await?)
            }
            Call::AddHousehold { household } => json(engine.add_household(&household).await?),
            Call::DuplicatesFor { household } => json(engine.duplicates_for(&household).await?),
            Call::AddResident { household, resident } => {
                json(engine.add_resident(read(&household)?, &resident).await?)
            }
            Call::EditResident { household, resident, field, typed } => {
                json(engine.edit_resident(read(&household)?, read(&resident)?, &field, &typed).await?)
            }
            Call::SaveDraft { key, form, text } => json(engine.save_draft(&key, form, &text).await?),
            Call::DropDraft { key } => json(engine.drop_draft(&key).await?),
            Call::ReportIssue { issue } => json(engine.report_issue(&issue).await?),
            Call::ReadNotice { version } => json(engine.read_notice(version).await?),
            Call::Complain { complaint } => json(engine.complain(&complaint).await?),
            Call::Consent { household, resident, consent } => {
                json(engine.consent(read(&household)?, read(&resident)?, &consent).await?)
            }
            // The others are answered above.
            _ => json(()),
        }
    }
}

fn read<T: FromStr<Err = IdError>>(id: &str) -> Result<T, EngineError> {
    Ok(id.trim().parse::<T>()?)
}

fn json(answer: impl Serialize) -> Result<String, EngineError> {
    serde_json::to_string(&answer).map_err(|_| EngineError::Damaged("answer"))
}
