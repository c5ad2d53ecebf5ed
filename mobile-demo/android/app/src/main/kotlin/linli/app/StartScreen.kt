package linli.app

import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.Button
import androidx.compose.material3.LinearProgressIndicator
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
import com.journeyapps.barcodescanner.ScanContract
import com.journeyapps.barcodescanner.ScanOptions
import kotlinx.coroutines.launch
import linli.Phone
import linli.screens.StartState
import linli.screens.StartStep

/** Enrolment, the wait for the office, the first download. */
@Composable
fun StartScreen(phone: Phone, ready: () -> Unit) {
    var state by remember { mutableStateOf(StartState()) }
    LaunchedEffect(phone) { state = state.look(phone) }
    // A new download for each enrolment; it ends by itself when work can begin.
    LaunchedEffect(phone, state.step == StartStep.ENROL) {
        if (state.step != StartStep.ENROL) state.downloading(phone).collect { state = it }
    }
    LaunchedEffect(state.step) { if (state.step == StartStep.READY) ready() }
    when (state.step) {
        StartStep.ENROL -> Enrol(phone, state) { state = it }
        StartStep.CONFIRM -> Page(said(Text.Confirm)) {
            state.told?.let { Words(it) }
            Fingerprints(state)
        }
        StartStep.DOWNLOAD, StartStep.READY -> Page(state.community.orEmpty()) {
            Words(said(Text.Download))
            val share = state.share
            if (share == null) {
                LinearProgressIndicator(Modifier.fillMaxWidth())
            } else {
                LinearProgressIndicator(progress = { share }, Modifier.fillMaxWidth())
                Words("${(share * 100).toInt()} %")
            }
            Fingerprints(state)
            Told(state.failure)
        }
    }
}

@Composable
private fun Enrol(phone: Phone, state: StartState, show: (StartState) -> Unit) {
    val scope = rememberCoroutineScope()
    var relay by rememberSaveable { mutableStateOf("") }
    var code by rememberSaveable { mutableStateOf("") }
    var busy by remember { mutableStateOf(false) }
    fun enrol(work: suspend () -> StartState) {
        busy = true
        scope.launch {
            show(work())
            busy = false
        }
    }
    val camera = rememberLauncherForActivityResult(ScanContract()) { read ->
        read.contents?.let { text -> enrol { state.scanned(phone, text) } }
    }
    val scan = ScanOptions().setDesiredBarcodeFormats(ScanOptions.QR_CODE).setBeepEnabled(false)
    Page(said(Text.Enrol)) {
        Button(onClick = { camera.launch(scan) }, enabled = !busy, modifier = Modifier.fillMaxWidth()) {
            Words(said(Text.Scan))
        }
        Words(said(Text.CameraNeeded))
        OutlinedTextField(relay, { relay = it }, Modifier.fillMaxWidth(), label = { Words(said(Text.RelayAddress)) })
        OutlinedTextField(code, { code = it }, Modifier.fillMaxWidth(), label = { Words(said(Text.Code)) })
        val typed = relay.isNotBlank() && code.isNotBlank() && !busy
        OutlinedButton(onClick = { enrol { state.typed(phone, relay, code) } }, enabled = typed) {
            Words(said(Text.Enrol))
        }
        Told(state.failure)
        Fingerprints(state)
    }
}

@Composable
private fun Fingerprints(state: StartState) {
    Fact(Text.ThisPhone, state.fingerprint)
    state.relayFingerprint?.let { Fact(Text.Relay, it) }
}
