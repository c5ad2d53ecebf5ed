//! Communities, their estates, grids and homes. Knows nothing of files.

use super::Profile;
use super::dice::Dice;
use super::people::{Person, Registry};
use linli_core::address::Address;

/// First six digits of grid and identity numbers. No province has a code that starts with 99 (GB/T 2260).
pub(super) const AREA_CODE: &str = "999900";

/// Largest household made, so that averages do not hide a dormitory.
const PEOPLE_MAX: usize = 7;

const ESTATES: [&str; 24] = [
    "阳光花园",
    "幸福里一期",
    "翠湖名苑",
    "金色家园",
    "中山路88号院",
    "幸福里二期",
    "机械厂宿舍",
    "纺织新村",
    "滨江壹号",
    "学府雅居",
    "桂花苑",
    "红旗小区",
    "和平里",
    "锦绣华城东区",
    "锦绣华城西区",
    "铁路家属院",
    "建设新村",
    "望江楼小区",
    "梧桐苑",
    "银杏公馆",
    "老粮站大院",
    "清水湾",
    "龙泉佳苑",
    "文昌里",
];
const COMMUNITIES: [&str; 10] =
    ["晒湖", "桥口", "杏林", "南门", "文昌", "东园", "石桥", "新港", "柳巷", "云台"];

/// A community with everything in it.
#[derive(Clone, Debug)]
pub(super) struct Community {
    pub(super) name: String,
    pub(super) grids: Vec<Grid>,
    pub(super) homes: Vec<Home>,
    /// Dice for how its files are written.
    pub(super) dice: Dice,
}

#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) address: Address,
    /// Index into [`Community::grids`].
    pub(super) grid: usize,
    pub(super) people: Vec<Person>,
    pub(super) note: &'static str,
}

/// The shape of one community.
struct Plan {
    estates: usize,
    households: usize,
    residents: usize,
    homes_per_grid: usize,
    tenants_per_mille: usize,
}

/// The communities of a profile.
pub(super) fn communities(profile: Profile, seed: u64) -> Vec<Community> {
    let plan = |estates, households, residents, homes_per_grid, tenants_per_mille| Plan {
        estates,
        households,
        residents,
        homes_per_grid,
        tenants_per_mille,
    };
    let (count, plan) = match profile {
        Profile::LargeCommunity => (1, plan(5, 11_500, 31_200, 380, 330)),
        Profile::WeakCommunity => (1, plan(12, 760, 2_036, 300, 560)),
        Profile::Estate => (1, plan(1, 600, 1_620, 60, 200)),
        Profile::District => (10, plan(4, 2_000, 5_400, 350, 250)),
        Profile::Residents(residents) => {
            let residents = residents as usize;
            (1, plan(8, (residents * 10).div_ceil(27), residents, 380, 250))
        }
    };
    (0..count).map(|index| community(&plan, seed, index)).collect()
}

fn community(plan: &Plan, seed: u64, index: usize) -> Community {
    let mut dice = Dice::new(seed, index as u64);
    let name = COMMUNITIES.get(index).copied().unwrap_or_default().to_owned() + "社区";
    let code = format!("{AREA_CODE}001{:03}", index + 1);
    let mut community = Community { name, grids: Vec::new(), homes: Vec::new(), dice: dice.clone() };
    let first_estate = index * plan.estates;
    for (nth, share) in shares(plan.households, plan.estates).into_iter().enumerate() {
        let estate = ESTATES.get((first_estate + nth) % ESTATES.len()).copied().unwrap_or_default();
        build(&mut community, &mut dice, estate, &code, share, plan.homes_per_grid);
    }
    settle(&mut community, &mut dice, plan);
    community.dice = Dice::new(dice.next(), 1);
    community
}

/// Splits a total into falling shares: the first estate has about twice as many homes as the last.
fn shares(total: usize, count: usize) -> Vec<usize> {
    let weight = |nth: usize| 2 * count - nth;
    let sum: usize = (0..count).map(weight).sum();
    let mut shares: Vec<usize> = (0..count).map(|nth| total * weight(nth) / sum.max(1)).collect();
    let missing = total - shares.iter().sum::<usize>();
    if let Some(first) = shares.first_mut() {
        *first += missing;
    }
    shares
}

/// How tall an estate's buildings are: staircases, floors, doors on a landing.
const SHAPES: [(usize, usize, usize); 4] = [(2, 18, 4), (4, 6, 2), (0, 26, 6), (3, 11, 2)];

fn build(
    community: &mut Community,
    dice: &mut Dice,
    estate: &str,
    code: &str,
    homes: usize,
    homes_per_grid: usize,
) {
    let grids = homes.div_ceil(homes_per_grid.max(1)).max(1);
    let first_grid = community.grids.len();
    for nth in 0..grids {
        let code = format!("{code}{:03}", first_grid + nth + 1);
        community.grids.push(Grid { code, name: format!("{estate}第{}网格", nth + 1) });
    }
    // The estate as the parser writes it, so that what is expected is what an import says.
    let estate = Address::parse(&format!("{estate}1号楼101")).map(|known| known.estate).unwrap_or_default();
    let shape = SHAPES.get(dice.below(SHAPES.len())).copied().unwrap_or((2, 6, 2));
    let addresses = addresses(&estate, shape).filter(|_| !dice.chance(30)).take(homes);
    for (nth, address) in addresses.enumerate() {
        let grid = first_grid + nth * grids / homes;
        community.homes.push(Home { address, grid, people: Vec::new(), note: "" });
    }
}

/// Every door of an estate, building after building, without end.
fn addresses(estate: &str, (units, floors, doors): (usize, usize, usize)) -> impl Iterator<Item = Address> {
    let doors = (1..=floors).flat_map(move |floor| (1..=doors).map(move |door| floor * 100 + door));
    let units = (1..=units.max(1)).map(move |unit| if units == 0 { String::new() } else { unit.to_string() });
    let homes = units.flat_map(move |unit| doors.clone().map(move |room| (unit.clone(), room.to_string())));
    (1..)
        .flat_map(move |building: usize| {
            homes.clone().map(move |(unit, room)| (building.to_string(), unit, room))
        })
        .map(move |(building, unit, room)| Address { estate: estate.to_owned(), building, unit, room })
}

const NOTES: [&str; 6] = [
    "门禁坏了，打电话下楼开",
    "白天无人，晚上七点后在家",
    "养狗，敲门前先打电话",
    "听力不好，多敲几次",
    "房东在外地",
    "钥匙在物业",
];

/// Moves people in until the plan's number is reached.
fn settle(community: &mut Community, dice: &mut Dice, plan: &Plan) {
    let mut sizes = vec![1_usize; community.homes.len()];
    let mut missing = plan.residents.saturating_sub(sizes.len()).min(sizes.len() * (PEOPLE_MAX - 1));
    while missing > 0 {
        let at = dice.below(sizes.len());
        if let Some(size) = sizes.get_mut(at).filter(|size| **size < PEOPLE_MAX) {
            *size += 1;
            missing -= 1;
        }
    }
    let mut registry = Registry::new(plan.tenants_per_mille);
    for (home, size) in community.homes.iter_mut().zip(sizes) {
        home.people = registry.household(dice, size);
        if dice.chance(15) {
            home.note = dice.pick(&NOTES);
        }
    }
}
