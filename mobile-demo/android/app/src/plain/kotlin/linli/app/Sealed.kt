package linli.app

import linli.KeyStore
import linli.KeyStoreException
import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.StandardCopyOption
import java.security.GeneralSecurityException

/** Encrypts with a key that does not leave the platform's key store. */
interface Sealer {
    fun seal(secret: ByteArray): ByteArray

    fun open(sealed: ByteArray): ByteArray
}

/** Keeps the phone's secret in a file that only the platform's key store can open. */
class SealedKeys(private val file: File, private val sealer: Sealer) : KeyStore {
    override fun load(): ByteArray? = orFailed { if (file.exists()) sealer.open(file.readBytes()) else null }

    override fun save(secret: ByteArray) = orFailed {
        val beside = File(file.path + ".new")
        beside.outputStream().use { out ->
            out.write(sealer.seal(secret))
            out.fd.sync()
        }
        // The old file or the new one, never half of one.
        Files.move(beside.toPath(), file.toPath(), StandardCopyOption.ATOMIC_MOVE)
        Unit
    }

    private fun <T> orFailed(work: () -> T): T = try {
        work()
    } catch (error: IOException) {
        throw KeyStoreException.Failed(error.toString())
    } catch (error: GeneralSecurityException) {
        throw KeyStoreException.Failed(error.toString())
    }
}
