"""The phone of the scripted day, in Python: a step a line on standard input, an answer a line on standard output.

Run by `linli-day`, which kills it where the script says so; tests/src/day/driven.rs has the steps.
"""

import asyncio
import json
import sys

from keys import FileKeys
from linli import HouseholdFilter, Language, NewHousehold, NewIssue, NewResident, NewVisit, Outcome, Phone


async def enrol(phone, step):
    await phone.enrol(step["url"], step["code"])


async def sync(phone, _step):
    return {"caught_up": (await phone.sync()).caught_up}


async def visit(phone, step):
    outcome = Outcome[step["outcome"].upper()]
    said = {key: step[key] for key in ("at_home", "needs", "note") if key in step}
    await phone.record_visit(await home(phone, step), NewVisit(outcome=outcome, **said))


async def edit(phone, step):
    await phone.edit_household(await home(phone, step), step["field"], step["typed"])


async def add_household(phone, step):
    said = {key: step[key] for key in ("grid", "address", "contact_phone", "note") if key in step}
    return {"id": (await phone.add_household(NewHousehold(**said))).id}


async def add_resident(phone, step):
    said = {key: step[key] for key in ("name", "relation", "gender", "birth", "phone") if key in step}
    await phone.add_resident(await home(phone, step), NewResident(**said))


async def edit_resident(phone, step):
    await phone.edit_resident(await home(phone, step), step["resident"], step["field"], step["typed"])


async def issue(phone, step):
    said = {key: step[key] for key in ("category", "text", "place", "household") if key in step}
    await phone.report_issue(NewIssue(**said))


async def unsent(phone, _step):
    return {"unsent": (await phone.status()).unsent}


async def export(phone, step):
    return {"records": (await phone.export_unsent(step["file"])).records}


async def take_in(phone, step):
    return {"records": (await phone.import_unsent(step["file"])).records}


async def notices(phone, _step):
    told = await phone.notices()
    return {"notices": [{"kept": one.kept, "mine": one.mine, "reason": one.reason} for one in told]}


async def digests(phone, _step):
    held = await phone.digests()
    return {"digests": [{"space": one.space, "documents": one.documents, "code": one.code} for one in held]}


async def home(phone, step):
    """The household, found as a worker finds it: by name or address."""
    [found, *_] = await phone.households(HouseholdFilter(search=step["search"]))
    assert found.id == step["household"]
    return found.id


STEPS = {
    step.__name__: step
    for step in (
        enrol,
        sync,
        visit,
        edit,
        add_household,
        add_resident,
        edit_resident,
        issue,
        unsent,
        export,
        notices,
        digests,
    )
} | {"import": take_in}


async def main(folder):
    phone = await Phone.open(folder, "python-day/1", Language.CHINESE, FileKeys(folder + ".key"))
    for line in sys.stdin:
        step = json.loads(line)
        answer = await STEPS[step["do"]](phone, step)
        print(json.dumps(answer or {}), flush=True)
    await phone.close_store()


asyncio.run(main(sys.argv[1]))
