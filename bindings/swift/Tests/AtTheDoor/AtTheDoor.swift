import Foundation
import Linli
import StoryKeys

/// A worker's app that is killed right after it said that a visit is saved: run as a process of its own.
@main
struct AtTheDoor {
    static func main() async throws {
        let (folder, name, note) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
        let keys = FileKeys(folder + ".key")
        let phone = try await Phone.open(folder: folder, app: "swift-story/1", language: .chinese, keys: keys)
        guard let home = try await phone.households(filter: HouseholdFilter(search: name)).first else {
            fatalError("nobody is called \(name)")
        }
        let visit = NewVisit(outcome: .done, atHome: 2, note: note)
        let saved = try await phone.recordVisit(household: home.id, visit: visit)
        _ = try await phone.editHousehold(household: home.id, field: "contact_phone", typed: "13800002222")
        FileHandle.standardOutput.write(Data("\(saved.id)\n".utf8))
        // Until the kill.
        _ = FileHandle.standardInput.readDataToEndOfFile()
    }
}
