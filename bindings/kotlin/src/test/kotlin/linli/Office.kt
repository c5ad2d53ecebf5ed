package linli

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.nio.file.Path
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.time.Duration
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlin.time.TimeSource
import kotlin.time.toKotlinDuration

const val GRID = "999999000001001"
private const val COMMUNITY = "样例社区"
private val PATIENCE = Duration.ofSeconds(60)
private const val ROSTER = """网格编码,小区,楼栋,单元,房号,姓名,联系电话
$GRID,阳光花园,1,1,101,王秀英,13700000001
$GRID,阳光花园,1,1,102,李建国,13700000002
"""

private val binaries = Path.of(System.getenv("LINLI_BIN_DIR") ?: error("LINLI_BIN_DIR says where linli is"))

/** A program of the workspace. */
fun binary(name: String): String = binaries.resolve(name).toString()

/** What starts a program of these tests as a process of its own. */
fun java(program: String, vararg args: String): List<String> {
    val java = ProcessHandle.current().info().command().get()
    val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
    val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
    return listOf(java, library, "-cp", classes, program) + args
}

fun JsonObject.text(key: String): String = getValue(key).jsonPrimitive.content

/** What a program printed with --json, one object a line. */
fun said(program: String, vararg args: String, token: String? = null): List<JsonObject> {
    val command = ProcessBuilder(listOf(binary(program)) + args + "--json")
    token?.let { command.environment()["LINLI_TOKEN"] = it }
    val process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start()
    val lines = process.inputReader().readLines()
    check(process.waitFor() == 0) { "$program ${args.toList()}: $lines" }
    return lines.map { Json.parseToJsonElement(it).jsonObject }
}

/** The relay, started and stopped as an office would. */
class Office(folder: Path) : AutoCloseable {
    private val data = folder.resolve("office")
    private var address = "127.0.0.1:0"
    private lateinit var process: Process
    lateinit var url: String

    init {
        start()
        val roster = folder.resolve("名册.csv")
        roster.writeText(ROSTER)
        command("import", "roster", roster.toString(), "--community", COMMUNITY)
    }

    /** On the same address as before, once it is known. */
    fun start() {
        val serve = listOf("serve", "--json", "--data", data.toString(), "--listen", address)
        val builder = ProcessBuilder(listOf(binary("linli")) + serve)
        process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start()
        url = Json.parseToJsonElement(process.inputReader().readLine()).jsonObject.text("url")
        address = url.removePrefix("http://")
    }

    fun stop() {
        process.destroy()
        process.waitFor()
    }

    override fun close() = stop()

    private fun token(): String = data.resolve("admin-token").readText().trim()

    fun command(vararg args: String): List<JsonObject> = said("linli", *args, "--url", url, token = token())

    /** What the relay's API answers, for what the command line has no word. */
    fun ask(method: String, path: String, body: String = ""): JsonElement {
        val request = HttpRequest.newBuilder(URI("$url/v1/$path")).timeout(PATIENCE)
            .header("Authorization", "Bearer ${token()}")
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
        val answer = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "$method $path: ${answer.body()}" }
        return Json.parseToJsonElement(answer.body())
    }

    /** Asks until lists show everything that is durable. */
    fun settle() {
        val deadline = TimeSource.Monotonic.markNow() + PATIENCE.toKotlinDuration()
        do {
            check(deadline.hasNotPassedNow()) { "waited too long for the lists" }
            val status = ask("GET", "status").jsonObject
        } while (status["applied"] != status["durable"])
    }

    fun codeFor(worker: String): String {
        command("workers", "add", worker, "--grid", GRID)
        return command("enrol-code", "--worker", worker).single().text("code")
    }

    fun household(name: String): String = command("households", "--search", name).first().text("id")
}

/** Another worker's phone. */
class Colleague(office: Office, folder: Path, worker: String) {
    private val store = folder.resolve(worker).toString()

    init {
        command("enrol", office.url, office.codeFor(worker))
        command("sync")
    }

    fun command(vararg args: String): List<JsonObject> = said("linli-phone", "--store", store, *args)
}

/** A key store as an app writes one: here a file, on Android the Keystore. It signs, and keeps a secret as well. */
class FileKeys(private val path: Path) : KeyStore {
    private val pair = Path.of("$path.pair")

    override fun makeSigningKey(): ByteArray {
        val generator = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }
        val made = generator.generateKeyPair()
        pair.toFile().writeBytes(made.private.encoded)
        // The description of the curve comes first, then the point: one byte 4, x and y.
        return made.public.encoded.takeLast(POINT_BYTES).toByteArray()
    }

    override fun sign(message: ByteArray): ByteArray {
        val key = KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(pair.toFile().readBytes()))
        return Signature.getInstance("SHA256withECDSA").apply { initSign(key); update(message) }.sign()
    }

    override fun load(): ByteArray? = path.toFile().takeIf { it.exists() }?.readBytes()

    override fun save(secret: ByteArray) = path.toFile().writeBytes(secret)

    private companion object {
        const val POINT_BYTES = 65
    }
}
