package linli.app

import androidx.compose.material3.Button
import androidx.compose.material3.Text as Words
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import linli.Phone
import linli.PhoneException
import linli.screens.SyncState
import java.text.DateFormat
import java.util.Date

/** How it stands between phone and office. */
@Composable
fun SyncScreen(phone: Phone, sync: SyncState, open: (Place) -> Unit, back: () -> Unit) {
    Page(said(Text.Sync), back) {
        Words(said(textOf(sync.mark)))
        Fact(Text.Waiting, sync.unsent.toString())
        if (sync.carried > 0u) Fact(Text.Carried, sync.carried.toString())
        if (sync.notices > 0u) Fact(Text.Notices, sync.notices.toString())
        val last = sync.lastSyncMs?.let { DateFormat.getDateTimeInstance().format(Date(it)) }
        Fact(Text.LastSync, last ?: said(Text.Never))
        for (line in sync.said) Words(line)
        Told(sync.failure)
        Button(onClick = { hurry(phone) }) { Words(said(Text.SyncNow)) }
        TextButton(onClick = { open(Place.Rights) }) { Words(said(Text.Rights)) }
    }
}

/** Lets the kept connection look at once; what happens is told by its events. */
private fun hurry(phone: Phone) = try {
    phone.stayConnected()
} catch (_: PhoneException) {
    // The phone is closed: the app is on its way out.
}
