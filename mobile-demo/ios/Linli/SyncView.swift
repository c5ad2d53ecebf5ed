import Linli
import LinliAppPlain
import SwiftUI

/// How it stands between phone and office.
struct SyncView: View {
    let phone: Phone
    let sync: SyncState
    let open: (Place) -> Void

    var body: some View {
        List {
            Text(sync.mark.words(spoken))
            LabeledContent(Words.waiting(spoken), value: "\(sync.unsent)")
            if sync.carried > 0 { LabeledContent(Words.carried(spoken), value: "\(sync.carried)") }
            if sync.notices > 0 { LabeledContent(Words.notices(spoken), value: "\(sync.notices)") }
            LabeledContent(Words.lastSync(spoken), value: last)
            ForEach(sync.said, id: \.self) { Text($0) }
            FailureView(failure: sync.failure)
            // Lets the kept connection look at once; what happens is told by its events.
            Button(Words.syncNow(spoken)) { try? phone.stayConnected() }
            Button(Words.rights(spoken)) { open(.rights) }
        }
        .navigationTitle(Words.sync(spoken))
    }

    private var last: String {
        guard let ms = sync.lastSyncMs else { return Words.never(spoken) }
        return Date(timeIntervalSince1970: Double(ms) / 1000).formatted()
    }
}
