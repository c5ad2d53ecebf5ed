package linli

import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import java.nio.file.Path

/** A worker's app that is killed right after it said that a visit is saved: run as a process of its own. */
fun main(args: Array<String>): Unit = runBlocking {
    val (folder, name, note) = args
    val phone = Phone.open(folder, "kotlin-story/1", Language.CHINESE, FileKeys(Path.of("$folder.key")))
    val home = phone.households(HouseholdFilter(search = name)).single()
    val visit = NewVisit(outcome = Outcome.DONE, atHome = 2u, note = note)
    val saved = phone.recordVisit(home.id, visit)
    phone.editHousehold(home.id, "contact_phone", "13800002222")
    println(saved.id)
    awaitCancellation()
}
