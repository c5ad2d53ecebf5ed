package linli.screens

import linli.NewVisit
import linli.Outcome
import linli.Phone
import linli.PhoneException
import linli.SavedVisit

/** A visit while it is typed. */
data class VisitDraft(
    val outcome: Outcome? = null,
    val atHome: UInt? = null,
    /** One need a line. */
    val needs: String = "",
    val note: String = "",
    val saved: SavedVisit? = null,
    val failure: Failure? = null,
) {
    /** What would be saved; nothing while nobody has said how it went. */
    val visit: NewVisit?
        get() = outcome?.let { outcome ->
            val needs = needs.lines().map { it.trim() }.filter { it.isNotEmpty() }
            NewVisit(outcome = outcome, atHome = atHome, needs = needs, note = note.trim().ifEmpty { null })
        }

    /** Saves it once: what was saved stays saved, whatever is tapped afterwards. */
    suspend fun saving(phone: Phone, household: String): VisitDraft {
        val visit = visit
        if (saved != null || visit == null) return this
        return try {
            copy(saved = phone.recordVisit(household, visit), failure = null)
        } catch (refused: PhoneException) {
            copy(failure = refused.failure())
        }
    }
}
