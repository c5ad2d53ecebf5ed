//! `/v1/grids/import`: an office's list of grids and their places.

use super::imports::ProblemOfRow;
use super::places::AssignedBody;
use super::{Params, in_time};
use crate::office::grid_list::import;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A list of every unit of the largest community is well below 1 MB.
pub(crate) const LIST_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How to import.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// The file's name; its ending helps to tell the format.
    file_name: String,
    /// The only community unless given.
    community: Option<String>,
    /// Say what would happen, change nothing.
    dry_run: Option<bool>,
}

/// A row that was not taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct BadListRowBody {
    sheet: String,
    /// As the spreadsheet shows it, from 1.
    row: usize,
    #[serde(flatten)]
    problem: ProblemOfRow,
}

/// What a list did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListBody {
    rows: usize,
    /// Codes of grids that are new.
    added: Vec<String>,
    /// Codes of grids that got another name.
    renamed: Vec<String>,
    /// Other codes learned for grids that were known by name.
    aliases: usize,
    #[serde(flatten)]
    assigned: AssignedBody,
    bad_rows: Vec<BadListRowBody>,
}

/// Imports a list of grids: columns code, name, and estate, building, unit where places are listed. Good rows
/// are taken, bad ones are named.
#[utoipa::path(post, path = "/v1/grids/import", operation_id = "import_grids", params(ListParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ListBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<ListParams>,
    request: Request,
) -> Result<Json<ListBody>, Problem> {
    let body = in_time(Bytes::from_request(request, &app)).await?.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "grids.too_large",
            "文件超过 8 MB,请确认这是网格表",
            "the file is larger than 8 MB; make sure that it is a list of grids",
        )
    })?;
    let dry_run = params.dry_run.unwrap_or(false);
    let listed = import(&app, (body.to_vec(), params.file_name), params.community, dry_run).await?;
    let bad = listed.bad.into_iter().map(|bad| BadListRowBody {
        sheet: bad.sheet,
        row: bad.row,
        problem: ProblemOfRow::of(&bad.column, &bad.header, &bad.value, &bad.reason),
    });
    Ok(Json(ListBody {
        rows: listed.rows,
        added: listed.added,
        renamed: listed.renamed,
        aliases: listed.aliases,
        bad_rows: bad.collect(),
        assigned: AssignedBody::of(listed.assigned, dry_run),
    }))
}
