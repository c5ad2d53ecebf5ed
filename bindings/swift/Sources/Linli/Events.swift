/// What happens on the kept connection of a phone, as `for try await event in phone.events()` tells it.
///
/// Connects when the loop begins and ends when the phone is closed or the task cancelled. One loop at a time, since each
/// event is told once. A hint to look again, never the only news of anything: a loop that begins after a while asks for
/// ``Phone/status()`` first.
public struct SyncEvents: AsyncSequence, Sendable {
    public typealias Element = SyncEvent

    let phone: Phone

    public func makeAsyncIterator() -> Iterator {
        Iterator(phone: phone)
    }

    /// One loop over the events.
    public struct Iterator: AsyncIteratorProtocol {
        let phone: Phone
        private var listener: Listener?

        init(phone: Phone) {
            self.phone = phone
        }

        /// The next event; nothing after the phone was closed or the task cancelled.
        ///
        /// - Throws: ``PhoneError/Closed`` when the phone was closed before the loop began.
        public mutating func next() async throws -> SyncEvent? {
            if listener == nil {
                try phone.stayConnected()
            }
            let listener = self.listener ?? phone.listen()
            self.listener = listener
            return await withTaskCancellationHandler {
                await listener.next()
            } onCancel: {
                listener.stop()
            }
        }
    }
}

extension Phone {
    /// What happens on the kept connection, from now until the phone is closed.
    public func events() -> SyncEvents {
        SyncEvents(phone: self)
    }
}
