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

/** Signs with a key that does not leave the platform's key store: ECDSA on P-256 with SHA-256. */
interface Signer {
    /** Makes a new key in place of any earlier one, and returns its point in full: 4, x and y. */
    fun make(): ByteArray

    /** In DER. */
    fun sign(message: ByteArray): ByteArray
}

/**
 * What a phone signs with, in the platform's key store; on a platform without [signer] the secret of it, in a file
 * that only the key store can open.
 */
class SealedKeys(
    private val file: File,
    private val sealer: Sealer,
    private val signer: Signer? = null,
) : KeyStore {
    override fun makeSigningKey(): ByteArray? = orFailed { signer?.make() }

    override fun sign(message: ByteArray): ByteArray = orFailed {
        signer?.sign(message) ?: throw GeneralSecurityException("this key store keeps no signing key")
    }

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
