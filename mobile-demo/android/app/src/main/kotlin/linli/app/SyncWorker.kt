package linli.app

import android.content.Context
import androidx.work.BackoffPolicy
import androidx.work.Constraints
import androidx.work.CoroutineWorker
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.NetworkType
import androidx.work.PeriodicWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import linli.PhoneException
import linli.screens.Background
import linli.screens.syncInBackground
import java.util.concurrent.TimeUnit

/** Synchronises now and then while nobody looks: what was recorded goes to the office when there is a network. */
class SyncWorker(context: Context, parameters: WorkerParameters) : CoroutineWorker(context, parameters) {
    override suspend fun doWork(): Result {
        val phone = try {
            (applicationContext as App).phone()
        } catch (_: PhoneException) {
            return Result.retry()
        }
        return when (syncInBackground(phone)) {
            Background.DONE -> Result.success()
            Background.LATER -> Result.retry()
            // The work is periodic: it will ask again, only not at once.
            Background.NEVER -> Result.success()
        }
    }

    companion object {
        /** The shortest that Android allows. */
        private const val EVERY_MINUTES = 15L
        private const val AGAIN_SECONDS = 30L

        fun schedule(context: Context) {
            val network = Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED).build()
            val work = PeriodicWorkRequestBuilder<SyncWorker>(EVERY_MINUTES, TimeUnit.MINUTES)
                .setConstraints(network)
                .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, AGAIN_SECONDS, TimeUnit.SECONDS)
                .build()
            WorkManager.getInstance(context).enqueueUniquePeriodicWork("sync", ExistingPeriodicWorkPolicy.KEEP, work)
        }
    }
}
