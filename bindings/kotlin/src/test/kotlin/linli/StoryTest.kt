package linli

import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/**
 * Enrolled, a visit without a signal, killed, opened again, synced, a conflict decided, told; and what people are told,
 * may say and may refuse.
 */
class StoryTest {
    @TempDir
    lateinit var folder: Path

    private val store get() = folder.resolve("phone").toString()

    private suspend fun opened() =
        Phone.open(store, "kotlin-story/1", Language.CHINESE, FileKeys(Path.of("$store.key")))

    private suspend fun enrolled(office: Office, worker: String): Phone {
        val phone = opened()
        val who = phone.enrol(office.url, office.codeFor(worker))
        assertEquals(worker to phone.fingerprint(), who.workerName to who.fingerprint)
        assertTrue(phone.sync().caughtUp)
        return phone
    }

    @Test
    fun `a visit survives a kill and a conflict is told`() = runBlocking {
        Office(folder).use { office ->
            val before = enrolled(office, "王芳")
            val device = before.device()
            before.closeStore()
            val colleague = Colleague(office, folder, "李强")
            val home = office.household("王秀英")
            office.stop()

            val visit = savedAndKilled("王秀英", "一切正常")
            colleague.command("edit", home, "contact_phone", "13900001111")

            val phone = opened()
            assertEquals(device, phone.device(), "the key store kept the key")
            assertEquals(2uL, phone.status().unsent)
            val offline = assertThrows<PhoneException.Offline> { runBlocking { phone.sync() } }
            assertEquals("phone.offline", offline.code)

            office.start()
            val report = phone.sync()
            assertEquals(2uL to true, report.sent to report.caughtUp)
            colleague.command("sync")
            phone.sync()
            val conflict = phone.conflicts().single()
            assertEquals(setOf("13800002222", "13900001111"), conflict.versions.map { it.value }.toSet())
            decide(office, "13900001111", "已电话核实")

            assertEquals(1uL, phone.sync().notices)
            val notice = phone.notices().single()
            val told = listOf(notice.kept, notice.mine, notice.reason)
            assertEquals(listOf("13900001111", "13800002222", "已电话核实"), told)
            val card = phone.household(home, true)
            assertEquals("13900001111" to emptyList<Conflict>(), card.contactPhone to card.conflicts)
            val seen = card.visits.single()
            assertEquals(listOf(visit, Outcome.DONE, "一切正常", 2u), listOf(seen.id, seen.outcome, seen.note, seen.atHome))
            phone.markNoticeSeen(notice.id)
            assertEquals(0uL, phone.status().notices)
            phone.closeStore()
        }
    }

    @Test
    fun `events are a flow that ends with the phone`() = runBlocking {
        Office(folder).use { office ->
            val phone = enrolled(office, "王芳")
            val home = phone.households(HouseholdFilter(search = "李建国")).single().id
            phone.events().filterIsInstance<SyncEvent.CaughtUp>().first()
            phone.recordVisit(home, NewVisit(outcome = Outcome.NO_ANSWER, needs = listOf("修灯")))
            assertEquals(1uL, phone.events().filterIsInstance<SyncEvent.Sent>().first().records)
            assertEquals(0uL, phone.status().unsent)
            office.stop()
            val why = phone.events().filterIsInstance<SyncEvent.Offline>().first().why
            assertEquals("relay.retry_later", why.code, "the relay says goodbye when it stops")
            phone.closeStore()
            while (phone.nextEvent() != null) Unit
            assertNull(phone.nextEvent())
            assertThrows<PhoneException.Closed> { runBlocking { phone.status() } }
            office.start()
        }
    }

    @Test
    fun `errors have codes`() = runBlocking {
        withPhone(store, "kotlin-story/1", FileKeys(Path.of("$store.key"))) { phone ->
            val refused = assertThrows<PhoneException.Refused> { runBlocking { phone.household("不是编号", false) } }
            assertEquals("id.malformed", refused.code)
            val stranger = assertThrows<PhoneException.Refused> { runBlocking { phone.sync() } }
            assertEquals("phone.not_enrolled", stranger.code)
        }
    }

