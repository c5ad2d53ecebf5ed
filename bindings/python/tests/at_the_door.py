"""A worker's app that is killed right after it said that a visit is saved: run as a process of its own."""

import asyncio
import sys

from keys import FileKeys
from linli import HouseholdFilter, Language, NewVisit, Outcome, Phone


async def main(folder, name, note):
    phone = await Phone.open(folder, "python-story/1", Language.CHINESE, FileKeys(folder + ".key"))
    [home] = await phone.households(HouseholdFilter(search=name))
    saved = await phone.record_visit(home.id, NewVisit(outcome=Outcome.DONE, at_home=2, note=note))
    await phone.edit_household(home.id, "contact_phone", "13800002222")
    print(saved.id, flush=True)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
