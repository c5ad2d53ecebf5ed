/// The list of the day: who was never met stands first.
public struct TodayState: Equatable, Sendable {
    /// More than a grid has; a list on a small phone still scrolls with them.
    public static let shownMax: UInt32 = 1000

    public private(set) var search = ""
    /// Never visited, nobody in, or to come again.
    public private(set) var due: [HouseholdItem] = []
    public private(set) var met: [HouseholdItem] = []
    public private(set) var failure: Failure?

    public init() {}

    /// The list for what was typed so far. Whoever types on cancels the task of the call before.
    public func showing(_ phone: Phone, search: String) async -> TodayState {
        var state = self
        state.search = search
        do {
            let typed = trimmed(search)
            let filter = HouseholdFilter(search: typed.isEmpty ? nil : typed, limit: TodayState.shownMax)
            let all = try await phone.households(filter: filter)
            state.due = all.filter(\.isDue)
            state.met = all.filter { !$0.isDue }
            state.failure = nil
        } catch {
            state.failure = Failure(error)
        }
        return state
    }
}

extension HouseholdItem {
    /// Whether a worker should still go there.
    public var isDue: Bool {
        switch lastOutcome {
        case nil, .noAnswer, .revisit: return true
        case .done, .moved, .refused: return false
        }
    }
}

/// A household's card.
public struct HouseholdState: Equatable, Sendable {
    public private(set) var card: Household?
    public private(set) var failure: Failure?

    public init() {}

    /// The card as it is now.
    public func showing(_ phone: Phone, id: String) async -> HouseholdState {
        var state = self
        do {
            state.card = try await phone.household(id: id, withHistory: false)
            state.failure = nil
        } catch {
            state.failure = Failure(error)
        }
        return state
    }
}
