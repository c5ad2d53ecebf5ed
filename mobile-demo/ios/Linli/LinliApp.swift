import Linli
import LinliAppPlain
import SwiftUI

/// In which language the screens speak.
let spoken = language(of: Locale.preferredLanguages.first ?? "zh")

@main
struct LinliApp: App {
    @StateObject private var owner = PhoneOwner.shared
    @Environment(\.scenePhase) private var phase

    init() {
        BackgroundSync.register()
    }

    var body: some Scene {
        WindowGroup {
            Group {
                if let phone = owner.phone {
                    RootView(phone: phone)
                } else {
                    FailureView(failure: owner.failure)
                }
            }
            .task { _ = await owner.opened() }
        }
        .onChange(of: phase) { phase in
            if phase == .background { BackgroundSync.schedule() }
        }
    }
}

/// Owns the phone: one for the whole process, since its folder belongs to one open phone at a time.
@MainActor
final class PhoneOwner: ObservableObject {
    static let shared = PhoneOwner()

    @Published private(set) var phone: Phone?
    @Published private(set) var failure: Failure?
    private var opening: Task<Phone, Error>?

    /// The phone, opened by whoever asks first; nothing when it cannot be opened, and tried again for the next.
    func opened() async -> Phone? {
        let task = opening ?? Task { try await PhoneOwner.open() }
        opening = task
        do {
            phone = try await task.value
            failure = nil
        } catch {
            failure = Failure(error)
            opening = nil
        }
        return phone
    }

    private static func open() async throws -> Phone {
        var folder = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true
        ).appendingPathComponent("phone")
        // Readable in the background after the first unlock, and in no backup: the records are the community's.
        let protection = [FileAttributeKey.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication]
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: protection)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try folder.setResourceValues(values)
        let keys = SealedKeys(store: Keychain(), sealer: try EnclaveSealer(), signer: EnclaveSigner())
        return try await Phone.open(folder: folder.path, app: "linli-ios/0.1.0", language: spoken, keys: keys)
    }
}

/// First what must come before work, then the list of the day.
struct RootView: View {
    let phone: Phone
    @State private var ready = false
    @State private var places = Places()
    @State private var sync = SyncState()
    /// Counts what came in, so that lists look again.
    @State private var news = 0
    @Environment(\.scenePhase) private var phase

    var body: some View {
        if ready {
            NavigationStack(path: $places.way) {
                TodayView(phone: phone, news: news, sync: sync) { places.open($0) }
                    .navigationDestination(for: Place.self) { place in
                        switch place {
                        case .card(let household):
                            CardView(phone: phone, household: household, news: news) { places.open($0) }
                        case .visit(let household):
                            VisitView(phone: phone, household: household) {
                                news += 1
                                places.back()
                            }
                        case .sync:
                            SyncView(phone: phone, sync: sync) { places.open($0) }
                        case .rights:
                            RightsView(phone: phone, news: news)
                        }
                    }
            }
            .task(id: phase) { await follow() }
        } else {
            StartView(phone: phone) { ready = true }
        }
    }

    /// Follows the connection while the app is to be seen; the background task does it at other times.
    private func follow() async {
        guard phase == .active else { return }
        sync = await sync.look(phone)
        do {
            for try await event in phone.events() {
                sync = await sync.after(phone, event)
                news += 1
            }
        } catch {
            // The phone is closed: the app is on its way out.
        }
        phone.disconnect()
    }
}
