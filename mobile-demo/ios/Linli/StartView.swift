import Linli
import LinliAppPlain
import SwiftUI

/// Enrolment, the wait for the office, the first download.
struct StartView: View {
    let phone: Phone
    let ready: () -> Void
    @State private var state = StartState()
    @State private var relay = ""
    @State private var code = ""
    @State private var scanning = false
    @State private var busy = false

    var body: some View {
        Form {
            switch state.step {
            case .enrol: enrol
            case .confirm:
                Section(Words.confirm(spoken)) {
                    if let told = state.told { Text(told) }
                }
            case .download, .ready:
                Section(state.community ?? "") {
                    Text(Words.download(spoken))
                    ProgressView(value: state.share)
                }
            }
            Section {
                LabeledContent(Words.thisPhone(spoken), value: state.fingerprint)
                if let other = state.relayFingerprint { LabeledContent(Words.relay(spoken), value: other) }
                FailureView(failure: state.failure)
            }
        }
        .task { state = await state.look(phone) }
        // A new download for each enrolment; it ends by itself when work can begin.
        .task(id: state.step == .enrol) {
            guard state.step != .enrol else { return }
            state = await state.downloading(phone) { next in await MainActor.run { state = next } }
        }
        .onChange(of: state.step) { step in
            if step == .ready { ready() }
        }
        .sheet(isPresented: $scanning) {
            ScannerView { text in
                scanning = false
                run { await state.scanned(phone, text: text) }
            }
        }
    }

    @ViewBuilder private var enrol: some View {
        Section(Words.enrol(spoken)) {
            Button(Words.scan(spoken)) { scanning = true }.disabled(busy || !ScannerView.isAvailable)
            if !ScannerView.isAvailable { Text(Words.cameraNeeded(spoken)) }
        }
        Section {
            TextField(Words.relayAddress(spoken), text: $relay).textInputAutocapitalization(.never)
            TextField(Words.code(spoken), text: $code).textInputAutocapitalization(.characters)
            Button(Words.enrol(spoken)) { run { await state.typed(phone, relay: relay, code: code) } }
                .disabled(busy || relay.isEmpty || code.isEmpty)
        }
    }

    private func run(_ work: @escaping () async -> StartState) {
        busy = true
        Task {
            state = await work()
            busy = false
        }
    }
}

/// Why something was not done; nothing when all is well.
struct FailureView: View {
    let failure: Failure?

    var body: some View {
        if let failure {
            Label("\(failure.text)(\(failure.code))", systemImage: "exclamationmark.triangle")
        }
    }
}
