import BackgroundTasks
import Foundation
import Linli

/// Synchronises now and then while nobody looks: what was recorded goes to the office when there is a network.
enum BackgroundSync {
    private static let identifier = "linli.sync"
    /// Not sooner than this; when exactly is for the system to decide.
    private static let after: TimeInterval = 15 * 60

    static func register() {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: nil) { task in
            // The next one, whatever becomes of this.
            schedule()
            let work = Task {
                guard let phone = await PhoneOwner.shared.opened() else { return task.setTaskCompleted(success: false) }
                task.setTaskCompleted(success: await syncInBackground(phone) != .later)
            }
            // What was exchanged until then stays exchanged.
            task.expirationHandler = {
                work.cancel()
                task.setTaskCompleted(success: false)
            }
        }
    }

    static func schedule() {
        let request = BGProcessingTaskRequest(identifier: identifier)
        request.requiresNetworkConnectivity = true
        request.earliestBeginDate = Date(timeIntervalSinceNow: after)
        // Refused in the simulator only; the app syncs when it is opened anyway.
        try? BGTaskScheduler.shared.submit(request)
    }
}
