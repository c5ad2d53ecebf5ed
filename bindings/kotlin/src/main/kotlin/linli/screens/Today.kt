package linli.screens

import linli.Household
import linli.HouseholdFilter
import linli.HouseholdItem
import linli.Outcome
import linli.Phone
import linli.PhoneException

/** The list of the day: who was never met stands first. */
data class TodayState(
    val search: String = "",
    /** Never visited, nobody in, or to come again. */
    val due: List<HouseholdItem> = emptyList(),
    val met: List<HouseholdItem> = emptyList(),
    val failure: Failure? = null,
) {
    /** The list for what was typed so far. Whoever types on cancels the call before. */
    suspend fun showing(phone: Phone, search: String): TodayState = try {
        val typed = search.trim().ifEmpty { null }
        val (due, met) = phone.households(HouseholdFilter(search = typed, limit = SHOWN_MAX)).partition { it.isDue() }
        TodayState(search, due, met)
    } catch (refused: PhoneException) {
        copy(search = search, failure = refused.failure())
    }

    companion object {
        /** More than a grid has; a list on a small phone still scrolls with them. */
        const val SHOWN_MAX: UInt = 1000u
    }
}

/** Whether a worker should still go there. */
fun HouseholdItem.isDue(): Boolean = when (lastOutcome) {
    null, Outcome.NO_ANSWER, Outcome.REVISIT -> true
    Outcome.DONE, Outcome.MOVED, Outcome.REFUSED -> false
}

/** A household's card. */
data class HouseholdState(val card: Household? = null, val failure: Failure? = null) {
    /** The card as it is now. */
    suspend fun showing(phone: Phone, id: String): HouseholdState = try {
        HouseholdState(phone.household(id, false))
    } catch (refused: PhoneException) {
        copy(failure = refused.failure())
    }
}
