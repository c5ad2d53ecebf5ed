package linli.app

import java.math.BigInteger
import java.security.interfaces.ECPublicKey

/** Bytes of a coordinate on P-256. */
private const val COORDINATE_BYTES = 32

/** The point as SEC 1 writes it in full: 4, x and y. */
fun pointOf(key: ECPublicKey): ByteArray =
    byteArrayOf(4) + coordinate(key.w.affineX) + coordinate(key.w.affineY)

/** BigInteger drops zeros in front and may put one there. */
private fun coordinate(number: BigInteger): ByteArray {
    val bytes = number.toByteArray().takeLast(COORDINATE_BYTES)
    return ByteArray(COORDINATE_BYTES - bytes.size) + bytes
}
