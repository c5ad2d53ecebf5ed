import Linli
import LinliAppPlain
import SwiftUI

/// The list of the day, searched while typing.
struct TodayView: View {
    let phone: Phone
    let news: Int
    let sync: SyncState
    let open: (Place) -> Void
    @State private var typed = ""
    @State private var today = TodayState()

    /// Changes when the list should look again.
    private struct Asked: Equatable {
        let typed: String
        let news: Int
    }

    var body: some View {
        List {
            FailureView(failure: today.failure)
            if today.due.isEmpty && today.met.isEmpty { Text(Words.noHouseholds(spoken)) }
            section(.due, today.due)
            section(.met, today.met)
        }
        .navigationTitle(Words.today(spoken))
        .searchable(text: $typed, prompt: Words.search(spoken))
        .toolbar { Button(sync.mark.words(spoken)) { open(.sync) } }
        // Typing on cancels the search before.
        .task(id: Asked(typed: typed, news: news)) {
            let found = await today.showing(phone, search: typed)
            if !Task.isCancelled { today = found }
        }
    }

    @ViewBuilder private func section(_ title: Words, _ homes: [HouseholdItem]) -> some View {
        if !homes.isEmpty {
            Section("\(title(spoken)) \(homes.count)") {
                ForEach(homes, id: \.id) { home in
                    Button { open(.card(household: home.id)) } label: { HomeRow(home: home) }.buttonStyle(.plain)
                }
            }
        }
    }
}

private struct HomeRow: View {
    let home: HouseholdItem

    var body: some View {
        VStack(alignment: .leading) {
            Text(home.address).font(.headline)
            Text((home.people + home.tags).joined(separator: " · "))
            if !marks.isEmpty { Text(marks.joined(separator: " · ")).font(.caption) }
        }
        .accessibilityElement(children: .combine)
    }

    private var marks: [String] {
        var marks = home.lastOutcome.map { [$0.words(spoken)] } ?? []
        if home.unsent { marks.append(Words.unsent(spoken)) }
        if home.openConflicts > 0 { marks.append(Words.conflict(spoken)) }
        return marks
    }
}
