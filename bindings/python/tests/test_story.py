"""Enrolled, a visit without a signal, killed, opened again, synced, a conflict decided, told; and what people are told,
may say and may refuse."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from keys import FileKeys
from linli import (
    ConsentStanding,
    HouseholdFilter,
    Language,
    Manner,
    NewComplaint,
    NewConsent,
    NewHousehold,
    NewVisit,
    Outcome,
    Phone,
    PhoneError,
    Purpose,
    SyncEvent,
)
from office import GRID, Colleague, Office

HERE = Path(__file__).parent


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.stop()


async def opened(folder):
    return await Phone.open(str(folder), "python-story/1", Language.CHINESE, FileKeys(f"{folder}.key"))


async def enrolled(office, folder, worker):
    phone = await opened(folder)
    who = await phone.enrol(office.url, office.code_for(worker))
    assert (who.worker_name, who.fingerprint) == (worker, phone.fingerprint())
    assert (await phone.sync()).caught_up
    return phone


def test_a_visit_survives_a_kill_and_a_conflict_is_told(office, tmp_path):
    asyncio.run(a_day(office, tmp_path))


async def a_day(office, tmp_path):
    folder = tmp_path / "phone"
    phone = await enrolled(office, folder, "王芳")
    device = phone.device()
    await phone.close_store()
    colleague = Colleague(office, tmp_path, "李强")
    home = office.household("王秀英")
    office.stop()

    visit = saved_and_killed(folder, "王秀英", "一切正常")
    colleague.do("edit", home, "contact_phone", "13900001111")

    phone = await opened(folder)
    assert phone.device() == device, "the key store kept the key"
    status = await phone.status()
    assert (status.unsent, status.worker_name) == (2, "王芳")
    with pytest.raises(PhoneError.Offline) as offline:
        await phone.sync()
    assert offline.value.code == "phone.offline" and "已保存" in offline.value.text

    office.start()
    report = await phone.sync()
    assert (report.sent, report.caught_up) == (2, True)
    colleague.do("sync")
    await phone.sync()
    [conflict] = await phone.conflicts()
    assert {version.value for version in conflict.versions} == {"13800002222", "13900001111"}
    [listed] = office.do("conflicts", "--status", "open")
    chosen = next(value["choice"] for value in listed["values"] if value["value"] == "13900001111")
    office.do("resolve", listed["id"], "--choose", str(chosen), "--reason", "已电话核实")

    assert (await phone.sync()).notices == 1
    [notice] = await phone.notices()
    assert (notice.kept, notice.mine, notice.reason) == ("13900001111", "13800002222", "已电话核实")
    card = await phone.household(home, True)
    assert (card.contact_phone, card.conflicts) == ("13900001111", [])
    assert [(v.id, v.outcome, v.note, v.at_home) for v in card.visits] == [(visit, Outcome.DONE, "一切正常", 2)]
    assert card.history and card.residents[0].name == "王秀英"
    await phone.mark_notice_seen(notice.id)
    assert (await phone.status()).notices == 0
    await phone.close_store()


def saved_and_killed(folder, name, note):
    """Another process records a visit, says so, and is killed at once."""
    args = [sys.executable, str(HERE / "at_the_door.py"), str(folder), name, note]
    app = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
    visit = app.stdout.readline().strip()
    app.kill()
    app.wait()
    assert visit, "the app said that it saved"
    return visit


def test_events_are_pulled_and_a_cancelled_wait_loses_none(office, tmp_path):
    asyncio.run(a_live_connection(office, tmp_path))


async def a_live_connection(office, tmp_path):
    phone = await enrolled(office, tmp_path / "phone", "王芳")
    home = (await phone.households(HouseholdFilter(search="李建国")))[0].id
    phone.stay_connected()
    waiting = asyncio.ensure_future(phone.next_event())
    await asyncio.sleep(0)
    waiting.cancel()
    await until(phone, SyncEvent.CAUGHT_UP)
    visit = NewVisit(outcome=Outcome.NO_ANSWER, needs=["修灯"])
    await phone.record_visit(home, visit)
    assert (await until(phone, SyncEvent.SENT)).records == 1
    assert (await phone.status()).unsent == 0
    office.stop()
    why = (await until(phone, SyncEvent.OFFLINE)).why
    assert why.code == "relay.retry_later", "the relay says goodbye when it stops"
    phone.disconnect()
    await phone.close_store()
    while (event := await phone.next_event()) is not None:
        assert not isinstance(event, SyncEvent.ENDED)
    office.start()


async def until(phone, kind):
    while not isinstance(event := await phone.next_event(), kind):
        assert event is not None
    return event


def test_a_worker_is_told_speaks_up_and_writes_down_what_residents_allow(office, tmp_path):
    asyncio.run(rights(office, tmp_path))


async def rights(office, tmp_path):
    filings = {"icp_filing": "京ICP备12345678号", "police_filing": "", "app_filing": ""}
    office.ask("PUT", "operator", {"name": "邻里社区", "complaints": "12345", **filings})
    office.ask("POST", "privacy-notices", {"zh": "第一版"})
    phone = await enrolled(office, tmp_path / "phone", "王芳")
    home = office.household("王秀英")
    office.stop()
    await reads_the_notice(phone)
    complaint = await complains(phone)
    await asks_for_consent(phone, home)

    office.start()
    assert (await phone.sync()).caught_up
    office.settle()
    [receipt] = office.ask("GET", "privacy-notices/1/receipts")
    assert (receipt["name"], receipt["read_at"] is not None) == ("王芳", True)
    [listed] = office.ask("GET", "complaints")
    assert (listed["from"], listed["text"], listed["of_resident"]) == ("王芳", "名册里的门牌错了", True)
    office.ask("POST", f"complaints/{listed['id']}/answer", {"text": "已改正"})
    await phone.sync()
    [told] = await phone.complaints()
    assert (told.id, told.answer, told.unsent) == (complaint, "已改正", False)
    assert told.answered_at_ms is not None
    await phone.close_store()


async def reads_the_notice(phone):
    operator = await phone.operator()
    assert (operator.name, operator.icp_filing, operator.police_filing) == ("邻里社区", "京ICP备12345678号", None)
    assert operator.complaints == "12345"
    notice = operator.notice
    assert (notice.version, notice.text, notice.read_at_ms) == (1, "第一版", None)
    with pytest.raises(PhoneError.Refused) as refused:
        await phone.read_notice(2)
    assert refused.value.code == "phone.no_notice"
    assert [(await phone.read_notice(1)).changed for _ in range(2)] == [True, False], "once"
    assert (await phone.operator()).notice.read_at_ms is not None, "it is not shown again"


async def complains(phone):
    with pytest.raises(PhoneError.Refused) as refused:
        await phone.complain(NewComplaint(text="  "))
    assert refused.value.code == "phone.complaint_text"
    new = NewComplaint(text="名册里的门牌错了", of_resident=True, id="00000000000000000000000020")
    first = await phone.complain(new)
    assert await phone.complain(new) == first, "asked again it adds nothing"
    [told] = await phone.complaints()
    assert (told.id, told.text, told.said_by) == (first.id, "名册里的门牌错了", "resident")
    assert (told.answer, told.answered_at_ms, told.unsent) == (None, None, True)
    return first.id


async def asks_for_consent(phone, home):
    resident = (await phone.household(home, False)).residents[0].id

    async def said():
        return {of.purpose: of for of in await phone.consents(home, resident)}

    assert {of.standing for of in (await said()).values()} == {ConsentStanding.NOT_ASKED}
    agrees = NewConsent(purpose=Purpose.PUBLISH, given=True, how=Manner.SIGNED, id="0000000000010")
    first = await phone.consent(home, resident, agrees)
    assert (first.household, first.resident) == (home, resident)
    assert await phone.consent(home, resident, agrees) == first, "asked again it adds nothing"
    published = (await said())[Purpose.PUBLISH]
    assert published.standing == ConsentStanding.GIVEN
    [entry] = published.said
    assert (entry.id, entry.how, entry.author, entry.notice) == (first.id, Manner.SIGNED, "王芳", 1)
    await phone.consent(home, resident, NewConsent(purpose=Purpose.PUBLISH, given=False, how=Manner.SPOKEN))
    after = await said()
    assert after[Purpose.PUBLISH].standing == ConsentStanding.WITHDRAWN
    assert [(of.given, of.stands) for of in after[Purpose.PUBLISH].said] == [(True, False), (False, True)]
    assert after[Purpose.CONTACT_BY_PHONE].standing == ConsentStanding.NOT_ASKED, "one purpose is no other"
    with pytest.raises(PhoneError.Refused) as refused:
        await phone.consents(home, "0" * 13)
    assert refused.value.code == "phone.no_resident"


def test_errors_have_codes_and_nothing_happens_after_the_end(office, tmp_path):
    asyncio.run(errors(office, tmp_path))


async def errors(office, tmp_path):
    phone = await enrolled(office, tmp_path / "phone", "王芳")
    nobody, before = "0" * 26, await phone.status()
    doubtful = NewHousehold(grid=GRID, address="阳光花园1-1-101")
    assert (await phone.duplicates_for(doubtful))[0].score >= 50
    for code, call in [
        ("id.malformed", phone.household("不是编号", False)),
        ("phone.no_household", phone.household(nobody, False)),
        ("phone.temperature", phone.record_visit(nobody, NewVisit(outcome=Outcome.DONE, temperature="99"))),
        ("phone.office_field", phone.edit_household(nobody, "grid", "x")),
        ("phone.no_grid", phone.add_household(NewHousehold(grid="没有", address="3-2-501"))),
    ]:
        with pytest.raises(PhoneError.Refused) as refused:
            await call
        assert refused.value.code == code and refused.value.text
    assert await phone.status() == before
    await phone.close_store()
    with pytest.raises(PhoneError.Closed):
        await phone.status()
    with pytest.raises(PhoneError.Closed):
        phone.stay_connected()
    keys = FileKeys(f"{tmp_path / 'phone'}.key")
    keys.locked = True
    with pytest.raises(PhoneError.Refused) as refused:
        await Phone.open(str(tmp_path / "phone"), "python-story/1", Language.ENGLISH, keys)
    assert refused.value.code == "phone.key_store" and "locked" in refused.value.text
    keys.path.unlink()
    with pytest.raises(PhoneError.Refused) as refused:
        await opened(tmp_path / "phone")
    assert refused.value.code == "phone.key_lost"
