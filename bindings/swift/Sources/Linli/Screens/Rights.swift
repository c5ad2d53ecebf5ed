/// Who runs this, its privacy notice, and what it was told.
public struct RightsState: Equatable, Sendable {
    public private(set) var shown: Operator?
    /// From this worker's phones, newest first.
    public private(set) var complaints: [Complaint] = []
    public private(set) var failure: Failure?

    public init() {}

    /// What the operator says of itself, a line each.
    public var lines: [String] {
        [shown?.name, shown?.icpFiling, shown?.policeFiling, shown?.appFiling, shown?.complaints].compactMap { $0 }
    }

    /// The notice in force while the worker has not read it.
    public var unread: PrivacyNotice? {
        shown?.notice.flatMap { $0.readAtMs == nil ? $0 : nil }
    }

    /// What the phone says now.
    public func look(_ phone: Phone) async -> RightsState {
        var state = self
        do {
            (state.shown, state.complaints) = (try await phone.operator(), try await phone.complaints())
            state.failure = nil
        } catch {
            state.failure = Failure(error)
        }
        return state
    }

    /// The worker has read what is shown. Where another notice came meanwhile nothing is signed, and that one is shown.
    public func reading(_ phone: Phone) async -> RightsState {
        guard let unread else { return self }
        do {
            _ = try await phone.readNotice(version: unread.version)
            return await look(phone)
        } catch {
            var state = await look(phone)
            state.failure = Failure(error)
            return state
        }
    }
}

/// A complaint while it is typed.
public struct ComplaintDraft: Equatable, Sendable {
    public var text: String
    /// It is a resident's who stands beside the worker.
    public var ofResident: Bool
    public private(set) var saved: SavedComplaint?
    public private(set) var failure: Failure?

    public init(text: String = "", ofResident: Bool = false) {
        (self.text, self.ofResident) = (text, ofResident)
    }

    /// What would be saved; nothing while there are no words.
    public var complaint: NewComplaint? {
        let words = trimmed(text)
        return words.isEmpty ? nil : NewComplaint(text: words, ofResident: ofResident)
    }

    /// Saves it once: what was saved stays saved, whatever is tapped afterwards.
    public func saving(_ phone: Phone) async -> ComplaintDraft {
        guard saved == nil, let complaint else { return self }
        var draft = self
        do {
            draft.saved = try await phone.complain(new: complaint)
            draft.failure = nil
        } catch {
            draft.failure = Failure(error)
        }
        return draft
    }
}
