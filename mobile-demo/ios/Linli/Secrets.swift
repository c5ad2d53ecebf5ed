import Foundation
import LinliAppPlain
import Security

/// What the Keychain or the Secure Enclave said.
struct SecurityError: Error, CustomStringConvertible {
    let description: String

    init(_ status: OSStatus) {
        description = SecCopyErrorMessageString(status, nil) as String? ?? "OSStatus \(status)"
    }

    init(_ error: Unmanaged<CFError>?) {
        description = error.map { "\($0.takeRetainedValue())" } ?? "no reason given"
    }
}

/// One item of the Keychain that stays on this phone.
struct Keychain: SecretStore {
    private let item: [CFString: Any] = [
        kSecClass: kSecClassGenericPassword, kSecAttrService: "linli", kSecAttrAccount: "phone",
    ]

    func read() throws -> Data? {
        var query = item
        query[kSecReturnData] = true
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess else { throw SecurityError(status) }
        return found as? Data
    }

    func write(_ secret: Data) throws {
        var new = item
        new[kSecValueData] = secret
        // Of this device only: in a backup the key could be on two phones, which the relay takes for a clash.
        new[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        let status = SecItemAdd(new as CFDictionary, nil)
        guard status == errSecDuplicateItem else {
            guard status == errSecSuccess else { throw SecurityError(status) }
            return
        }
        let changed = SecItemUpdate(item as CFDictionary, [kSecValueData: secret] as CFDictionary)
        guard changed == errSecSuccess else { throw SecurityError(changed) }
    }
}

/// Seals with a key of the Secure Enclave, which the phone cannot give away.
struct EnclaveSealer: Sealer, @unchecked Sendable {
    private static let tag = Data("linli.phone".utf8)
    private static let algorithm = SecKeyAlgorithm.eciesEncryptionCofactorVariableIVX963SHA256AESGCM
    private let key: SecKey

    init() throws {
        key = try EnclaveSealer.found() ?? EnclaveSealer.made()
    }

    func seal(_ secret: Data) throws -> Data {
        guard let open = SecKeyCopyPublicKey(key) else { throw SecurityError(errSecInvalidKeyRef) }
        var error: Unmanaged<CFError>?
        guard let sealed = SecKeyCreateEncryptedData(open, Self.algorithm, secret as CFData, &error) else {
            throw SecurityError(error)
        }
        return sealed as Data
    }

    func open(_ sealed: Data) throws -> Data {
        var error: Unmanaged<CFError>?
        guard let secret = SecKeyCreateDecryptedData(key, Self.algorithm, sealed as CFData, &error) else {
            throw SecurityError(error)
        }
        return secret as Data
    }

    private static func found() throws -> SecKey? {
        let query: [CFString: Any] = [
            kSecClass: kSecClassKey, kSecAttrApplicationTag: tag, kSecReturnRef: true,
        ]
        var key: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &key)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let key else { throw SecurityError(status) }
        return (key as! SecKey)
    }

    private static func made() throws -> SecKey {
        var error: Unmanaged<CFError>?
        let access = SecAccessControlCreateWithFlags(
            nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage, &error
        )
        guard let access else { throw SecurityError(error) }
        var wanted: [CFString: Any] = [
            kSecAttrKeyType: kSecAttrKeyTypeECSECPrimeRandom,
            kSecAttrKeySizeInBits: 256,
            kSecPrivateKeyAttrs: [
                kSecAttrIsPermanent: true, kSecAttrApplicationTag: tag, kSecAttrAccessControl: access,
            ] as [CFString: Any],
        ]
        #if !targetEnvironment(simulator)
        wanted[kSecAttrTokenID] = kSecAttrTokenIDSecureEnclave
        #endif
        guard let key = SecKeyCreateRandomKey(wanted as CFDictionary, &error) else { throw SecurityError(error) }
        return key
    }
}
