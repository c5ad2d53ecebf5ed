package linli

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * What happens on the kept connection, from now until the phone is closed. Connects when it is collected; one
 * collector at a time, since each event is told once. A hint to look again, never the only news of anything: when the
 * collector comes back after a while, ask for [Phone.status].
 */
fun Phone.events(): Flow<SyncEvent> = flow {
    stayConnected()
    while (true) emit(nextEvent() ?: break)
}

/** Opens a phone for as long as [work] takes and closes its store afterwards, whatever happened. */
suspend fun <T> withPhone(
    folder: String,
    app: String,
    keys: KeyStore?,
    language: Language = Language.CHINESE,
    work: suspend (Phone) -> T,
): T {
    val phone = Phone.open(folder, app, language, keys)
    try {
        return work(phone)
    } finally {
        phone.closeStore()
    }
}
