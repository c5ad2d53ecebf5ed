package linli.app

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text as Words
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import linli.HouseholdItem
import linli.Phone
import linli.screens.SyncState
import linli.screens.TodayState

/** The list of the day, searched while typing. */
@Composable
fun TodayScreen(phone: Phone, news: Int, sync: SyncState, open: (Place) -> Unit) {
    var typed by rememberSaveable { mutableStateOf("") }
    var today by remember { mutableStateOf(TodayState()) }
    // Typing on cancels the search before.
    LaunchedEffect(typed, news) { today = today.showing(phone, typed) }
    Page(said(Text.Today)) {
        TextButton(onClick = { open(Place.Sync) }) { Words(said(textOf(sync.mark))) }
        OutlinedTextField(typed, { typed = it }, Modifier.fillMaxWidth(), label = { Words(said(Text.Search)) })
        Told(today.failure)
        if (today.due.isEmpty() && today.met.isEmpty()) Words(said(Text.NoHouseholds))
        LazyColumn(Modifier.fillMaxWidth()) {
            for ((title, homes) in listOf(Text.Due to today.due, Text.Met to today.met)) {
                if (homes.isEmpty()) continue
                item { Words("${said(title)} ${homes.size}", Modifier.padding(top = 8.dp).semantics { heading() }) }
                items(homes, key = { it.id }) { home -> Home(home) { open(Place.Card(home.id)) } }
            }
        }
    }
}

@Composable
private fun Home(home: HouseholdItem, open: () -> Unit) {
    Column(Modifier.fillMaxWidth().clickable(onClick = open).padding(vertical = 12.dp)) {
        Words(home.address, style = MaterialTheme.typography.titleMedium)
        Words((home.people + home.tags).joinToString(" · "))
        val marks = listOfNotNull(
            home.lastOutcome?.let { said(textOf(it)) },
            said(Text.Unsent).takeIf { home.unsent },
            said(Text.Conflict).takeIf { home.openConflicts > 0u },
        )
        if (marks.isNotEmpty()) Words(marks.joinToString(" · "), style = MaterialTheme.typography.labelMedium)
    }
}
