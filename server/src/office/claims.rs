//! Whether somebody else is working on what one is about to decide.

use crate::access::{Caller, TOKEN_ACTOR};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::ids::HouseholdId;
use linli_core::time::show;
use linli_storage::StoreError;
use linli_storage::office::claims::Claim;
use std::collections::BTreeMap;

/// What a claim on two households is kept under.
pub(crate) fn pair_subject(a: HouseholdId, b: HouseholdId) -> String {
    let [a, b] = if a < b { [a, b] } else { [b, a] };
    format!("{a}+{b}")
}

/// Refuses when somebody else has claimed it, unless it is taken over knowingly.
pub(crate) async fn check(app: &App, subject: &str, by: &Caller, take_over: bool) -> Result<(), Problem> {
    if take_over {
        return Ok(());
    }
    let claim = app.accounts.claims(&[subject.to_owned()], now_ms()).await?.remove(subject);
    match claim {
        Some(claim) if claim.user != by.user_id => Err(claimed(&claim)),
        _ => Ok(()),
    }
}

/// Somebody else is working on it.
pub(crate) fn claimed(claim: &Claim) -> Problem {
    let (zh, en) = match &claim.name {
        Some(name) => (name.clone(), name.clone()),
        None => tool(),
    };
    let until = show(claim.until_ms);
    Problem::new(
        StatusCode::CONFLICT,
        "desk.claimed",
        format!(
            "{zh} 正在处理这一条(占用到 {until}),您填的内容没有丢失;确实要接手请点“接手”(命令行用 --take-over)"
        ),
        format!(
            "{en} is working on this one (until {until}); nothing you entered is lost. To take over knowingly choose \"take over\" (--take-over on the command line)"
        ),
    )
}

/// What acts with the token, in both languages.
fn tool() -> (String, String) {
    ("命令行".into(), "the command line".into())
}

/// Names of accounts, to say who decided.
pub(crate) struct Accounts(BTreeMap<String, String>);

impl Accounts {
    pub(crate) async fn load(app: &App) -> Result<Accounts, StoreError> {
        Ok(Accounts(app.accounts.account_names().await?))
    }

    /// The account's name; for the token a word; nothing when nobody is known.
    pub(crate) fn name(&self, by: Option<&str>) -> Option<String> {
        let by = by?;
        let known = self.0.get(by).cloned();
        known.or_else(|| (by == TOKEN_ACTOR).then(|| tool().0))
    }

    /// Who it was, in both languages, also when nobody is known.
    pub(crate) fn words(&self, by: Option<&str>) -> (String, String) {
        match by {
            Some(TOKEN_ACTOR) => tool(),
            _ => {
                let name = self.name(by);
                let zh = name.clone().unwrap_or_else(|| "办公室".into());
                (zh, name.unwrap_or_else(|| "the office".into()))
            }
        }
    }
}
