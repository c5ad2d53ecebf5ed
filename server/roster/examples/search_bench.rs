//! Times the household search on the large community: `cargo run --release --example search_bench`.
//!
//! Wall times tell what a person waits; the time on the processor is what they would wait if nothing else ran.

use linli_core::address::Address;
use linli_core::search::{SearchIndex, SearchText};
use linli_roster::sample::{Profile, generate};
use linli_roster::table::{Cell, Workbook};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

/// Searches per query; enough for a 95th percentile.
const ROUNDS: usize = 40;
/// Hits on one screen.
const LIMIT: usize = 20;

const QUERIES: [&str; 34] = [
    "张",
    "张伟",
    "王建国",
    "李秀英",
    "欧阳",
    "zhangwei",
    "zhang wei",
    "zw",
    "wjg",
    "w",
    "li",
    "wang",
    "zengguoq",
    "zhangwie",
    "wangjanguo",
    "lixiuyinh",
    "张维",
    "王健国",
    "王建过",
    "3号楼",
    "3-2-501",
    "三号楼2单元501",
    "501",
    "阳光花园",
    "yangguanghuayuan",
    "阳关花园3号楼",
    "0001234",
    "234",
    "13800012345",
    "独居",
    "3号楼 独居",
    "张 501",
    "qqqqqqqq",
    "wangwu 3号楼 dibao",
];

fn main() -> Result<(), Box<dyn Error>> {
    let texts = households()?;
    let stored: usize = texts.iter().map(|text| text.as_str().len()).sum();
    let start = Instant::now();
    let mut index = SearchIndex::new();
    for (id, text) in (0_u64..).zip(&texts) {
        index.upsert(u128::from(id), text);
    }
    let built = start.elapsed();
    println!("{} households, {} KB stored text", index.len(), stored / 1024);
    println!("build {built:?}, memory about {} KB", index.memory_bytes() / 1024);
    let mut all = Vec::new();
    let mut on_cpu = Vec::new();
    println!("{:<28}{:>6}{:>12}{:>12}{:>12}", "query", "hits", "p50", "p95", "cpu mean");
    for query in QUERIES {
        let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
        let mut hits = 0;
        let cpu = cpu_time();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            hits = index.search(query, LIMIT).len();
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let cpu = (cpu_time().saturating_sub(cpu)) / u32::try_from(ROUNDS)?;
        let (p50, p95) = (percentile(&times, 50), percentile(&times, 95));
        println!("{query:<28}{hits:>6}{p50:>12.2?}{p95:>12.2?}{cpu:>12.2?}");
        on_cpu.push(cpu);
        all.extend(times);
    }
    all.sort_unstable();
    on_cpu.sort_unstable();
    let line = |name: &str, all: &[Duration]| {
        println!(
            "{name}: p50 {:.2?}, p95 {:.2?}, max {:.2?}",
            percentile(all, 50),
            percentile(all, 95),
            percentile(all, 100)
        );
    };
    line("wall, every search", &all);
    line("cpu, mean per query", &on_cpu);
    Ok(())
}

/// Time this process spent on a processor; nothing where Linux does not tell.
fn cpu_time() -> Duration {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

#[derive(Default)]
struct Home {
    names: Vec<String>,
    phones: Vec<String>,
    tags: Vec<String>,
    note: String,
}

/// The households of the tidy sample, by address.
fn households() -> Result<Vec<SearchText>, Box<dyn Error>> {
    let sample = generate(Profile::LargeCommunity, 1, false)?;
    let mut homes: BTreeMap<Address, Home> = BTreeMap::new();
    for (name, bytes) in &sample.files {
        let book = Workbook::read(bytes, name)?;
        for row in book.sheets.iter().flat_map(|sheet| sheet.rows.iter().skip(1)) {
            let text = |at: usize| row.get(at).map(Cell::to_string).unwrap_or_default();
            let [estate, building, unit, room] = [text(2), text(3), text(4), text(5)];
            let home = homes.entry(Address { estate, building, unit, room }).or_default();
            home.names.push(text(6));
            home.phones.extend(text(10).split('、').map(str::to_owned));
            home.tags.extend(text(11).split('、').map(str::to_owned));
            home.note += &text(12);
        }
    }
    Ok(homes.iter().map(|(address, home)| build(address, home)).collect())
}

fn build(address: &Address, home: &Home) -> SearchText {
    let [names, phones, tags] =
        [&home.names, &home.phones, &home.tags].map(|all| all.iter().map(String::as_str).collect::<Vec<_>>());
    let note = Some(home.note.as_str()).filter(|note| !note.is_empty());
    SearchText::build(address, &names, &phones, &tags, note)
}
