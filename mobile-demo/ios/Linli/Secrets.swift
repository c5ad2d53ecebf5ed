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
        key = try EnclaveKey.found(Self.tag) ?? EnclaveKey.made(Self.tag)
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
}

/// Signs with another key of the Secure Enclave: what seals cannot sign, and the other way about.
struct EnclaveSigner: Signer {
    private static let tag = Data("linli.phone.signs".utf8)
    private struct Lost: Error {}

    func make() throws -> Data {
        try EnclaveKey.remove(Self.tag)
        let key = try EnclaveKey.made(Self.tag)
        var error: Unmanaged<CFError>?
        guard let open = SecKeyCopyPublicKey(key) else { throw SecurityError(errSecInvalidKeyRef) }
        guard let point = SecKeyCopyExternalRepresentation(open, &error) else { throw SecurityError(error) }
        return point as Data
    }

    func sign(_ message: Data) throws -> Data {
        guard let key = try EnclaveKey.found(Self.tag) else { throw Lost() }
        var error: Unmanaged<CFError>?
        let algorithm = SecKeyAlgorithm.ecdsaSignatureMessageX962SHA256
        guard let signature = SecKeyCreateSignature(key, algorithm, message as CFData, &error) else {
            throw SecurityError(error)
        }
        return signature as Data
    }
}

/// Keys of the Secure Enclave by their tags.
private enum EnclaveKey {
    static func remove(_ tag: Data) throws {
        let query: [CFString: Any] = [kSecClass: kSecClassKey, kSecAttrApplicationTag: tag]
        let status = SecItemDelete(query as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw SecurityError(status) }
    }

    static func found(_ tag: Data) throws -> SecKey? {
        let query: [CFString: Any] = [
            kSecClass: kSecClassKey, kSecAttrApplicationTag: tag, kSecReturnRef: true,
        ]
        var key: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &key)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let key else { throw SecurityError(status) }
        return (key as! SecKey)
    }

    static func made(_ tag: Data) throws -> SecKey {
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
