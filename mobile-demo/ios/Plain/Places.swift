/// Where the worker is.
public enum Place: Hashable, Sendable {
    case card(household: String)
    case visit(household: String)
    case sync
    case rights
}

/// The way from the list of the day to where the worker is, as a navigation stack wants it.
public struct Places: Equatable, Sendable {
    public var way: [Place] = []

    public init() {}

    /// Goes there; a second tap on the same thing goes nowhere.
    public mutating func open(_ place: Place) {
        if way.last != place { way.append(place) }
    }

    public mutating func back() {
        _ = way.popLast()
    }
}
