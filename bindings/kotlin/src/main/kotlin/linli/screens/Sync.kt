package linli.screens

import linli.Phone
import linli.PhoneException
import linli.SyncEvent

/** How it stands between phone and office, in one word. None of them is an alarm: what is recorded is safe. */
enum class SyncMark {
    /** It belongs to no community yet. */
    NOT_ENROLLED,

    /** The office does not let this phone fetch anything. */
    TOLD,

    /** The office did not take something; a person has to look. */
    REFUSED,

    /** Something waits to be handed in. */
    WAITING,

    /** The office has everything. */
    SETTLED,
}

/** The page of the connection. */
data class SyncState(
    val mark: SyncMark = SyncMark.NOT_ENROLLED,
    val unsent: ULong = 0u,
    val carried: ULong = 0u,
    val notices: ULong = 0u,
    val lastSyncMs: Long? = null,
    /** What the office said, newest first. */
    val said: List<String> = emptyList(),
    val connected: Boolean = false,
    val failure: Failure? = null,
) {
    /** What the phone says now. */
    suspend fun look(phone: Phone): SyncState = try {
        val status = phone.status()
        val mark = when {
            !status.enrolled -> SyncMark.NOT_ENROLLED
            status.told != null -> SyncMark.TOLD
            status.refused.isNotEmpty() -> SyncMark.REFUSED
            status.unsent + status.carried > 0u -> SyncMark.WAITING
            else -> SyncMark.SETTLED
        }
        val said = (listOfNotNull(status.told) + status.refused).map { it.text }
        copy(
            mark = mark,
            unsent = status.unsent,
            carried = status.carried,
            notices = status.notices,
            lastSyncMs = status.lastSyncMs,
            said = said,
        )
    } catch (refused: PhoneException) {
        copy(failure = refused.failure())
    }

    /** The page after something happened on the connection. */
    suspend fun after(phone: Phone, event: SyncEvent): SyncState = when (event) {
        is SyncEvent.Offline -> copy(connected = false, failure = Failure(event.why.code, event.why.text))
        is SyncEvent.Ended -> copy(connected = false, failure = Failure(event.why.code, event.why.text))
        else -> copy(connected = true, failure = null)
    }.look(phone)
}

/** What the system's scheduler is told of a synchronisation in the background. */
enum class Background {
    /** Everything is here and there. */
    DONE,

    /** There was no connection: worth another try. */
    LATER,

    /** Trying again changes nothing until a person does something. */
    NEVER,
}

/** Synchronises once, for the system's scheduler. */
suspend fun syncInBackground(phone: Phone): Background = try {
    if (phone.sync().caughtUp) Background.DONE else Background.LATER
} catch (_: PhoneException.Offline) {
    Background.LATER
} catch (_: PhoneException) {
    Background.NEVER
}
