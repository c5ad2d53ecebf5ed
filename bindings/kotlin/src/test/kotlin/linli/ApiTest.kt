package linli

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.nio.file.Path
import kotlin.io.path.exists
import kotlin.io.path.readLines
import kotlin.io.path.toPath
import kotlin.io.path.writeLines

/** What an app can reach, compared with api.txt: a change of it is seen. */
class ApiTest {
    private val classes = Phone::class.java.protectionDomain.codeSource.location.toURI().toPath()
    private val kept = Path.of("api.txt")

    @Test
    fun `the api is the kept one`() {
        val now = listing(classes)
        if (System.getenv("LINLI_ACCEPT_API") != null) kept.writeLines(now)
        val before = if (kept.exists()) kept.readLines() else emptyList()
        val changed = differences(before, now).joinToString("\n")
        check(changed.isEmpty()) {
            "the API is not the one of bindings/kotlin/api.txt:\n$changed\napps that use it may break; if that is " +
                "meant, run `cargo xtask bindings --accept-api` and commit the listings"
        }
    }

    @Test
    fun `a change is shown with its type`() {
        val now = listing(classes)
        val before = now.map { it.replace("suspend fun sync(): SyncReport", "suspend fun sync(hurry: Boolean): SyncReport") }
        val phone = "open class Phone : AutoCloseable, PhoneInterface"
        val expected = listOf(
            "- $phone: suspend fun sync(hurry: Boolean): SyncReport",
            "+ $phone: suspend fun sync(): SyncReport",
        )
        assertEquals(expected, differences(before, now).filter { phone in it })
    }

    /** Lines that went and lines that came, each with its type. */
    private fun differences(before: List<String>, now: List<String>): List<String> {
        val (old, new) = withType(before) to withType(now)
        return (old - new.toSet()).map { "- $it" } + (new - old.toSet()).map { "+ $it" }
    }

    private fun withType(listing: List<String>): List<String> {
        var type = ""
        return listing.map { line ->
            if (!line.startsWith(" ")) type = line
            if (line == type) line else "$type: ${line.trim()}"
        }
    }
}
