import Foundation
import Linli
import StoryKeys

/// The phone of the scripted day, in Swift: a step a line on standard input, an answer a line on standard output.
/// Run by `linli-day`, which kills it where the script says so; tests/src/day/driven.rs has the steps.
@main
struct DayPhone {
    static func main() async throws {
        let folder = CommandLine.arguments[1]
        try await withPhone(folder: folder, app: "swift-day/1", keys: FileKeys(folder + ".key")) { phone in
            while let line = readLine() {
                let step = try JSONDecoder().decode(Step.self, from: Data(line.utf8))
                var answer = Answer()
                try await step.carryOut(phone, &answer)
                let said = try JSONEncoder().encode(answer)
                FileHandle.standardOutput.write(said + Data("\n".utf8))
            }
        }
    }
}

/// What is asked; which of it is there depends on `do`.
struct Step: Decodable {
    let `do`: String
    var url, code, household, search, resident, field, typed, file: String?
    var outcome, note, grid, address, contact_phone: String?
    var name, relation, gender, birth, phone, category, text, place: String?
    var at_home: UInt32?
    var needs: [String]?

    func carryOut(_ engine: Phone, _ answer: inout Answer) async throws {
        switch self.do {
        case "enrol": _ = try await engine.enrol(relayUrl: said(url), code: said(code))
        case "sync": answer.caught_up = try await engine.sync().caughtUp
        case "unsent": answer.unsent = try await engine.status().unsent
        case "export": answer.records = try await engine.exportUnsent(path: said(file)).records
        case "import": answer.records = try await engine.importUnsent(path: said(file)).records
        case "notices":
            let told = try await engine.notices()
            answer.notices = told.map { ["kept": $0.kept, "mine": $0.mine, "reason": $0.reason] }
        case "digests":
            let held = try await engine.digests()
            answer.digests = held.map { Held(space: $0.space, documents: $0.documents, code: $0.code) }
        case "add_household":
            let new = try NewHousehold(grid: said(grid), address: said(address), contactPhone: contact_phone, note: note)
            answer.id = try await engine.addHousehold(new: new).id
        case "issue":
            let new = try NewIssue(category: said(category), text: said(text), household: household, place: place)
            _ = try await engine.reportIssue(new: new)
        default: try await atTheDoor(engine)
        }
    }

    private func atTheDoor(_ engine: Phone) async throws {
        let home = try await home(engine)
        switch self.do {
        case "visit":
            let visit = try NewVisit(outcome: result(), atHome: at_home, needs: needs ?? [], note: note)
            _ = try await engine.recordVisit(household: home, visit: visit)
        case "edit":
            _ = try await engine.editHousehold(household: home, field: said(field), typed: said(typed))
        case "add_resident":
            let new = try NewResident(name: said(name), relation: relation, gender: gender, birth: birth, phone: phone)
            _ = try await engine.addResident(household: home, new: new)
        case "edit_resident":
            _ = try await engine.editResident(
                household: home, resident: said(resident), field: said(field), typed: said(typed))
        default: throw Unknown(what: self.do)
        }
    }

    /// The household, found as a worker finds it: by name or address.
    private func home(_ engine: Phone) async throws -> String {
        let found = try await engine.households(filter: HouseholdFilter(search: said(search))).first?.id
        guard let found, found == household else { throw Unknown(what: "the household of \(self)") }
        return found
    }

    private func result() throws -> Outcome {
        switch outcome {
        case "done": .done
        case "no_answer": .noAnswer
        case "moved": .moved
        case "refused": .refused
        case "revisit": .revisit
        default: throw Unknown(what: "\(self)")
        }
    }

    private func said(_ value: String?) throws -> String {
        guard let value else { throw Unknown(what: "what is missing in \(self)") }
        return value
    }
}

/// Only what was asked for is there.
struct Answer: Encodable {
    var caught_up: Bool?
    var unsent, records: UInt64?
    var id: String?
    var notices: [[String: String]]?
    var digests: [Held]?
}

struct Held: Encodable {
    let space: String
    let documents: UInt64
    let code: String
}

struct Unknown: Error {
    let what: String
}
