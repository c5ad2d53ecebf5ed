package linli.app

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.FilterChip
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text as Words
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.launch
import linli.Phone
import linli.screens.ComplaintDraft
import linli.screens.RightsState

/** Who runs this, its privacy notice, and the box for what one wants to tell it. */
@Composable
fun RightsScreen(phone: Phone, news: Int, back: () -> Unit) {
    var state by remember { mutableStateOf(RightsState()) }
    val scope = rememberCoroutineScope()
    LaunchedEffect(news) { state = state.look(phone) }
    Page(said(Text.Rights), back) {
        Column(Modifier.verticalScroll(rememberScrollState()), verticalArrangement = Arrangement.spacedBy(12.dp)) {
            Told(state.failure)
            val notice = state.operator?.notice
            for (line in state.lines) Words(line)
            if (state.lines.isEmpty() && notice == null) Words(said(Text.NothingSaid))
            notice?.let { Fact(Text.PrivacyNotice, it.text) }
            if (state.unread != null) {
                Button(onClick = { scope.launch { state = state.reading(phone) } }, Modifier.fillMaxWidth()) {
                    Words(said(Text.HaveRead))
                }
            } else if (notice != null) {
                Words(said(Text.WasRead))
            }
            ComplaintBox(phone, saved = { scope.launch { state = state.look(phone) } })
            for (one in state.complaints) {
                Words("${said(textOf(one))}:${one.text}")
                one.answer?.let { Words(it) }
            }
        }
    }
}

/** A complaint while it is typed. The system keeps the draft when it ends the app. */
@Composable
private fun ComplaintBox(phone: Phone, saved: () -> Unit) {
    var text by rememberSaveable { mutableStateOf("") }
    var ofResident by rememberSaveable { mutableStateOf(false) }
    var tried by remember { mutableStateOf(ComplaintDraft()) }
    var saving by remember { mutableStateOf(false) }
    val scope = rememberCoroutineScope()
    val draft = ComplaintDraft(text, ofResident)
    Words(said(Text.WhoReads))
    OutlinedTextField(text, { text = it }, Modifier.fillMaxWidth(), label = { Words(said(Text.Complain)) })
    FilterChip(ofResident, onClick = { ofResident = !ofResident }, label = { Words(said(Text.OfResident)) })
    Told(tried.failure)
    val save = {
        saving = true
        scope.launch {
            tried = draft.saving(phone)
            saving = false
            if (tried.saved != null) {
                text = ""
                saved()
            }
        }
        Unit
    }
    Button(onClick = save, Modifier.fillMaxWidth(), enabled = draft.complaint != null && !saving) {
        Words(said(Text.Save))
    }
}
