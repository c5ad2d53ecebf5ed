/// How it stands between phone and office, in one word. None of them is an alarm: what is recorded is safe.
public enum SyncMark: Sendable {
    /// It belongs to no community yet.
    case notEnrolled
    /// The office does not let this phone fetch anything.
    case told
    /// The office did not take something; a person has to look.
    case refused
    /// Something waits to be handed in.
    case waiting
    /// The office has everything.
    case settled
}

/// The page of the connection.
public struct SyncState: Equatable, Sendable {
    public private(set) var mark = SyncMark.notEnrolled
    public private(set) var unsent: UInt64 = 0
    public private(set) var carried: UInt64 = 0
    public private(set) var notices: UInt64 = 0
    public private(set) var lastSyncMs: Int64?
    /// What the office said, newest first.
    public private(set) var said: [String] = []
    public private(set) var connected = false
    public private(set) var failure: Failure?

    public init() {}

    /// What the phone says now.
    public func look(_ phone: Phone) async -> SyncState {
        var state = self
        do {
            let status = try await phone.status()
            if !status.enrolled {
                state.mark = .notEnrolled
            } else if status.told != nil {
                state.mark = .told
            } else if !status.refused.isEmpty {
                state.mark = .refused
            } else {
                state.mark = status.unsent + status.carried > 0 ? .waiting : .settled
            }
            (state.unsent, state.carried, state.notices) = (status.unsent, status.carried, status.notices)
            state.lastSyncMs = status.lastSyncMs
            state.said = ((status.told.map { [$0] } ?? []) + status.refused).map(\.text)
        } catch {
            state.failure = Failure(error)
        }
        return state
    }

    /// The page after something happened on the connection.
    public func after(_ phone: Phone, _ event: SyncEvent) async -> SyncState {
        var state = self
        switch event {
        case .offline(let why, _), .ended(let why):
            (state.connected, state.failure) = (false, Failure(why))
        default:
            (state.connected, state.failure) = (true, nil)
        }
        return await state.look(phone)
    }
}

/// What the system's scheduler is told of a synchronisation in the background.
public enum Background: Sendable {
    /// Everything is here and there.
    case done
    /// There was no connection: worth another try.
    case later
    /// Trying again changes nothing until a person does something.
    case never
}

/// Synchronises once, for the system's scheduler.
public func syncInBackground(_ phone: Phone) async -> Background {
    do {
        return try await phone.sync().caughtUp ? .done : .later
    } catch PhoneError.Offline {
        return .later
    } catch {
        return .never
    }
}
