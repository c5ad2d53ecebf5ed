package linli.screens

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transformWhile
import linli.Phone
import linli.PhoneException
import linli.SyncEvent
import linli.events

/** Why something was not done, as it is shown. */
data class Failure(val code: String, val text: String)

/** What to show of a call that did not do what was asked. */
fun PhoneException.failure(): Failure = when (this) {
    is PhoneException.Offline -> Failure(code, text)
    is PhoneException.Refused -> Failure(code, text)
    is PhoneException.Closed -> Failure("phone.closed", message)
}

/** How far a phone has come before it can be worked with. */
enum class StartStep {
    /** It belongs to no community yet. */
    ENROL,

    /** The office has to compare fingerprints, or says why this phone may not fetch anything. */
    CONFIRM,

    /** Records are coming. */
    DOWNLOAD,

    /** Work can begin. */
    READY,
}

/** The first screens: enrolment and first download. */
data class StartState(
    val step: StartStep = StartStep.ENROL,
    val community: String? = null,
    /** This phone's, to compare aloud with the office. */
    val fingerprint: String = "",
    /** The relay's, likewise; known right after enrolling. */
    val relayFingerprint: String? = null,
    /** What the office says while it lets nothing be fetched. */
    val told: String? = null,
    val pagesDone: UInt = 0u,
    val pages: UInt = 0u,
    val failure: Failure? = null,
) {
    /** How much of the download is here, 0 to 1; nothing while its size is not known. */
    val share: Float?
        get() = when {
            step == StartStep.READY -> 1f
            pages == 0u -> null
            else -> pagesDone.toFloat() / pages.toFloat()
        }

    /** What the phone says now. */
    suspend fun look(phone: Phone): StartState = orFailure {
        val status = phone.status()
        val step = when {
            !status.enrolled -> StartStep.ENROL
            status.told != null -> StartStep.CONFIRM
            status.spaces.isEmpty() || status.spaces.any { it.state != "live" } -> StartStep.DOWNLOAD
            else -> StartStep.READY
        }
        copy(
            step = step,
            community = status.community,
            fingerprint = phone.fingerprint(),
            told = status.told?.text,
            pagesDone = status.spaces.sumOf { it.pagesDone },
            pages = status.spaces.sumOf { it.pages },
            failure = null,
        )
    }

    /** Enrols with what the camera read. */
    suspend fun scanned(phone: Phone, text: String): StartState = orFailure {
        copy(relayFingerprint = phone.enrolScanned(text).relayFingerprint).look(phone)
    }

    /** Enrols with what was typed. */
    suspend fun typed(phone: Phone, relay: String, code: String): StartState = orFailure {
        copy(relayFingerprint = phone.enrol(relay.trim(), code.trim()).relayFingerprint).look(phone)
    }

    /** The download as it goes on, until work can begin. Begins where it was left, also after a kill. */
    fun downloading(phone: Phone): Flow<StartState> = flow {
        var state = look(phone)
        emit(state)
        if (state.step == StartStep.READY) return@flow
        emitAll(
            phone.events().transformWhile { event ->
                state = state.after(phone, event)
                emit(state)
                state.step != StartStep.READY && event !is SyncEvent.Ended
            },
        )
    }

    private suspend fun after(phone: Phone, event: SyncEvent): StartState = when (event) {
        is SyncEvent.Offline -> copy(failure = Failure(event.why.code, event.why.text))
        is SyncEvent.Ended -> copy(failure = Failure(event.why.code, event.why.text))
        else -> look(phone)
    }

    private inline fun orFailure(work: () -> StartState): StartState = try {
        work()
    } catch (refused: PhoneException) {
        copy(failure = refused.failure())
    }
}
