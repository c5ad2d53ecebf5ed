import Foundation
import Linli
import StoryKeys
import XCTest

/// What the screens of an app show, from enrolment to a visit that the office has.
final class ScreensTests: XCTestCase {
    func testADayOnTheScreens() async throws {
        try await withOffice { phone, office in
            try await self.start(phone, office)
            let home = try await self.visit(phone)
            try await self.sync(phone, office, home)
        }
    }

    func testWhoRunsThisAndWhatItWasTold() async throws {
        try await withOffice { phone, office in
            _ = try await phone.enrol(relayUrl: office.url, code: office.code(for: "王芳"))
            _ = try await phone.sync()
            let read = try await self.notice(phone, office)
            try await self.complaint(phone, read)
        }
    }

    private func withOffice(_ story: (Phone, Office) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let office = try Office(folder)
        defer { office.stop() }
        let store = folder.appendingPathComponent("phone").path
        try await withPhone(folder: store, app: "screens/1", keys: FileKeys(store + ".key")) { phone in
            try await story(phone, office)
        }
    }

    private func notice(_ phone: Phone, _ office: Office) async throws -> RightsState {
        let silent = await RightsState().look(phone)
        XCTAssertEqual(silent.lines, [])
        XCTAssertNil(silent.unread)
        let nothing = await silent.reading(phone)
        XCTAssertEqual(nothing, silent, "there is nothing to read")

        let filings = ["icp_filing": "", "police_filing": "", "app_filing": ""]
        try await office.ask("PUT", "operator", filings.merging(["name": "邻里社区", "complaints": "12345"]) { $1 })
        try await office.ask("POST", "privacy-notices", ["zh": "第一版"])
        _ = try await phone.sync()
        let shown = await silent.look(phone)
        XCTAssertEqual(shown.lines, ["邻里社区", "12345"])
        XCTAssertEqual(shown.unread?.text, "第一版")
        try await office.ask("POST", "privacy-notices", ["zh": "第二版"])
        _ = try await phone.sync()
        let other = await shown.reading(phone)
        XCTAssertEqual(other.failure?.code, "phone.no_notice")
        XCTAssertEqual(other.unread?.text, "第二版")
        let read = await other.reading(phone)
        XCTAssertNil(read.failure)
        XCTAssertNil(read.unread)
        XCTAssertEqual(read.shown?.notice?.version, 2)
        return read
    }

    private func complaint(_ phone: Phone, _ read: RightsState) async throws {
        let blank = await ComplaintDraft(text: " ").saving(phone)
        XCTAssertNil(blank.saved, "there are no words")
        let told = await ComplaintDraft(text: " 门牌错了 ", ofResident: true).saving(phone)
        XCTAssertNotNil(told.saved)
        let again = await told.saving(phone)
        XCTAssertEqual(again, told, "the second tap saves nothing")
        let complaints = await read.look(phone).complaints
        XCTAssertEqual(complaints.map(\.text), ["门牌错了"])
        XCTAssertEqual(complaints.map(\.saidBy), ["resident"])
        XCTAssertEqual(complaints.map(\.unsent), [true])
    }

    private func start(_ phone: Phone, _ office: Office) async throws {
        let nobody = await StartState().look(phone)
        XCTAssertEqual(nobody.step, .enrol)
        XCTAssertEqual(nobody.fingerprint, phone.fingerprint())
        let mark = await SyncState().look(phone).mark
        XCTAssertEqual(mark, .notEnrolled)
        let hopeless = await syncInBackground(phone)
        XCTAssertEqual(hopeless, .never)
        let stranger = await nobody.typed(phone, relay: office.url, code: "AAAA-BBBB-CCCC-DDDD")
        XCTAssertEqual(stranger.failure?.code, "enrol.bad_code")
        XCTAssertEqual(stranger.step, .enrol)

        let code = try office.code(for: "王芳")
        let enrolled = await stranger.typed(phone, relay: " \(office.url) ", code: code)
        XCTAssertEqual(enrolled.step, .download)
        XCTAssertNil(enrolled.failure)
        let ready = await enrolled.downloading(phone) { _ in }
        XCTAssertEqual(ready.step, .ready)
        XCTAssertEqual(ready.community, "样例社区")
        XCTAssertEqual(ready.share, 1)
    }

    private func visit(_ phone: Phone) async throws -> String {
        let today = await TodayState().showing(phone, search: "")
        XCTAssertEqual(today.due.flatMap(\.people), ["王秀英", "李建国"])
        let found = await today.showing(phone, search: "ljg")
        let home = try XCTUnwrap(found.due.first)
        XCTAssertEqual(home.people, ["李建国"])

        var draft = VisitDraft(needs: "修灯\n\n 换锁 ", note: " ")
        draft = await draft.saving(phone, household: home.id)
        XCTAssertNil(draft.saved, "nobody has said how it went")
        draft.outcome = .done
        let malformed = await draft.saving(phone, household: "不是编号")
        XCTAssertEqual(malformed.failure?.code, "id.malformed")
        let saved = await malformed.saving(phone, household: home.id)
        XCTAssertNotNil(saved.saved)
        let again = await saved.saving(phone, household: home.id)
        XCTAssertEqual(again, saved, "the second tap saves nothing")
        let card = await HouseholdState().showing(phone, id: home.id).card
        XCTAssertEqual(card?.visits.map(\.needs), [["修灯", "换锁"]])
        XCTAssertEqual(card?.visits.map(\.note), [nil])
        let met = await today.showing(phone, search: "").met
        XCTAssertEqual(met.flatMap(\.people), ["李建国"])
        let nowhere = await HouseholdState().showing(phone, id: "不是编号")
        XCTAssertEqual(nowhere.failure?.code, "id.malformed")
        return home.id
    }

    private func sync(_ phone: Phone, _ office: Office, _ home: String) async throws {
        let done = await syncInBackground(phone)
        XCTAssertEqual(done, .done)
        let settled = await SyncState().look(phone)
        XCTAssertEqual(settled.mark, .settled)
        office.stop()
        var offline = settled
        for try await event in phone.events() {
            offline = await settled.after(phone, event)
            if case .offline = event { break }
        }
        XCTAssertFalse(offline.connected)
        XCTAssertNotNil(offline.failure)
        phone.disconnect()
        let later = await syncInBackground(phone)
        XCTAssertEqual(later, .later)
        _ = try await phone.recordVisit(household: home, visit: NewVisit(outcome: .revisit))
        let waiting = await offline.look(phone)
        XCTAssertEqual(waiting.mark, .waiting)
        XCTAssertEqual(waiting.unsent, 1)
    }
}
