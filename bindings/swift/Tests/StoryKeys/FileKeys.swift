import Foundation
import Linli

/// A key store as an app writes one: here a file, on a phone the Keychain.
public final class FileKeys: KeyStore, @unchecked Sendable {
    private let file: URL

    public init(_ path: String) {
        file = URL(fileURLWithPath: path)
    }

    /// A file cannot sign: it keeps a secret.
    public func makeSigningKey() throws -> Data? { nil }

    public func sign(message: Data) throws -> Data {
        throw KeyStoreError.Failed(reason: "keeps no signing key")
    }

    public func load() throws -> Data? {
        FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : nil
    }

    public func save(secret: Data) throws {
        try secret.write(to: file)
    }
}
