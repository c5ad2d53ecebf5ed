//! Which grid a new home belongs to when nobody says: that of most homes in its unit, else in its building.
//! Learned from where households are, so that whatever moved them is followed. Knows no request.

use linli_core::address::Address;
use linli_storage::model::PlaceRecord;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Number of the grid that holds households without one: nobody is meant to join them.
const UNASSIGNED: &str = "000";

/// Estate, building and, below it, unit.
type Spot = (String, String, Option<String>);

/// Households by grid, for every unit and building.
#[derive(Default)]
pub(crate) struct PlaceGrids(BTreeMap<Spot, BTreeMap<String, i64>>);

impl PlaceGrids {
    pub(crate) fn new(places: Vec<PlaceRecord>) -> PlaceGrids {
        let mut counts: BTreeMap<Spot, BTreeMap<String, i64>> = BTreeMap::new();
        for PlaceRecord { estate, building, unit, grid, households } in places {
            if grid.ends_with(UNASSIGNED) {
                continue;
            }
            let spots = [(estate.clone(), building.clone(), Some(unit)), (estate, building, None)];
            for spot in spots {
                *counts.entry(spot).or_default().entry(grid.clone()).or_default() += households;
            }
        }
        PlaceGrids(counts)
    }

    /// The code of the grid for a home at this address.
    pub(crate) fn of(&self, address: &Address) -> Option<&str> {
        let building = |unit| (address.estate.clone(), address.building.clone(), unit);
        let spots = [building(Some(address.unit.clone())), building(None)];
        let grids = spots.iter().find_map(|spot| self.0.get(spot))?;
        let most = grids.iter().max_by_key(|(code, count)| (**count, Reverse(*code)));
        most.map(|(code, _)| code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_says_more_than_its_building_and_most_homes_decide() {
        let place = |unit: &str, grid: &str, households| PlaceRecord {
            estate: "阳光花园".into(),
            building: "3".into(),
            unit: unit.into(),
            grid: grid.into(),
            households,
        };
        let grids = PlaceGrids::new(vec![
            place("1", "999999000001001", 30),
            place("2", "999999000001002", 8),
            place("2", "999999000001001", 2),
            place("4", "999999000001000", 9),
        ]);
        let of =
            |text: &str| Address::parse(text).ok().and_then(|address| grids.of(&address).map(str::to_owned));
        assert_eq!(of("阳光花园3号楼1单元101").as_deref(), Some("999999000001001"));
        assert_eq!(of("阳光花园3号楼2单元101").as_deref(), Some("999999000001002"));
        assert_eq!(
            of("阳光花园3号楼4单元101").as_deref(),
            Some("999999000001001"),
            "nobody joins the unassigned"
        );
        assert_eq!(of("阳光花园5号楼1单元101"), None);
    }
}
