/// A visit while it is typed.
public struct VisitDraft: Equatable, Sendable {
    public var outcome: Outcome?
    public var atHome: UInt32?
    /// One need a line.
    public var needs: String
    public var note: String
    public private(set) var saved: SavedVisit?
    public private(set) var failure: Failure?

    public init(outcome: Outcome? = nil, atHome: UInt32? = nil, needs: String = "", note: String = "") {
        (self.outcome, self.atHome, self.needs, self.note) = (outcome, atHome, needs, note)
    }

    /// What would be saved; nothing while nobody has said how it went.
    public var visit: NewVisit? {
        guard let outcome else { return nil }
        let lines = needs.split(whereSeparator: \.isNewline).map { trimmed($0) }.filter { !$0.isEmpty }
        let note = trimmed(self.note)
        return NewVisit(outcome: outcome, atHome: atHome, needs: lines, note: note.isEmpty ? nil : note)
    }

    /// Saves it once: what was saved stays saved, whatever is tapped afterwards.
    public func saving(_ phone: Phone, household: String) async -> VisitDraft {
        guard saved == nil, let visit else { return self }
        var draft = self
        do {
            draft.saved = try await phone.recordVisit(household: household, visit: visit)
            draft.failure = nil
        } catch {
            draft.failure = Failure(error)
        }
        return draft
    }
}