    @Test
    fun `a worker is told, speaks up and writes down what residents allow`() = runBlocking {
        Office(folder).use { office ->
            val said = """{"name":"邻里社区","icp_filing":"","police_filing":"","app_filing":"","complaints":"12345"}"""
            office.ask("PUT", "operator", said)
            office.ask("POST", "privacy-notices", """{"zh":"第一版"}""")
            val phone = enrolled(office, "王芳")
            val home = office.household("王秀英")
            office.stop()
            readsTheNotice(phone)
            val complaint = complains(phone)
            asksForConsent(phone, home)

            office.start()
            assertTrue(phone.sync().caughtUp)
            office.settle()
            val receipt = office.ask("GET", "privacy-notices/1/receipts").jsonArray.single().jsonObject
            assertEquals("王芳" to true, receipt.text("name") to (receipt["read_at"] != JsonNull))
            val listed = office.ask("GET", "complaints").jsonArray.single().jsonObject
            assertEquals("名册里的门牌错了" to "true", listed.text("text") to listed.text("of_resident"))
            office.ask("POST", "complaints/${listed.text("id")}/answer", """{"text":"已改正"}""")
            phone.sync()
            val told = phone.complaints().single()
            assertEquals(listOf(complaint, "已改正", false), listOf(told.id, told.answer, told.unsent))
            assertNotNull(told.answeredAtMs)
            phone.closeStore()
        }
    }

    private suspend fun readsTheNotice(phone: Phone) {
        val operator = phone.operator()
        assertEquals(listOf("邻里社区", "12345", null), listOf(operator.name, operator.complaints, operator.icpFiling))
        val notice = operator.notice!!
        assertEquals(listOf(1L, "第一版", null), listOf(notice.version, notice.text, notice.readAtMs))
        val other = assertThrows<PhoneException.Refused> { runBlocking { phone.readNotice(2) } }
        assertEquals("phone.no_notice", other.code)
        assertEquals(true to false, phone.readNotice(1).changed to phone.readNotice(1).changed, "once")
        assertNotNull(phone.operator().notice?.readAtMs, "it is not shown again")
    }

    private suspend fun complains(phone: Phone): String {
        val blank = assertThrows<PhoneException.Refused> { runBlocking { phone.complain(NewComplaint("  ")) } }
        assertEquals("phone.complaint_text", blank.code)
        val new = NewComplaint("名册里的门牌错了", ofResident = true, id = "00000000000000000000000020")
        val first = phone.complain(new)
        assertEquals(first, phone.complain(new), "asked again it adds nothing")
        val told = phone.complaints().single()
        assertEquals(listOf(first.id, "resident", null, true), listOf(told.id, told.saidBy, told.answer, told.unsent))
        return first.id
    }

    private suspend fun asksForConsent(phone: Phone, home: String) {
        val resident = phone.household(home, false).residents.single().id
        suspend fun said() = phone.consents(home, resident).associateBy { it.purpose }
        assertEquals(setOf(ConsentStanding.NOT_ASKED), said().values.map { it.standing }.toSet())
        val agrees = NewConsent(Purpose.PUBLISH, given = true, how = Manner.SIGNED, id = "0000000000010")
        val first = phone.consent(home, resident, agrees)
        assertEquals(first, phone.consent(home, resident, agrees), "asked again it adds nothing")
        val published = said().getValue(Purpose.PUBLISH)
        assertEquals(ConsentStanding.GIVEN, published.standing)
        val entry = published.said.single()
        assertEquals(listOf(first.id, Manner.SIGNED, "王芳", 1L), listOf(entry.id, entry.how, entry.author, entry.notice))
        phone.consent(home, resident, NewConsent(Purpose.PUBLISH, given = false, how = Manner.SPOKEN))
        val after = said()
        assertEquals(ConsentStanding.WITHDRAWN, after.getValue(Purpose.PUBLISH).standing)
        val entries = after.getValue(Purpose.PUBLISH).said.map { it.given to it.stands }
        assertEquals(listOf(true to false, false to true), entries)
        assertEquals(ConsentStanding.NOT_ASKED, after.getValue(Purpose.CONTACT_BY_PHONE).standing, "one is no other")
        val nobody = assertThrows<PhoneException.Refused> { runBlocking { phone.consents(home, "0".repeat(13)) } }
        assertEquals("phone.no_resident", nobody.code)
    }

    private fun decide(office: Office, value: String, reason: String) {
        val conflict = office.command("conflicts", "--status", "open").single()
        val values = conflict.getValue("values").jsonArray.map { it.jsonObject }
        val choice = values.single { it.text("value") == value }.text("choice")
        office.command("resolve", conflict.text("id"), "--choose", choice, "--reason", reason)
    }

    /** Another process records a visit, says so, and is killed at once. */
    private fun savedAndKilled(name: String, note: String): String {
        val command = java("linli.AtTheDoorKt", store, name, note)
        val app = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val visit = app.inputReader().readLine()
        app.destroyForcibly().waitFor()
        return checkNotNull(visit) { "the app said that it saved" }
    }
}
