import Foundation
import Linli
import LinliAppPlain
import XCTest

/// What of the iOS app needs no iOS.
final class PlainTests: XCTestCase {
    private struct Locked: Error {}

    private struct Flips: Sealer {
        var locked = false

        func seal(_ secret: Data) -> Data { Data(secret.map { $0 ^ 1 }) }

        func open(_ sealed: Data) throws -> Data {
            if locked { throw Locked() }
            return seal(sealed)
        }
    }

    private final class Kept: SecretStore, @unchecked Sendable {
        var secret: Data?

        func read() -> Data? { secret }

        func write(_ secret: Data) { self.secret = secret }
    }

    func testTheSecretLiesSealedAndComesBack() throws {
        let store = Kept()
        let keys = SealedKeys(store: store, sealer: Flips())
        XCTAssertNil(try keys.load())
        try keys.save(secret: Data([1, 2, 3]))
        XCTAssertEqual(store.secret, Data([0, 3, 2]))
        XCTAssertEqual(try SealedKeys(store: store, sealer: Flips()).load(), Data([1, 2, 3]))
        XCTAssertThrowsError(try SealedKeys(store: store, sealer: Flips(locked: true)).load()) { error in
            XCTAssertTrue(error is KeyStoreError)
        }
    }

    private struct Hardware: Signer {
        func make() -> Data { Data([4]) }

        func sign(_ message: Data) -> Data { message + [5] }
    }

    func testAPhoneWithoutSecureHardwareKeepsASecretAndOneWithItSigns() throws {
        let without = SealedKeys(store: Kept(), sealer: Flips())
        XCTAssertNil(try without.makeSigningKey())
        XCTAssertThrowsError(try without.sign(message: Data([1]))) { XCTAssertTrue($0 is KeyStoreError) }
        let with = SealedKeys(store: Kept(), sealer: Flips(), signer: Hardware())
        XCTAssertEqual(try with.makeSigningKey(), Data([4]))
        XCTAssertEqual(try with.sign(message: Data([1])), Data([1, 5]))
    }

    func testBackLeadsWhereOneCameFrom() {
        var places = Places()
        places.open(.card(household: "a"))
        places.open(.visit(household: "a"))
        places.open(.visit(household: "a"))
        XCTAssertEqual(places.way, [.card(household: "a"), .visit(household: "a")])
        places.back()
        places.back()
        places.back()
        XCTAssertEqual(places.way, [])
    }

    func testEverythingIsSaidInBothLanguages() {
        for words in Words.allCases {
            XCTAssertFalse(words(.chinese).isEmpty)
            XCTAssertFalse(words(.english).isEmpty)
        }
        XCTAssertEqual(Words.today(language(of: "zh-Hans-CN")), "今天")
        XCTAssertEqual(Words.today(language(of: "en-GB")), "Today")
        XCTAssertEqual(Set(Outcome.all.map(\.words)).count, 5)
    }

    func testAnAnswerCountsForMoreThanWhereAComplaintLies() {
        var complaint = Complaint(
            id: "a", text: "门牌错了", saidBy: "worker", atMs: 0, answer: nil, answeredAtMs: nil, unsent: false
        )
        XCTAssertEqual(complaint.words, .waitsForAnswer)
        complaint.unsent = true
        XCTAssertEqual(complaint.words, .unsent)
        complaint.answer = "已改正"
        XCTAssertEqual(complaint.words, .answered)
    }
}
