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

/// Signs with a key that does not leave the phone's secure hardware: ECDSA on P-256 with SHA-256.
public protocol Signer: Sendable {
    /// Makes a new key in place of any earlier one, and returns its point in full: 4, x and y.
    func make() throws -> Data
    /// In DER.
    func sign(_ message: Data) throws -> Data
}

/// What a phone signs with, in its secure hardware; without any, the secret of it, sealed.
public final class SealedKeys: KeyStore {
    private struct KeepsNoKey: Error {}

    private let store: SecretStore
    private let sealer: Sealer
    private let signer: Signer?

    public init(store: SecretStore, sealer: Sealer, signer: Signer? = nil) {
        (self.store, self.sealer, self.signer) = (store, sealer, signer)
    }

    public func makeSigningKey() throws -> Data? {
        try orFailed { try signer?.make() }
    }

    public func sign(message: Data) throws -> Data {
        try orFailed {
            guard let signer else { throw KeepsNoKey() }
            return try signer.sign(message)
        }
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
