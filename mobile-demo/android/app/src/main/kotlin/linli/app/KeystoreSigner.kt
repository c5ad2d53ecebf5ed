package linli.app

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec

/**
 * Signs with a key of the Android Keystore: in a chip of its own where the phone has one, otherwise in the
 * processor's secure part. It needs no unlocked screen, so that work is handed in in the background.
 */
class KeystoreSigner : Signer {
    private val keystore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    override fun make(): ByteArray {
        val public = try {
            generate(strongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P)
        } catch (_: StrongBoxUnavailableException) {
            generate(strongBox = false)
        }
        return pointOf(public)
    }

    override fun sign(message: ByteArray): ByteArray {
        val key = keystore.getKey(ALIAS, null) as PrivateKey?
            ?: throw GeneralSecurityException("the Keystore has lost the key $ALIAS")
        return Signature.getInstance("SHA256withECDSA").apply {
            initSign(key)
            update(message)
        }.sign()
    }

    private fun generate(strongBox: Boolean): ECPublicKey {
        val spec = KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_SIGN)
            .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
            .setDigests(KeyProperties.DIGEST_SHA256)
        if (strongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) spec.setIsStrongBoxBacked(true)
        val generator = KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, PROVIDER)
        generator.initialize(spec.build())
        return generator.generateKeyPair().public as ECPublicKey
    }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val ALIAS = "linli.phone.signs"
    }
}
