import Linli

/// Everything that the app says, Chinese first.
public enum Words: CaseIterable, Sendable {
    case enrol
    case scan
    case cameraNeeded
    case relayAddress
    case code
    case confirm
    case thisPhone
    case relay
    case download
    case today
    case search
    case due
    case met
    case noHouseholds
    case unsent
    case conflict
    case call
    case residents
    case visits
    case noVisits
    case recordVisit
    case atHome
    case needs
    case note
    case save
    case sync
    case syncNow
    case lastSync
    case never
    case waiting
    case carried
    case notices
    case back
    case markNotEnrolled
    case markTold
    case markRefused
    case markWaiting
    case markSettled
    case done
    case noAnswer
    case moved
    case refused
    case revisit
    case rights
    case nothingSaid
    case privacyNotice
    case haveRead
    case wasRead
    case complain
    case whoReads
    case ofResident
    case answered
    case waitsForAnswer

    /// In the language that the app speaks.
    public func callAsFunction(_ language: Language) -> String {
        language == .english ? both.1 : both.0
    }

    private var both: (String, String) {
        switch self {
        case .enrol: return ("加入社区", "Join a community")
        case .scan: return ("扫描二维码", "Scan the QR code")
        case .cameraNeeded: return ("扫描需要相机;也可以手工输入", "Scanning needs the camera; you can also type")
        case .relayAddress: return ("服务器地址", "Relay's address")
        case .code: return ("加入码", "Enrolment code")
        case .confirm: return ("请与社区核对这部手机的指纹", "Compare this phone's fingerprint with the office")
        case .thisPhone: return ("这部手机", "This phone")
        case .relay: return ("社区服务器", "The relay")
        case .download: return ("正在下载,可以中断后继续", "Downloading; it goes on where it stopped")
        case .today: return ("今天", "Today")
        case .search: return ("姓名、拼音、地址、电话尾号", "Name, pinyin, address, end of a number")
        case .due: return ("待走访", "To visit")
        case .met: return ("已走访", "Visited")
        case .noHouseholds: return ("没有找到住户", "No household found")
        case .unsent: return ("未上传", "not uploaded")
        case .conflict: return ("有争议", "in question")
        case .call: return ("打电话", "Call")
        case .residents: return ("居民", "Residents")
        case .visits: return ("走访", "Visits")
        case .noVisits: return ("还没有走访", "No visits yet")
        case .recordVisit: return ("记录走访", "Record a visit")
        case .atHome: return ("在家几人", "How many were in")
        case .needs: return ("需求,一行一个", "Needs, one a line")
        case .note: return ("备注", "Note")
        case .save: return ("保存", "Save")
        case .sync: return ("同步", "Sync")
        case .syncNow: return ("现在同步", "Sync now")
        case .lastSync: return ("上次同步", "Last sync")
        case .never: return ("从未", "never")
        case .waiting: return ("等待上传的记录", "Records to upload")
        case .carried: return ("代同事携带的记录", "Records carried for colleagues")
        case .notices: return ("社区的通知", "Notices of the office")
        case .back: return ("返回", "Back")
        case .markNotEnrolled: return ("未加入", "not joined")
        case .markTold: return ("社区有话", "office has a word")
        case .markRefused: return ("社区未收下", "not taken")
        case .markWaiting: return ("已保存,待上传", "saved, to upload")
        case .markSettled: return ("已全部上传", "all uploaded")
        case .done: return ("见到了", "Met")
        case .noAnswer: return ("没人应门", "No answer")
        case .moved: return ("已搬走", "Moved")
        case .refused: return ("不愿交谈", "Declined")
        case .revisit: return ("改天再来", "Come again")
        case .rights: return ("运营者与隐私说明", "Operator and privacy")
        case .nothingSaid: return ("运营者还没有填写", "The operator has not said anything yet")
        case .privacyNotice: return ("隐私说明", "Privacy notice")
        case .haveRead: return ("我已阅读", "I have read it")
        case .wasRead: return ("已阅读", "Read")
        case .complain: return ("给运营者提意见", "Tell the operator")
        case .whoReads: return ("只有您和运营者的管理员看得到,同事看不到", "Only you and the operator's admins read it, no colleague does")
        case .ofResident: return ("是身边居民的意见", "A resident's beside me")
        case .answered: return ("已答复", "Answered")
        case .waitsForAnswer: return ("等待答复", "Waits for an answer")
        }
    }
}

/// Chinese unless the phone is set to English.
public func language(of locale: String) -> Language {
    locale.hasPrefix("en") ? .english : .chinese
}

extension Outcome {
    /// In the order of the form.
    public static let all: [Outcome] = [.done, .noAnswer, .moved, .refused, .revisit]

    public var words: Words {
        switch self {
        case .done: return .done
        case .noAnswer: return .noAnswer
        case .moved: return .moved
        case .refused: return .refused
        case .revisit: return .revisit
        }
    }
}

extension SyncMark {
    public var words: Words {
        switch self {
        case .notEnrolled: return .markNotEnrolled
        case .told: return .markTold
        case .refused: return .markRefused
        case .waiting: return .markWaiting
        case .settled: return .markSettled
        }
    }
}

extension Complaint {
    /// How far it has come.
    public var words: Words {
        if answer != nil { return .answered }
        return unsent ? .unsent : .waitsForAnswer
    }
}
