-- What a worker does today: households in the order of their doors, and how the visits of a period went.

-- `/独居/党员/`: tags of the household and everyone in it. Filled from the rows when a store is brought here.
ALTER TABLE household ADD COLUMN tags TEXT NOT NULL DEFAULT '';

-- Everything that counts and charts need, `merged_into` too, so that they never read whole rows.
CREATE INDEX household_door ON household
    (estate, length(building), building, length(unit), unit, length(room), room, id, grid, open_conflicts, merged_into)
    WHERE merged_into IS NULL;
CREATE INDEX household_merged ON household (merged_into) WHERE merged_into IS NOT NULL;

-- By period and not by time alone: a household has a visits document a quarter, and one a campaign.
CREATE INDEX sheet_period ON sheet (household, period, last_at, last_outcome);

PRAGMA user_version = 5;
