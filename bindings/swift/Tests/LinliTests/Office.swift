import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

let grid = "999999000001001"
private let community = "样例社区"
private let roster = """
    网格编码,小区,楼栋,单元,房号,姓名,联系电话
    \(grid),阳光花园,1,1,101,王秀英,13700000001
    \(grid),阳光花园,1,1,102,李建国,13700000002

    """

private let patience: TimeInterval = 60
private let lineEnd = Data("\n".utf8)

typealias Json = [String: Any]

/// Something that a story cannot go on without.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

extension Dictionary where Key == String, Value == Any {
    func text(_ key: String) throws -> String {
        guard let value = self[key] else { throw Broken(description: "no \(key) in \(self)") }
        return "\(value)"
    }
}

/// A file beside the relay's binaries.
func binary(_ name: String) throws -> URL {
    guard let folder = ProcessInfo.processInfo.environment["LINLI_BIN_DIR"] else {
        throw Broken(description: "LINLI_BIN_DIR says where linli is")
    }
    return URL(fileURLWithPath: folder).appendingPathComponent(name)
}

/// A started program, of which lines can be read.
final class Program {
    let process = Process()
    private let output = Pipe()
    private let input = Pipe()
    private let ended = DispatchSemaphore(value: 0)

    init(_ executable: URL, _ arguments: [String], token: String? = nil, quiet: Bool = false) throws {
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = input
        if quiet {
            process.standardError = FileHandle.nullDevice
        }
        var environment = ProcessInfo.processInfo.environment
        environment["LINLI_TOKEN"] = token
        process.environment = environment
        // Foundation's own wait asks the thread's run loop, which a test on a pool's thread does not have.
        process.terminationHandler = { [ended] _ in ended.signal() }
        // A pool's threads block signals, and a child would inherit that: it could not be asked to end.
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    /// Waits until it has ended and says how.
    @discardableResult
    func status() -> Int32 {
        ended.wait()
        ended.signal()
        return process.terminationStatus
    }

    /// Its next line; nothing at the end.
    func line() -> String? {
        var bytes = Data()
        while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte != lineEnd {
            bytes += byte
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Everything that it still prints.
    func rest() -> String {
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
}

func json(_ line: some StringProtocol) throws -> Json {
    guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Json else {
        throw Broken(description: "not an object: \(line)")
    }
    return object
}

/// What a program printed with --json, one object a line.
@discardableResult
func said(_ name: String, _ arguments: [String], token: String? = nil) throws -> [Json] {
    let program = try Program(binary(name), arguments + ["--json"], token: token)
    let lines = program.rest()
    guard program.status() == 0 else {
        throw Broken(description: "\(name) \(arguments): \(lines)")
    }
    return try lines.split(separator: "\n").map { try json($0) }
}

/// The relay, started and stopped as an office would.
final class Office {
    private let data: String
    private var address = "127.0.0.1:0"
    private var relay: Program?
    private(set) var url = ""

    init(_ folder: URL) throws {
        data = folder.appendingPathComponent("office").path
        try start()
        let file = folder.appendingPathComponent("名册.csv")
        try roster.write(to: file, atomically: true, encoding: .utf8)
        try command("import", "roster", file.path, "--community", community)
    }

    /// On the same address as before, once it is known.
    func start() throws {
        let serve = ["serve", "--json", "--data", data, "--listen", address]
        let relay = try Program(binary("linli"), serve, quiet: true)
        self.relay = relay
        guard let hello = relay.line() else { throw Broken(description: "the relay did not start") }
        url = try json(hello).text("url")
        address = String(url.dropFirst("http://".count))
    }

    func stop() {
        relay?.process.terminate()
        relay?.status()
        relay = nil
    }

    private func token() throws -> String {
        let token = try String(contentsOfFile: data + "/admin-token", encoding: .utf8)
        return token.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @discardableResult
    func command(_ arguments: String...) throws -> [Json] {
        try said("linli", arguments + ["--url", url], token: token())
    }

    /// What the relay's API answers, for what the command line has no word.
    @discardableResult
    func ask(_ method: String, _ path: String, _ body: Json? = nil) async throws -> Any {
        guard let address = URL(string: "\(url)/v1/\(path)") else { throw Broken(description: "no address: \(path)") }
        var request = URLRequest(url: address, timeoutInterval: patience)
        request.httpMethod = method
        request.setValue("Bearer \(try token())", forHTTPHeaderField: "Authorization")
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
        }
        let (bytes, answer) = try await URLSession.shared.data(for: request)
        guard (answer as? HTTPURLResponse)?.statusCode == 200 else {
            throw Broken(description: "\(method) \(path): \(String(decoding: bytes, as: UTF8.self))")
        }
        return try JSONSerialization.jsonObject(with: bytes)
    }

    /// The only row of a list of the API.
    func only(_ path: String) async throws -> Json {
        let rows = try await ask("GET", path) as? [Json] ?? []
        guard let row = rows.first, rows.count == 1 else { throw Broken(description: "\(path): \(rows)") }
        return row
    }

    /// Asks until lists show everything that is durable.
    func settle() async throws {
        let deadline = Date(timeIntervalSinceNow: patience)
        var status: Json = [:]
        repeat {
            guard Date() < deadline else { throw Broken(description: "waited too long for the lists: \(status)") }
            status = try await ask("GET", "status") as? Json ?? [:]
        } while try status.text("applied") != status.text("durable")
    }

    func code(for worker: String) throws -> String {
        try command("workers", "add", worker, "--grid", grid)
        return try command("enrol-code", "--worker", worker)[0].text("code")
    }

    func household(_ name: String) throws -> String {
        try command("households", "--search", name)[0].text("id")
    }

    /// Settles the only open conflict.
    func decide(_ value: String, _ reason: String) throws {
        let conflict = try command("conflicts", "--status", "open")[0]
        let values = conflict["values"] as? [Json] ?? []
        guard let chosen = try values.first(where: { try $0.text("value") == value }) else {
            throw Broken(description: "\(value) is not among \(values)")
        }
        try command("resolve", conflict.text("id"), "--choose", chosen.text("choice"), "--reason", reason)
    }
}

/// Another worker's phone.
final class Colleague {
    private let store: String

    init(_ office: Office, _ folder: URL, _ worker: String) throws {
        store = folder.appendingPathComponent(worker).path
        try command("enrol", office.url, office.code(for: worker))
        try command("sync")
    }

    func command(_ arguments: String...) throws {
        try said("linli-phone", ["--store", store] + arguments)
    }
}
