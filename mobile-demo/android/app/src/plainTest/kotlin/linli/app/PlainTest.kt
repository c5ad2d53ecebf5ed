package linli.app

import linli.Complaint
import linli.KeyStoreException
import linli.Language
import linli.Outcome
import linli.screens.SyncMark
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import kotlin.experimental.xor

/** What of the Android app needs no Android. */
class PlainTest {
    @TempDir
    lateinit var folder: File

    private object Flips : Sealer {
        override fun seal(secret: ByteArray) = ByteArray(secret.size) { secret[it] xor 1 }

        override fun open(sealed: ByteArray) = seal(sealed)
    }

    @Test
    fun `the secret lies sealed and comes back`() {
        val file = File(folder, "key")
        val keys = SealedKeys(file, Flips)
        assertNull(keys.load())
        keys.save(byteArrayOf(1, 2, 3))
        assertArrayEquals(byteArrayOf(0, 3, 2), file.readBytes())
        assertArrayEquals(byteArrayOf(1, 2, 3), SealedKeys(file, Flips).load())
        val locked = SealedKeys(file, object : Sealer by Flips {
            override fun open(sealed: ByteArray) = throw GeneralSecurityException("locked")
        })
        assertThrows<KeyStoreException.Failed> { locked.load() }
    }

    @Test
    fun `a phone without secure hardware keeps a secret and one with it signs`() {
        val without = SealedKeys(File(folder, "key"), Flips)
        assertNull(without.makeSigningKey())
        assertThrows<KeyStoreException.Failed> { without.sign(byteArrayOf(1)) }
        val hardware = object : Signer {
            override fun make() = byteArrayOf(4)

            override fun sign(message: ByteArray) = message + 5
        }
        val with = SealedKeys(File(folder, "key"), Flips, hardware)
        assertArrayEquals(byteArrayOf(4), with.makeSigningKey())
        assertArrayEquals(byteArrayOf(1, 5), with.sign(byteArrayOf(1)))
    }

    @Test
    fun `a point is written in full whatever its numbers are`() {
        val generator = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }
        // One coordinate in 256 begins with a zero, and every second one needs a sign.
        repeat(600) {
            val key = generator.generateKeyPair().public as ECPublicKey
            assertArrayEquals(key.encoded.takeLast(65).toByteArray(), pointOf(key))
        }
    }

    @Test
    fun `back leads where one came from`() {
        val card = Places().begin(Place.Today).open(Place.Card("a"))
        assertEquals(Place.Visit("a"), card.open(Place.Visit("a")).open(Place.Visit("a")).here)
        assertEquals(card, card.open(Place.Visit("a")).back())
        assertTrue(card.back().isFirst)
        assertEquals(card.back(), card.back().back())
    }

    @Test
    fun `everything is said in both languages`() {
        val all = Language.entries.flatMap { language -> Text.entries.map { it.of(language) } }
        assertTrue(all.none { it.isBlank() })
        assertEquals("今天" to "Today", Text.Today.of(languageOf("zh-CN")) to Text.Today.of(languageOf("en-GB")))
        assertEquals(Outcome.entries.size, Outcome.entries.map { textOf(it) }.toSet().size)
        assertEquals(SyncMark.entries.size, SyncMark.entries.map { textOf(it) }.toSet().size)
    }

    @Test
    fun `an answer counts for more than where a complaint lies`() {
        val waits = Complaint("a", "门牌错了", "worker", 0, answer = null, answeredAtMs = null, unsent = false)
        assertEquals(Text.WaitsForAnswer, textOf(waits))
        assertEquals(Text.Unsent, textOf(waits.copy(unsent = true)))
        assertEquals(Text.Answered, textOf(waits.copy(answer = "已改正", unsent = true)))
    }
}
