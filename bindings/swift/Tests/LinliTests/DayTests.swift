import Foundation
import XCTest

/// The scripted day: the same for every language, with the same documents at its end.
final class DayTests: XCTestCase {
    func testTheDayEndsWithTheSameDocuments() throws {
        let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let phone = beside.appendingPathComponent("DayPhone").path
        let day = try Program(binary("linli-day"), [phone, folder.appendingPathComponent("phone").path])
        XCTAssertEqual(day.rest(), "")
        XCTAssertEqual(day.status(), 0, "the day says on standard error what differs")
    }
}
