package linli

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** The scripted day: the same for every language, with the same documents at its end. */
class DayTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the day ends with the same documents`() {
        val phone = java("linli.DayPhone", folder.resolve("phone").toString())
        val command = ProcessBuilder(listOf(binary("linli-day")) + phone)
        val day = command.redirectErrorStream(true).start()
        val said = day.inputReader().readText()
        assertEquals(0, day.waitFor(), said)
    }
}
