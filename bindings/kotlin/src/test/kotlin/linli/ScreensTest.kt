package linli

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.last
import kotlinx.coroutines.runBlocking
import linli.screens.Background
import linli.screens.ComplaintDraft
import linli.screens.HouseholdState
import linli.screens.RightsState
import linli.screens.StartState
import linli.screens.StartStep
import linli.screens.SyncMark
import linli.screens.SyncState
import linli.screens.TodayState
import linli.screens.VisitDraft
import linli.screens.syncInBackground
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** What the screens of an app show, from enrolment to a visit that the office has. */
class ScreensTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `a day on the screens`() = runBlocking {
        Office(folder).use { office ->
            withPhone(folder.resolve("phone").toString(), "screens/1", FileKeys(folder.resolve("key"))) { phone ->
                val nobody = StartState().look(phone)
                assertEquals(StartStep.ENROL to phone.fingerprint(), nobody.step to nobody.fingerprint)
                assertEquals(SyncMark.NOT_ENROLLED, SyncState().look(phone).mark)
                assertEquals(Background.NEVER, syncInBackground(phone))
                assertEquals("enrol.bad_code", nobody.typed(phone, office.url, "AAAA-BBBB-CCCC-DDDD").failure?.code)

                val enrolled = nobody.typed(phone, " ${office.url} ", office.codeFor("王芳"))
                assertEquals(StartStep.DOWNLOAD to null, enrolled.step to enrolled.failure)
                val ready = enrolled.downloading(phone).last()
                assertEquals(StartStep.READY to "样例社区", ready.step to ready.community)
                assertEquals(1f, ready.share)

                val today = TodayState().showing(phone, "")
                assertEquals(listOf("王秀英", "李建国"), today.due.flatMap { it.people })
                val found = today.showing(phone, "ljg")
                val home = found.due.single()
                assertEquals("李建国", home.people.single())

                val blank = VisitDraft(needs = "修灯\n\n 换锁 ", note = " ")
                assertNull(blank.saving(phone, home.id).saved, "nobody has said how it went")
                val typed = blank.copy(outcome = Outcome.DONE)
                val saved = typed.saving(phone, home.id)
                assertEquals(saved, saved.saving(phone, home.id), "the second tap saves nothing")
                val visit = HouseholdState().showing(phone, home.id).card!!.visits.single()
                assertEquals(listOf("修灯", "换锁") to null, visit.needs to visit.note)
                assertEquals(listOf("李建国"), TodayState().showing(phone, "").met.flatMap { it.people })
                assertEquals("id.malformed", typed.saving(phone, "不是编号").failure?.code)
                assertEquals("id.malformed", HouseholdState().showing(phone, "不是编号").failure?.code)

                phone.events().first { it is SyncEvent.CaughtUp && it.report.sent > 0u || it is SyncEvent.Sent }
                assertEquals(Background.DONE, syncInBackground(phone))
                val settled = SyncState().look(phone)
                assertEquals(SyncMark.SETTLED, settled.mark)
                office.stop()
                val offline = settled.after(phone, phone.events().first { it is SyncEvent.Offline })
                assertEquals(false to "relay.retry_later", offline.connected to offline.failure?.code)
                phone.disconnect()
                assertEquals(Background.LATER, syncInBackground(phone))
                phone.recordVisit(home.id, NewVisit(outcome = Outcome.REVISIT))
                assertEquals(SyncMark.WAITING to 1uL, offline.look(phone).run { mark to unsent })
                office.start()
            }
        }
    }

    @Test
    fun `who runs this and what it was told`() = runBlocking {
        Office(folder).use { office ->
            withPhone(folder.resolve("phone").toString(), "screens/1", FileKeys(folder.resolve("key"))) { phone ->
                phone.enrol(office.url, office.codeFor("王芳"))
                phone.sync()
                val silent = RightsState().look(phone)
                assertEquals(emptyList<String>() to null, silent.lines to silent.unread)
                assertEquals(silent, silent.reading(phone), "there is nothing to read")

                val said = """{"name":"邻里社区","icp_filing":"","police_filing":"","app_filing":"","complaints":"12345"}"""
                office.ask("PUT", "operator", said)
                office.ask("POST", "privacy-notices", """{"zh":"第一版"}""")
                phone.sync()
                val shown = silent.look(phone)
                assertEquals(listOf("邻里社区", "12345") to "第一版", shown.lines to shown.unread?.text)
                office.ask("POST", "privacy-notices", """{"zh":"第二版"}""")
                phone.sync()
                val other = shown.reading(phone)
                assertEquals("phone.no_notice" to "第二版", other.failure?.code to other.unread?.text)
                val read = other.reading(phone)
                assertEquals(listOf(null, null, 2L), listOf(read.failure, read.unread, read.operator?.notice?.version))

                assertNull(ComplaintDraft(" ").saving(phone).saved, "there are no words")
                val told = ComplaintDraft(" 门牌错了 ", ofResident = true).saving(phone)
                assertEquals(told, told.saving(phone), "the second tap saves nothing")
                val one = read.look(phone).complaints.single()
                assertEquals(listOf("门牌错了", "resident", true), listOf(one.text, one.saidBy, one.unsent))
            }
        }
    }
}
