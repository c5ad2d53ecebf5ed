//! Writes a sample community to a folder: `make_sample PROFILE SEED tidy|messy FOLDER`.

use linli_roster::sample::{Profile, generate};
use std::error::Error;
use std::path::Path;

const USAGE: &str =
    "make_sample large-community|weak-community|estate|district|PEOPLE SEED tidy|messy FOLDER";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [profile, seed, state, folder] = args.as_slice() else { return Err(USAGE.into()) };
    let profile = match profile.as_str() {
        "large-community" => Profile::LargeCommunity,
        "weak-community" => Profile::WeakCommunity,
        "estate" => Profile::Estate,
        "district" => Profile::District,
        people => Profile::Residents(people.parse().map_err(|_| USAGE)?),
    };
    let sample = generate(profile, seed.parse()?, state == "messy")?;
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in &sample.files {
        std::fs::write(folder.join(name), bytes)?;
    }
    std::fs::write(folder.join("expected.json"), sample.expected.to_json())?;
    let expected = sample.expected;
    println!(
        "{} files, {} households, {} residents",
        sample.files.len(),
        expected.households,
        expected.residents
    );
    Ok(())
}
