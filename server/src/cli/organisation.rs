//! Grids and workers on the command line.

use super::client::{Client, Failure};
use super::print::{bad_cell_line, list, number, one, read_file, text, words};
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Grids {
    /// 新建网格 / make a grid
    Add {
        name: String,
        /// 15 位编码,不写则取下一个空号 / code of 15 digits; the next free one unless given
        #[arg(long)]
        code: Option<String>,
        /// 社区 / community
        #[arg(long)]
        community: Option<String>,
    },
    /// 改网格名称 / give a grid another name
    Rename { code: String, name: String },
    /// 把小区、楼栋或单元划给网格 / give an estate, building or unit to a grid
    Assign {
        code: String,
        /// 小区[/楼栋[/单元]],可写多个 / estate[/building[/unit]]
        #[arg(required = true)]
        places: Vec<String>,
        /// 只看会怎样,不改动 / say what would move, change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// 导入网格表(CSV、XLSX)/ import a list of grids
    Import {
        file: PathBuf,
        /// 社区 / community
        #[arg(long)]
        community: Option<String>,
        /// 只看会怎样,不改动 / say what would happen, change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum Workers {
    /// 添加网格员 / add a worker
    Add {
        name: String,
        /// 网格编码,可写多个 / grid codes
        #[arg(long, required = true, num_args = 1..)]
        grid: Vec<String>,
    },
    /// 任命 / appoint a worker to a grid
    Appoint {
        /// 姓名或编号 / name or id
        worker: String,
        /// 网格编码 / grid code
        #[arg(long)]
        grid: String,
        /// 起始日,默认今天 / first day; today unless given
        #[arg(long)]
        from: Option<String>,
        /// 截止日,默认不限 / last day; open unless given
        #[arg(long)]
        to: Option<String>,
        /// 任网格长 / as the grid's head
        #[arg(long)]
        head: bool,
    },
    /// 结束任命 / end an appointment
    End {
        /// 姓名或编号 / name or id
        worker: String,
        /// 任命编号 / id of the appointment
        appointment: String,
        /// 截止日 / last day
        #[arg(long)]
        to: String,
    },
}

pub(crate) async fn grids(what: Option<Grids>, client: &Client, as_json: bool) -> Result<(), Failure> {
    match what {
        None => list(&client.get("/v1/grids", &[]).await?, as_json, grid_line),
        Some(Grids::Add { name, code, community }) => {
            let body = json!({"name": name, "code": code, "community": community});
            one(&client.post("/v1/grids", body).await?, as_json, grid_line);
        }
        Some(Grids::Rename { code, name }) => {
            let changed = client.patch(&format!("/v1/grids/{code}"), json!({"name": name})).await?;
            one(&changed, as_json, grid_line);
        }
        Some(Grids::Assign { code, places, dry_run }) => {
            let places: Vec<Value> = places.iter().map(|place| place_of(place)).collect();
            let body = json!({"places": places, "dry_run": dry_run});
            one(&client.post(&format!("/v1/grids/{code}/places"), body).await?, as_json, assigned_text);
        }
        Some(Grids::Import { file, community, dry_run }) => {
            let (name, bytes) = read_file(&file, client.lang)?;
            let mut query = vec![("file_name", name), ("dry_run", dry_run.to_string())];
            query.extend(community.map(|community| ("community", community)));
            let done = client.upload("/v1/grids/import", &query, bytes).await?;
            one(&done, as_json, |done| list_text(done, client));
        }
    }
    Ok(())
}

pub(crate) async fn workers(what: Option<Workers>, client: &Client, as_json: bool) -> Result<(), Failure> {
    match what {
        None => list(&client.get("/v1/workers", &[]).await?, as_json, worker_line),
        Some(Workers::Add { name, grid }) => {
            let worker = client.post("/v1/workers", json!({"name": name, "grids": grid})).await?;
            one(&worker, as_json, worker_line);
        }
        Some(Workers::Appoint { worker, grid, from, to, head }) => {
            let body = json!({"grid": grid, "from": from, "to": to, "head": head});
            let made = client.post(&format!("/v1/workers/{worker}/appointments"), body).await?;
            one(&made, as_json, |made| {
                format!("{}  {}", text(made, "id"), made.get("worker").map(worker_line).unwrap_or_default())
            });
        }
        Some(Workers::End { worker, appointment, to }) => {
            let path = format!("/v1/workers/{worker}/appointments/{appointment}");
            one(&client.patch(&path, json!({"to": to})).await?, as_json, worker_line);
        }
    }
    Ok(())
}

fn place_of(written: &str) -> Value {
    let mut parts = written.split('/').map(str::trim);
    let mut part = || parts.next().filter(|part| !part.is_empty());
    json!({"estate": part().unwrap_or_default(), "building": part(), "unit": part()})
}

fn grid_line(grid: &Value) -> String {
    let size = match text(grid, "size") {
        "under" => "偏小 / under 300",
        "over" => "偏大 / over 500",
        _ => "",
    };
    format!(
        "{}  {}  {} 户  {} 人  {size}",
        text(grid, "code"),
        text(grid, "name"),
        number(grid, "households"),
        number(grid, "residents")
    )
}

fn worker_line(worker: &Value) -> String {
    let mut lines =
        vec![format!("{}  {}  {}", text(worker, "id"), text(worker, "name"), words(worker, "grids"))];
    for one in worker.get("appointments").and_then(Value::as_array).into_iter().flatten() {
        let head = if one.get("head") == Some(&Value::Bool(true)) { "网格长 / head" } else { "" };
        lines.push(format!(
            "  {}  {}  {} – {}  {head}",
            text(one, "id"),
            text(one, "grid"),
            text(one, "from"),
            text(one, "to")
        ));
    }
    lines.join("\n")
}

fn assigned_text(done: &Value) -> String {
    let moves = done.get("moves").and_then(Value::as_array).into_iter().flatten();
    let mut lines: Vec<String> = moves
        .map(|flow| {
            format!("{} → {}  {} 户", text(flow, "from"), text(flow, "to"), number(flow, "households"))
        })
        .collect();
    for grid in done.get("grids").and_then(Value::as_array).into_iter().flatten() {
        lines.push(format!(
            "{}  {} → {} 户  {}",
            text(grid, "code"),
            number(grid, "before"),
            number(grid, "after"),
            text(grid, "size")
        ));
    }
    lines.join("\n")
}

fn list_text(done: &Value, client: &Client) -> String {
    let mut lines = vec![
        format!("新网格 / new: {}", words(done, "added")),
        format!("改名 / renamed: {}", words(done, "renamed")),
        assigned_text(done),
    ];
    for bad in done.get("bad_rows").and_then(Value::as_array).into_iter().flatten() {
        lines.push(bad_cell_line(bad, bad, client.lang));
    }
    lines.join("\n")
}
