package linli.screens

import linli.Complaint
import linli.NewComplaint
import linli.Operator
import linli.Phone
import linli.PhoneException
import linli.PrivacyNotice
import linli.SavedComplaint

/** Who runs this, its privacy notice, and what it was told. */
data class RightsState(
    val operator: Operator? = null,
    /** From this worker's phones, newest first. */
    val complaints: List<Complaint> = emptyList(),
    val failure: Failure? = null,
) {
    /** What the operator says of itself, a line each. */
    val lines: List<String>
        get() = operator?.let { listOfNotNull(it.name, it.icpFiling, it.policeFiling, it.appFiling, it.complaints) }.orEmpty()

    /** The notice in force while the worker has not read it. */
    val unread: PrivacyNotice? get() = operator?.notice?.takeIf { it.readAtMs == null }

    /** What the phone says now. */
    suspend fun look(phone: Phone): RightsState = try {
        RightsState(phone.operator(), phone.complaints())
    } catch (refused: PhoneException) {
        copy(failure = refused.failure())
    }

    /** The worker has read what is shown. Where another notice came meanwhile nothing is signed, and that one is shown. */
    suspend fun reading(phone: Phone): RightsState {
        val notice = unread ?: return this
        return try {
            phone.readNotice(notice.version)
            look(phone)
        } catch (refused: PhoneException) {
            look(phone).copy(failure = refused.failure())
        }
    }
}

/** A complaint while it is typed. */
data class ComplaintDraft(
    val text: String = "",
    /** It is a resident's who stands beside the worker. */
    val ofResident: Boolean = false,
    val saved: SavedComplaint? = null,
    val failure: Failure? = null,
) {
    /** What would be saved; nothing while there are no words. */
    val complaint: NewComplaint?
        get() = text.trim().ifEmpty { null }?.let { NewComplaint(text = it, ofResident = ofResident) }

    /** Saves it once: what was saved stays saved, whatever is tapped afterwards. */
    suspend fun saving(phone: Phone): ComplaintDraft {
        val complaint = complaint
        if (saved != null || complaint == null) return this
        return try {
            copy(saved = phone.complain(complaint), failure = null)
        } catch (refused: PhoneException) {
            copy(failure = refused.failure())
        }
    }
}
