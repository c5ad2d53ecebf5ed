package linli.app

import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.BackHandler
import androidx.activity.compose.setContent
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.Modifier
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.lifecycleScope
import androidx.lifecycle.repeatOnLifecycle
import kotlinx.coroutines.launch
import linli.Language
import linli.Phone
import linli.PhoneException
import linli.events
import linli.screens.Failure
import linli.screens.StartState
import linli.screens.StartStep
import linli.screens.SyncState
import linli.screens.failure

/** In which language the screens speak. */
val LocalLanguage = staticCompositionLocalOf { Language.CHINESE }

/** A text in that language. */
@Composable
fun said(text: Text): String = text.of(LocalLanguage.current)

/** The only window. What it shows is decided in [Places] and the states of the wrapper. */
class MainActivity : ComponentActivity() {
    private var phone by mutableStateOf<Phone?>(null)
    private var failure by mutableStateOf<Failure?>(null)
    private var sync by mutableStateOf(SyncState())

    /** Counts what came in, so that lists look again. */
    private var news by mutableStateOf(0)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val language = languageOf(resources.configuration.locales[0].toLanguageTag())
        lifecycleScope.launch {
            try {
                phone = (application as App).phone()
            } catch (refused: PhoneException) {
                failure = refused.failure()
            }
        }
        setContent {
            CompositionLocalProvider(LocalLanguage provides language) {
                MaterialTheme {
                    Surface { Box(Modifier.safeDrawingPadding()) { phone?.let { Screens(it) } ?: Told(failure) } }
                }
            }
        }
    }

    @Composable
    private fun Screens(phone: Phone) {
        var places by remember { mutableStateOf(Places()) }
        LaunchedEffect(phone) {
            // The download's screen listens itself; once it is through, this does.
            if (StartState().look(phone).step == StartStep.READY) places = places.begin(Place.Today)
        }
        BackHandler(enabled = !places.isFirst) { places = places.back() }
        if (places.way.first() != Place.Start) LaunchedEffect(phone) { follow(phone) }
        val open = { place: Place -> places = places.open(place) }
        val back = { places = places.back() }
        when (val here = places.here) {
            Place.Start -> StartScreen(phone, ready = { places = places.begin(Place.Today) })
            Place.Today -> TodayScreen(phone, news, sync, open)
            is Place.Card -> CardScreen(phone, here.household, news, open, back)
            is Place.Visit -> VisitScreen(phone, here.household, done = { news += 1; back() }, back)
            Place.Sync -> SyncScreen(phone, sync, open, back)
            Place.Rights -> RightsScreen(phone, news, back)
        }
    }

    /** Follows the connection while the window is to be seen; the worker does it at other times. */
    private suspend fun follow(phone: Phone) = repeatOnLifecycle(Lifecycle.State.STARTED) {
        sync = sync.look(phone)
        try {
            phone.events().collect { event ->
                sync = sync.after(phone, event)
                news += 1
            }
        } finally {
            phone.disconnect()
        }
    }
}
