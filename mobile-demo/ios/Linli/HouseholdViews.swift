import Linli
import LinliAppPlain
import SwiftUI

/// A household's card.
struct CardView: View {
    let phone: Phone
    let household: String
    let news: Int
    let open: (Place) -> Void
    @State private var state = HouseholdState()

    var body: some View {
        List {
            FailureView(failure: state.failure)
            if let card = state.card { facts(card) }
        }
        .navigationTitle(state.card?.address ?? "")
        .task(id: news) { state = await state.showing(phone, id: household) }
    }

    @ViewBuilder private func facts(_ card: Household) -> some View {
        Section {
            Button(Words.recordVisit(spoken)) { open(.visit(household: card.id)) }
            if let number = card.contactPhone, let call = URL(string: "tel:\(number)") {
                Link("\(Words.call(spoken)) \(number)", destination: call)
            }
            if !card.tags.isEmpty { Text(card.tags.joined(separator: " · ")) }
            if let note = card.note { LabeledContent(Words.note(spoken), value: note) }
            ForEach(card.conflicts, id: \.id) { conflict in
                let values = conflict.versions.map(\.value).joined(separator: " / ")
                Label("\(Words.conflict(spoken)):\(conflict.label) \(values)", systemImage: "questionmark.circle")
            }
        }
        Section(Words.residents(spoken)) {
            ForEach(card.residents, id: \.id) { one in Text([one.name, one.relation ?? ""].joined(separator: " ")) }
        }
        Section(Words.visits(spoken)) {
            if card.visits.isEmpty { Text(Words.noVisits(spoken)) }
            ForEach(card.visits, id: \.id) { visit in
                VStack(alignment: .leading) {
                    let at = Date(timeIntervalSince1970: Double(visit.atMs) / 1000)
                    Text("\(at.formatted(date: .abbreviated, time: .omitted)) \(visit.outcome.words(spoken))")
                    let said = ([visit.note].compactMap { $0 } + visit.needs).joined(separator: " · ")
                    if !said.isEmpty { Text(said).font(.callout) }
                }
            }
        }
    }
}

/// A visit while it is typed. The system keeps the draft when it ends the app.
struct VisitView: View {
    let phone: Phone
    let household: String
    let done: () -> Void
    @State private var outcome: Outcome?
    @State private var atHome = ""
    @SceneStorage("visit.needs") private var needs = ""
    @SceneStorage("visit.note") private var note = ""
    @State private var tried = VisitDraft()
    @State private var saving = false

    private var draft: VisitDraft {
        VisitDraft(outcome: outcome, atHome: UInt32(atHome), needs: needs, note: note)
    }

    var body: some View {
        Form {
            Picker(Words.recordVisit(spoken), selection: $outcome) {
                ForEach(Outcome.all, id: \.self) { Text($0.words(spoken)).tag(Optional($0)) }
            }
            .pickerStyle(.inline)
            TextField(Words.atHome(spoken), text: $atHome).keyboardType(.numberPad)
            TextField(Words.needs(spoken), text: $needs, axis: .vertical)
            TextField(Words.note(spoken), text: $note, axis: .vertical)
            FailureView(failure: tried.failure)
            Button(Words.save(spoken), action: save).disabled(draft.visit == nil || saving)
        }
        .navigationTitle(Words.recordVisit(spoken))
    }

    private func save() {
        saving = true
        Task {
            tried = await draft.saving(phone, household: household)
            saving = false
            if tried.saved != nil {
                (needs, note) = ("", "")
                done()
            }
        }
    }
}
