package linli

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import java.io.PrintStream
import java.nio.file.Path

/**
 * The phone of the scripted day, in Kotlin: a step a line on standard input, an answer a line on standard output.
 * Run by `linli-day`, which kills it where the script says so; tests/src/day/driven.rs has the steps.
 */
object DayPhone {
    @JvmStatic
    fun main(args: Array<String>): Unit = runBlocking {
        val folder = args.single()
        // Whatever language the machine speaks.
        val answers = PrintStream(System.out, true, Charsets.UTF_8)
        withPhone(folder, "kotlin-day/1", FileKeys(Path.of("$folder.key"))) { phone ->
            for (line in System.`in`.bufferedReader(Charsets.UTF_8).lineSequence()) {
                val step = Json.parseToJsonElement(line).jsonObject
                answers.println(buildJsonObject { carryOut(phone, step) })
            }
        }
    }

    private suspend fun JsonObjectBuilder.carryOut(phone: Phone, step: JsonObject) {
        when (val what = step.text("do")) {
            "enrol" -> phone.enrol(step.text("url"), step.text("code"))
            "sync" -> put("caught_up", phone.sync().caughtUp)
            "unsent" -> put("unsent", phone.status().unsent.toLong())
            "export" -> put("records", phone.exportUnsent(step.text("file")).records.toLong())
            "import" -> put("records", phone.importUnsent(step.text("file")).records.toLong())
            "notices" -> notices(phone.notices())
            "digests" -> digests(phone.digests())
            "add_household" -> put("id", phone.addHousehold(newHousehold(step)).id)
            "issue" -> phone.reportIssue(newIssue(step))
            else -> atTheDoor(phone, what, home(phone, step), step)
        }
    }

    private fun JsonObjectBuilder.notices(told: List<Notice>) = putJsonArray("notices") {
        for (one in told) addJsonObject {
            put("kept", one.kept)
            put("mine", one.mine)
            put("reason", one.reason)
        }
    }

    private fun JsonObjectBuilder.digests(held: List<SpaceDigest>) = putJsonArray("digests") {
        for (one in held) addJsonObject {
            put("space", one.space)
            put("documents", one.documents.toLong())
            put("code", one.code)
        }
    }

    private suspend fun atTheDoor(phone: Phone, what: String, home: String, step: JsonObject) {
        when (what) {
            "visit" -> phone.recordVisit(home, newVisit(step))
            "edit" -> phone.editHousehold(home, step.text("field"), step.text("typed"))
            "add_resident" -> phone.addResident(home, newResident(step))
            "edit_resident" ->
                phone.editResident(home, step.text("resident"), step.text("field"), step.text("typed"))
            else -> error("nobody knows how to $what")
        }
    }

    /** The household, found as a worker finds it: by name or address. */
    private suspend fun home(phone: Phone, step: JsonObject): String {
        val found = phone.households(HouseholdFilter(search = step.text("search"))).first().id
        check(found == step.text("household")) { "another household was found: $step" }
        return found
    }

    private fun newVisit(step: JsonObject) = NewVisit(
        outcome = Outcome.valueOf(step.text("outcome").uppercase()),
        atHome = step.said("at_home")?.toUInt(),
        needs = step["needs"]?.jsonArray?.map { it.jsonPrimitive.content }.orEmpty(),
        note = step.said("note"),
    )

    private fun newHousehold(step: JsonObject) = NewHousehold(
        grid = step.text("grid"),
        address = step.text("address"),
        contactPhone = step.said("contact_phone"),
        note = step.said("note"),
    )

    private fun newResident(step: JsonObject) = NewResident(
        name = step.text("name"),
        relation = step.said("relation"),
        gender = step.said("gender"),
        birth = step.said("birth"),
        phone = step.said("phone"),
    )

    private fun newIssue(step: JsonObject) = NewIssue(
        category = step.text("category"),
        text = step.text("text"),
        household = step.said("household"),
        place = step.said("place"),
    )

    private fun JsonObject.said(key: String): String? = get(key)?.jsonPrimitive?.contentOrNull
}
