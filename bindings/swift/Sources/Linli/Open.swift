/// Opens a phone for as long as `work` takes and closes its store afterwards, whatever happened.
///
/// - Parameters:
///   - folder: Where the phone's records are, or will be. It belongs to one open phone at a time.
///   - app: Name and version of the app, for the office's list of phones.
///   - keys: Where the phone's key is kept. Without one it lies in the folder: for scripts and tests, not for an app.
///   - language: The language of texts, those of errors included.
/// - Returns: What `work` returns.
public func withPhone<Result>(
    folder: String,
    app: String,
    keys: KeyStore?,
    language: Language = .chinese,
    work: (Phone) async throws -> Result
) async throws -> Result {
    let phone = try await Phone.open(folder: folder, app: app, language: language, keys: keys)
    do {
        let result = try await work(phone)
        await phone.closeStore()
        return result
    } catch {
        await phone.closeStore()
        throw error
    }
}

extension PhoneError {
    /// Stable, dotted code, never reworded: `phone.no_household`.
    public var code: String {
        switch self {
        case .Offline(let code, _), .Refused(let code, _): return code
        case .Closed: return "phone.closed"
        }
    }
}
