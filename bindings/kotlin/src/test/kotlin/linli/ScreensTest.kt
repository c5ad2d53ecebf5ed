package linli

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.last
import kotlinx.coroutines.runBlocking
import linli.screens.Background
import linli.screens.HouseholdState
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
}
