//! `/v1/photos/{id}`: what was photographed at a door or where something is wrong.

use super::id;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use linli_core::ids::PhotoId;
use linli_core::kinds::{DocKind, photo_jpeg};

/// A photo that a visit or an issue names, as JPEG. Place, time and device that a camera wrote into it are not in it:
/// phones take them out, and so does the relay, whatever a phone has sent.
#[utoipa::path(get, path = "/v1/photos/{id}", operation_id = "read_photo", params(("id" = String, Path)), responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn read(State(app): State<App>, Path(text): Path<String>) -> Result<Response, Problem> {
    let photo: PhotoId = id(&text)?;
    let open = app.model.document(photo.into()).await?.filter(|open| open.document.kind() == DocKind::Photo);
    let open = open.ok_or_else(|| Problem::not_found("照片", "photo", photo))?;
    let jpeg = photo_jpeg(&open.document.fields()).map_err(|error| Problem::bad(&error))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}
