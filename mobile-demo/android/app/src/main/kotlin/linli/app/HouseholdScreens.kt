package linli.app

import android.content.Intent
import android.net.Uri
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.FilterChip
import androidx.compose.material3.OutlinedButton
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
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.launch
import linli.Outcome
import linli.Phone
import linli.screens.HouseholdState
import linli.screens.VisitDraft
import java.text.DateFormat
import java.util.Date

/** A household's card. */
@Composable
fun CardScreen(phone: Phone, id: String, news: Int, open: (Place) -> Unit, back: () -> Unit) {
    var state by remember(id) { mutableStateOf(HouseholdState()) }
    val context = LocalContext.current
    LaunchedEffect(id, news) { state = state.showing(phone, id) }
    Page(state.card?.address.orEmpty(), back) {
        Told(state.failure)
        val card = state.card ?: return@Page
        Column(Modifier.verticalScroll(rememberScrollState()), verticalArrangement = Arrangement.spacedBy(12.dp)) {
            Button(onClick = { open(Place.Visit(card.id)) }, Modifier.fillMaxWidth()) { Words(said(Text.RecordVisit)) }
            card.contactPhone?.let { number ->
                val call = Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null))
                OutlinedButton(onClick = { context.startActivity(call) }) { Words("${said(Text.Call)} $number") }
            }
            if (card.tags.isNotEmpty()) Words(card.tags.joinToString(" · "))
            card.note?.let { Fact(Text.Note, it) }
            for (conflict in card.conflicts) {
                Words("${said(Text.Conflict)}:${conflict.label} ${conflict.versions.joinToString(" / ") { it.value }}")
            }
            Fact(Text.Residents, card.residents.joinToString("\n") { listOfNotNull(it.name, it.relation).joinToString(" ") })
            val dates = DateFormat.getDateInstance(DateFormat.MEDIUM)
            val visits = card.visits.map { visit ->
                val what = listOf(dates.format(Date(visit.atMs)), said(textOf(visit.outcome)))
                (what + listOfNotNull(visit.note) + visit.needs).joinToString(" · ")
            }
            Fact(Text.Visits, visits.joinToString("\n").ifEmpty { said(Text.NoVisits) })
        }
    }
}

/** A visit while it is typed. The system keeps the draft when it ends the app. */
@Composable
fun VisitScreen(phone: Phone, household: String, done: () -> Unit, back: () -> Unit) {
    var outcome by rememberSaveable { mutableStateOf<Outcome?>(null) }
    var atHome by rememberSaveable { mutableStateOf("") }
    var needs by rememberSaveable { mutableStateOf("") }
    var note by rememberSaveable { mutableStateOf("") }
    var tried by remember { mutableStateOf(VisitDraft()) }
    var saving by remember { mutableStateOf(false) }
    val scope = rememberCoroutineScope()
    val draft = VisitDraft(outcome, atHome.toUIntOrNull(), needs, note)
    Page(said(Text.RecordVisit), back) {
        FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
            for (one in Outcome.entries) {
                FilterChip(one == outcome, onClick = { outcome = one }, label = { Words(said(textOf(one))) })
            }
        }
        val digits = KeyboardOptions(keyboardType = KeyboardType.Number)
        OutlinedTextField(atHome, { atHome = it }, label = { Words(said(Text.AtHome)) }, keyboardOptions = digits)
        OutlinedTextField(needs, { needs = it }, Modifier.fillMaxWidth(), label = { Words(said(Text.Needs)) })
        OutlinedTextField(note, { note = it }, Modifier.fillMaxWidth(), label = { Words(said(Text.Note)) })
        Told(tried.failure)
        val save = {
            saving = true
            scope.launch {
                tried = draft.saving(phone, household)
                saving = false
                if (tried.saved != null) done()
            }
            Unit
        }
        Button(onClick = save, Modifier.fillMaxWidth(), enabled = draft.visit != null && !saving) {
            Words(said(Text.Save))
        }
    }
}
