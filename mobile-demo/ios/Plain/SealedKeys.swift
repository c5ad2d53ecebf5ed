import Foundation
import Linli

/// Encrypts with a key that does not leave the phone's secure hardware.
public protocol Sealer: Sendable {
    func seal(_ secret: Data) throws -> Data
    func open(_ sealed: Data) throws -> Data
}

/// Where something small and secret is kept: the Keychain.
public protocol SecretStore: Sendable {
    func read() throws -> Data?
    func write(_ secret: Data) throws
}

/// Keeps the phone's secret sealed.
public final class SealedKeys: KeyStore {
    private let store: SecretStore
    private let sealer: Sealer

    public init(store: SecretStore, sealer: Sealer) {
        (self.store, self.sealer) = (store, sealer)
    }

    public func load() throws -> Data? {
        try orFailed { try store.read().map(sealer.open) }
    }

    public func save(secret: Data) throws {
        try orFailed { try store.write(sealer.seal(secret)) }
    }

    /// The engine knows no other error of a key store.
    private func orFailed<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch {
            throw KeyStoreError.Failed(reason: "\(error)")
        }
    }
}
