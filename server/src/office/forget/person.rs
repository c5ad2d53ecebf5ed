//! One person of a household: what stands for them in its documents.

use crate::state::App;
use linli_core::doc::Document;
use linli_core::forget::Person;
use linli_core::ids::{HouseholdId, ResidentId};
use linli_core::kinds::{DocKind, resident_key, visits};
use linli_core::record::Value;
use linli_storage::StoreError;
use std::collections::BTreeSet;

/// The person, by every name and number that the households' documents ever had for them.
pub(super) async fn find(
    app: &App,
    family: &BTreeSet<HouseholdId>,
    resident: ResidentId,
    notes: bool,
) -> Result<Option<Person>, StoreError> {
    let prefix = resident_key(resident);
    let (mut names, mut phones, mut found) = (BTreeSet::new(), BTreeSet::new(), false);
    for home in family {
        let Some(mut open) = app.model.document((*home).into()).await? else { continue };
        for write in open.document.history() {
            let Some(field) = write.key.strip_prefix(&prefix) else { continue };
            found = true;
            let said = write.value.as_ref().and_then(Value::as_text).map(str::to_owned);
            match field {
                "name" => names.extend(said),
                "phone" => phones.extend(said),
                _ => {}
            }
        }
    }
    let (names, phones): (Vec<_>, Vec<_>) = (names.into_iter().collect(), phones.into_iter().collect());
    Ok(found.then(|| Person::new(resident, &names, &phones, notes)))
}

/// Whether a household's document ever said anything of the person.
pub(super) fn was_in(document: &mut Document, person: &Person) -> bool {
    let kind = document.kind();
    document.history().iter().any(|write| {
        write.key.starts_with(person.prefix())
            || write
                .value
                .as_ref()
                .is_some_and(|value| person.keep(kind, &write.key, value).as_ref() != Some(value))
    })
}

/// Notes that do not name the person and stay.
pub(super) fn notes_left(document: &Document, person: &Person) -> usize {
    let (kind, fields) = (document.kind(), document.fields());
    let stays = |key: &str, note: &str| person.keep(kind, key, &Value::Text(note.to_owned())).is_some();
    let noted = match kind {
        DocKind::Visits => {
            let visits = visits(&fields).into_iter();
            visits.filter(|(_, visit)| visit.note.as_ref().is_some_and(|note| stays("note", note))).count()
        }
        _ => 0,
    };
    let own = fields.get("note").and_then(Value::as_text).is_some_and(|note| stays("note", note));
    noted + usize::from(own)
}
