import Linli
import LinliAppPlain
import SwiftUI

/// Who runs this, its privacy notice, and the box for what one wants to tell it.
struct RightsView: View {
    let phone: Phone
    let news: Int
    @State private var state = RightsState()

    var body: some View {
        Form {
            FailureView(failure: state.failure)
            Section {
                ForEach(state.lines, id: \.self) { Text($0) }
                if state.lines.isEmpty && state.shown?.notice == nil { Text(Words.nothingSaid(spoken)) }
            }
            if let notice = state.shown?.notice {
                Section(Words.privacyNotice(spoken)) {
                    Text(notice.text)
                    if state.unread == nil {
                        Text(Words.wasRead(spoken))
                    } else {
                        Button(Words.haveRead(spoken)) { Task { state = await state.reading(phone) } }
                    }
                }
            }
            ComplaintBox(phone: phone) { Task { state = await state.look(phone) } }
            ForEach(state.complaints, id: \.id) { one in
                VStack(alignment: .leading) {
                    Text("\(one.words(spoken)):\(one.text)")
                    if let answer = one.answer { Text(answer) }
                }
            }
        }
        .navigationTitle(Words.rights(spoken))
        .task(id: news) { state = await state.look(phone) }
    }
}

/// A complaint while it is typed. The system keeps the draft when it ends the app.
private struct ComplaintBox: View {
    let phone: Phone
    let saved: () -> Void
    @SceneStorage("complaint.text") private var text = ""
    @SceneStorage("complaint.ofResident") private var ofResident = false
    @State private var tried = ComplaintDraft()
    @State private var saving = false

    private var draft: ComplaintDraft { ComplaintDraft(text: text, ofResident: ofResident) }

    var body: some View {
        Section(Words.complain(spoken)) {
            Text(Words.whoReads(spoken))
            TextField(Words.complain(spoken), text: $text, axis: .vertical)
            Toggle(Words.ofResident(spoken), isOn: $ofResident)
            FailureView(failure: tried.failure)
            Button(Words.save(spoken), action: save).disabled(draft.complaint == nil || saving)
        }
    }

    private func save() {
        saving = true
        Task {
            tried = await draft.saving(phone)
            saving = false
            if tried.saved != nil {
                text = ""
                saved()
            }
        }
    }
}
