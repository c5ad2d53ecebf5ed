import Foundation

/// Why something was not done, as it is shown.
public struct Failure: Equatable, Sendable {
    public var code: String
    public var text: String

    /// What to show of a call that did not do what was asked.
    public init(_ error: Error) {
        switch error {
        case PhoneError.Offline(let code, let text), PhoneError.Refused(let code, let text):
            (self.code, self.text) = (code, text)
        case let error as PhoneError:
            (code, text) = (error.code, error.localizedDescription)
        default:
            (code, text) = ("phone.broken", "\(error)")
        }
    }

    init(_ why: Refusal) {
        (code, text) = (why.code, why.text)
    }
}

/// How far a phone has come before it can be worked with.
public enum StartStep: Sendable {
    /// It belongs to no community yet.
    case enrol
    /// The office has to compare fingerprints, or says why this phone may not fetch anything.
    case confirm
    /// Records are coming.
    case download
    /// Work can begin.
    case ready
}

/// The first screens: enrolment and first download.
public struct StartState: Equatable, Sendable {
    public private(set) var step = StartStep.enrol
    public private(set) var community: String?
    /// This phone's, to compare aloud with the office.
    public private(set) var fingerprint = ""
    /// The relay's, likewise; known right after enrolling.
    public private(set) var relayFingerprint: String?
    /// What the office says while it lets nothing be fetched.
    public private(set) var told: String?
    public private(set) var pagesDone: UInt32 = 0
    public private(set) var pages: UInt32 = 0
    public private(set) var failure: Failure?

    public init() {}

    /// How much of the download is here, 0 to 1; nothing while its size is not known.
    public var share: Double? {
        if step == .ready { return 1 }
        return pages == 0 ? nil : Double(pagesDone) / Double(pages)
    }

    /// What the phone says now.
    public func look(_ phone: Phone) async -> StartState {
        await orFailure { state in
            let status = try await phone.status()
            if !status.enrolled {
                state.step = .enrol
            } else if status.told != nil {
                state.step = .confirm
            } else if status.spaces.isEmpty || status.spaces.contains(where: { $0.state != "live" }) {
                state.step = .download
            } else {
                state.step = .ready
            }
            state.community = status.community
            state.fingerprint = phone.fingerprint()
            state.told = status.told?.text
            state.pagesDone = status.spaces.map(\.pagesDone).reduce(0, +)
            state.pages = status.spaces.map(\.pages).reduce(0, +)
        }
    }

    /// Enrols with what the camera read.
    public func scanned(_ phone: Phone, text: String) async -> StartState {
        await orFailure { state in
            state.relayFingerprint = try await phone.enrolScanned(scanned: text).relayFingerprint
            state = await state.look(phone)
        }
    }

    /// Enrols with what was typed.
    public func typed(_ phone: Phone, relay: String, code: String) async -> StartState {
        await orFailure { state in
            let who = try await phone.enrol(relayUrl: trimmed(relay), code: trimmed(code))
            state.relayFingerprint = who.relayFingerprint
            state = await state.look(phone)
        }
    }

    /// Downloads until work can begin and shows each step. Begins where it was left, also after a kill.
    ///
    /// - Returns: The last state; another step than ``StartStep/ready`` when the task was cancelled or the
    ///   connection ended for good.
    public func downloading(_ phone: Phone, show: @Sendable (StartState) async -> Void) async -> StartState {
        var state = await look(phone)
        await show(state)
        var events = phone.events().makeAsyncIterator()
        do {
            while state.step != .ready, let event = try await events.next() {
                state = await state.after(phone, event)
                await show(state)
                if case .ended = event { break }
            }
        } catch {
            state.failure = Failure(error)
        }
        return state
    }

    private func after(_ phone: Phone, _ event: SyncEvent) async -> StartState {
        switch event {
        case .offline(let why, _), .ended(let why):
            var state = self
            state.failure = Failure(why)
            return state
        default:
            return await look(phone)
        }
    }

    /// The state that the work leaves, or this one with why it failed.
    private func orFailure(_ work: (inout StartState) async throws -> Void) async -> StartState {
        var state = self
        state.failure = nil
        do {
            try await work(&state)
            return state
        } catch {
            state = self
            state.failure = Failure(error)
            return state
        }
    }
}

func trimmed(_ typed: some StringProtocol) -> String {
    typed.trimmingCharacters(in: .whitespacesAndNewlines)
}
