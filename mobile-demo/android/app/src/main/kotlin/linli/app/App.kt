package linli.app

import android.app.Application
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import linli.Phone
import java.io.File

/** Owns the phone: one for the whole process, since its folder belongs to one open phone at a time. */
class App : Application() {
    private val opening = Mutex()
    private var opened: Phone? = null

    override fun onCreate() {
        super.onCreate()
        SyncWorker.schedule(this)
    }

    /** The phone, opened by whoever asks first, also when that one has gone since. */
    suspend fun phone(): Phone = withContext(NonCancellable) {
        opening.withLock { opened ?: open().also { opened = it } }
    }

    private suspend fun open(): Phone {
        val folder = File(filesDir, "phone").apply { mkdirs() }
        val keys = SealedKeys(File(filesDir, "key"), KeystoreSealer(), KeystoreSigner())
        val language = languageOf(resources.configuration.locales[0].toLanguageTag())
        return Phone.open(folder.path, "linli-android/0.1.0", language, keys)
    }
}
