import Foundation
import Linli
import StoryKeys
import XCTest

/// Enrolled, a visit without a signal, killed, opened again, synced, a conflict decided, told; and what people are
/// told, may say and may refuse.
final class StoryTests: XCTestCase {
    private var folder = URL(fileURLWithPath: NSTemporaryDirectory())

    private var store: String { folder.appendingPathComponent("phone").path }

    override func setUpWithError() throws {
        folder.appendPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    private func opened() async throws -> Phone {
        let keys = FileKeys(store + ".key")
        return try await Phone.open(folder: store, app: "swift-story/1", language: .chinese, keys: keys)
    }

    private func enrolled(_ office: Office, _ worker: String) async throws -> Phone {
        let phone = try await opened()
        let who = try await phone.enrol(relayUrl: office.url, code: office.code(for: worker))
        XCTAssertEqual(who.workerName, worker)
        XCTAssertEqual(who.fingerprint, phone.fingerprint())
        let report = try await phone.sync()
        XCTAssertTrue(report.caughtUp)
        return phone
    }

    func testAVisitSurvivesAKillAndAConflictIsTold() async throws {
        let office = try Office(folder)
        defer { office.stop() }
        let before = try await enrolled(office, "王芳")
        let device = before.device()
        await before.closeStore()
        let colleague = try Colleague(office, folder, "李强")
        let home = try office.household("王秀英")
        office.stop()

        let visit = try savedAndKilled("王秀英", "一切正常")
        try colleague.command("edit", home, "contact_phone", "13900001111")

        let phone = try await opened()
        XCTAssertEqual(phone.device(), device, "the key store kept the key")
        let unsent = try await phone.status().unsent
        XCTAssertEqual(unsent, 2)
        let offline = await refusal { try await phone.sync() }
        XCTAssertEqual(offline?.code, "phone.offline")

        try office.start()
        let report = try await phone.sync()
        XCTAssertEqual(report.sent, 2)
        XCTAssertTrue(report.caughtUp)
        try colleague.command("sync")
        _ = try await phone.sync()
        let conflicts = try await phone.conflicts()
        XCTAssertEqual(conflicts.map { Set($0.versions.map(\.value)) }, [["13800002222", "13900001111"]])
        try office.decide("13900001111", "已电话核实")

        let told = try await phone.sync().notices
        XCTAssertEqual(told, 1)
        let notices = try await phone.notices()
        XCTAssertEqual(notices.map { [$0.kept, $0.mine, $0.reason] }, [["13900001111", "13800002222", "已电话核实"]])
        let card = try await phone.household(id: home, withHistory: true)
        XCTAssertEqual(card.contactPhone, "13900001111")
        XCTAssertEqual(card.conflicts, [])
        XCTAssertEqual(card.visits.map(\.id), [visit])
        XCTAssertEqual(card.visits.map(\.outcome), [.done])
        XCTAssertEqual(card.visits.map(\.note), ["一切正常"])
        XCTAssertEqual(card.visits.map(\.atHome), [2])
        try await phone.markNoticeSeen(id: notices[0].id)
        let left = try await phone.status().notices
        XCTAssertEqual(left, 0)
        await phone.closeStore()
    }

    func testEventsAreASequenceThatEndsWithThePhone() async throws {
        let office = try Office(folder)
        defer { office.stop() }
        let phone = try await enrolled(office, "王芳")
        let home = try await phone.households(filter: HouseholdFilter(search: "李建国"))[0].id
        let caughtUp = try await first(phone) { event in
            if case .caughtUp = event { return true } else { return nil }
        }
        XCTAssertEqual(caughtUp, true)
        _ = try await phone.recordVisit(household: home, visit: NewVisit(outcome: .noAnswer, needs: ["修灯"]))
        let sent = try await first(phone) { event in
            if case .sent(let records) = event { return records } else { return nil }
        }
        XCTAssertEqual(sent, 1)
        office.stop()
        let goodbye = try await first(phone) { event in
            if case .offline(let why, _) = event { return why.code } else { return nil }
        }
        XCTAssertEqual(goodbye, "relay.retry_later", "the relay says goodbye when it stops")
        await phone.closeStore()
        let after = await phone.nextEvent()
        XCTAssertNil(after)
        let closed = await refusal { try await phone.status() }
        XCTAssertEqual(closed, .Closed)
    }

    func testACancelledLoopEndsAndLosesNoEvent() async throws {
        let office = try Office(folder)
        defer { office.stop() }
        let phone = try await enrolled(office, "王芳")
        let home = try await phone.households(filter: HouseholdFilter(search: "李建国"))[0].id
        let quiet = try await first(phone) { event in
            if case .caughtUp = event { return true } else { return nil }
        }
        XCTAssertEqual(quiet, true)
        let loop = Task { for try await _ in phone.events() where false {} }
        loop.cancel()
        try await loop.value
        _ = try await phone.recordVisit(household: home, visit: NewVisit(outcome: .done))
        let sent = try await first(phone) { event in
            if case .sent(let records) = event { return records } else { return nil }
        }
        XCTAssertEqual(sent, 1)
        await phone.closeStore()
    }

    func testAWorkerIsToldSpeaksUpAndWritesDownWhatResidentsAllow() async throws {
        let office = try Office(folder)
        defer { office.stop() }
        let filings = ["icp_filing": "", "police_filing": "", "app_filing": ""]
        let said = filings.merging(["name": "邻里社区", "complaints": "12345"]) { $1 }
        try await office.ask("PUT", "operator", said)
        try await office.ask("POST", "privacy-notices", ["zh": "第一版"])
        let phone = try await enrolled(office, "王芳")
        let home = try office.household("王秀英")
        office.stop()
        try await readsTheNotice(phone)
        let complaint = try await complains(phone)
        try await asksForConsent(phone, home)

        try office.start()
        let caughtUp = try await phone.sync().caughtUp
        XCTAssertTrue(caughtUp)
        try await office.settle()
        let receipt = try await office.only("privacy-notices/1/receipts")
        XCTAssertEqual(try receipt.text("name"), "王芳")
        XCTAssertNotNil(receipt["read_at"] as? String)
        let listed = try await office.only("complaints")
        XCTAssertEqual(try listed.text("text"), "名册里的门牌错了")
        XCTAssertEqual(listed["of_resident"] as? Bool, true)
        try await office.ask("POST", "complaints/\(listed.text("id"))/answer", ["text": "已改正"])
        _ = try await phone.sync()
        let told = try await phone.complaints()
        XCTAssertEqual(told.map(\.id), [complaint])
        XCTAssertEqual(told.map(\.answer), ["已改正"])
        XCTAssertEqual(told.map(\.unsent), [false])
        XCTAssertNotNil(told[0].answeredAtMs)
        await phone.closeStore()
    }

    private func readsTheNotice(_ phone: Phone) async throws {
        let shown = try await phone.operator()
        XCTAssertEqual([shown.name, shown.complaints, shown.icpFiling], ["邻里社区", "12345", nil])
        XCTAssertEqual(shown.notice?.version, 1)
        XCTAssertEqual(shown.notice?.text, "第一版")
        XCTAssertNil(shown.notice?.readAtMs)
        let other = await refusal { try await phone.readNotice(version: 2) }
        XCTAssertEqual(other?.code, "phone.no_notice")
        let first = try await phone.readNotice(version: 1)
        let second = try await phone.readNotice(version: 1)
        XCTAssertEqual([first.changed, second.changed], [true, false], "once")
        let readAt = try await phone.operator().notice?.readAtMs
        XCTAssertNotNil(readAt, "it is not shown again")
    }

    private func complains(_ phone: Phone) async throws -> String {
        let blank = await refusal { try await phone.complain(new: NewComplaint(text: "  ")) }
        XCTAssertEqual(blank?.code, "phone.complaint_text")
        let new = NewComplaint(text: "名册里的门牌错了", ofResident: true, id: "00000000000000000000000020")
        let first = try await phone.complain(new: new)
        let second = try await phone.complain(new: new)
        XCTAssertEqual(first, second, "asked again it adds nothing")
        let told = try await phone.complaints()
        XCTAssertEqual(told.map(\.id), [first.id])
        XCTAssertEqual(told.map(\.saidBy), ["resident"])
        XCTAssertEqual(told.map(\.answer), [nil])
        XCTAssertEqual(told.map(\.unsent), [true])
        return first.id
    }

    private func asksForConsent(_ phone: Phone, _ home: String) async throws {
        let resident = try await phone.household(id: home, withHistory: false).residents[0].id
        let before = try await phone.consents(household: home, resident: resident)
        XCTAssertEqual(Set(before.map(\.standing)), [.notAsked])
        let agrees = NewConsent(purpose: .publish, given: true, how: .signed, id: "0000000000010")
        let first = try await phone.consent(household: home, resident: resident, new: agrees)
        let second = try await phone.consent(household: home, resident: resident, new: agrees)
        XCTAssertEqual(first, second, "asked again it adds nothing")
        let given = try await phone.consents(household: home, resident: resident).filter { $0.purpose == .publish }
        XCTAssertEqual(given.map(\.standing), [.given])
        XCTAssertEqual(given.flatMap(\.said).map(\.id), [first.id])
        XCTAssertEqual(given.flatMap(\.said).map(\.author), ["王芳"])
        XCTAssertEqual(given.flatMap(\.said).map(\.notice), [1])
        let refuses = NewConsent(purpose: .publish, given: false, how: .spoken)
        _ = try await phone.consent(household: home, resident: resident, new: refuses)
        let after = try await phone.consents(household: home, resident: resident)
        let published = after.filter { $0.purpose == .publish }
        XCTAssertEqual(published.map(\.standing), [.withdrawn])
        XCTAssertEqual(published.flatMap(\.said).map(\.stands), [false, true])
        let others = after.filter { $0.purpose != .publish }
        XCTAssertEqual(Set(others.map(\.standing)), [.notAsked], "one purpose is no other")
        let nobody = String(repeating: "0", count: 13)
        let stranger = await refusal { try await phone.consents(household: home, resident: nobody) }
        XCTAssertEqual(stranger?.code, "phone.no_resident")
    }

    func testErrorsHaveCodes() async throws {
        try await withPhone(folder: store, app: "swift-story/1", keys: FileKeys(store + ".key")) { phone in
            let malformed = await refusal { try await phone.household(id: "不是编号", withHistory: false) }
            XCTAssertEqual(malformed?.code, "id.malformed")
            let stranger = await refusal { try await phone.sync() }
            XCTAssertEqual(stranger?.code, "phone.not_enrolled")
        }
    }

    /// Why a call was refused; nothing when it was not.
    private func refusal<Result>(_ call: () async throws -> Result) async -> PhoneError? {
        do {
            _ = try await call()
            return nil
        } catch {
            return error as? PhoneError
        }
    }

    /// The first thing of interest that happens.
    private func first<Found>(_ phone: Phone, _ find: (SyncEvent) -> Found?) async throws -> Found? {
        for try await event in phone.events() {
            if let found = find(event) { return found }
        }
        return nil
    }

    /// Another process records a visit, says so, and is killed at once.
    private func savedAndKilled(_ name: String, _ note: String) throws -> String {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let app = try Program(beside.appendingPathComponent("AtTheDoor"), [store, name, note])
        let visit = app.line()
        kill(app.process.processIdentifier, SIGKILL)
        app.status()
        return try XCTUnwrap(visit, "the app said that it saved")
    }
}
