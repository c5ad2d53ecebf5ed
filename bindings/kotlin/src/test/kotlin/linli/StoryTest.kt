package linli

import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** Enrolled, a visit without a signal, killed, opened again, synced, a conflict decided, told. */
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
