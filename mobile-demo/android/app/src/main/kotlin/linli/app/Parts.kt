package linli.app

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text as Words
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import linli.screens.Failure

/** A page with its title, and the way back where there is one. */
@Composable
fun Page(title: String, back: (() -> Unit)? = null, content: @Composable ColumnScope.() -> Unit) {
    Column(Modifier.fillMaxSize().padding(16.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
        Row(Modifier.fillMaxWidth(), verticalAlignment = Alignment.CenterVertically) {
            back?.let { TextButton(onClick = it) { Words(said(Text.Back)) } }
            Words(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.headlineSmall)
        }
        content()
    }
}

/** Why something was not done; nothing when all is well. Read aloud when it appears. */
@Composable
fun Told(failure: Failure?) {
    if (failure == null) return
    Words(
        "${failure.text}(${failure.code})",
        Modifier.semantics { liveRegion = LiveRegionMode.Polite },
        color = MaterialTheme.colorScheme.error,
    )
}

/** A name and what it is. */
@Composable
fun Fact(name: Text, value: String) {
    Column {
        Words(said(name), style = MaterialTheme.typography.labelMedium)
        Words(value, style = MaterialTheme.typography.bodyLarge)
    }
}
