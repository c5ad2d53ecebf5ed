package linli.app

import linli.Complaint
import linli.Language
import linli.Outcome
import linli.screens.SyncMark

/** Everything that the app says, Chinese first. */
enum class Text(private val zh: String, private val en: String) {
    Enrol("加入社区", "Join a community"),
    Scan("扫描二维码", "Scan the QR code"),
    CameraNeeded("扫描需要相机;也可以手工输入", "Scanning needs the camera; you can also type"),
    RelayAddress("服务器地址", "Relay's address"),
    Code("加入码", "Enrolment code"),
    Confirm("请与社区核对这部手机的指纹", "Compare this phone's fingerprint with the office"),
    ThisPhone("这部手机", "This phone"),
    Relay("社区服务器", "The relay"),
    Download("正在下载,可以中断后继续", "Downloading; it goes on where it stopped"),
    Today("今天", "Today"),
    Search("姓名、拼音、地址、电话尾号", "Name, pinyin, address, end of a number"),
    Due("待走访", "To visit"),
    Met("已走访", "Visited"),
    NoHouseholds("没有找到住户", "No household found"),
    Unsent("未上传", "not uploaded"),
    Conflict("有争议", "in question"),
    Call("打电话", "Call"),
    Residents("居民", "Residents"),
    Visits("走访", "Visits"),
    NoVisits("还没有走访", "No visits yet"),
    RecordVisit("记录走访", "Record a visit"),
    AtHome("在家几人", "How many were in"),
    Needs("需求,一行一个", "Needs, one a line"),
    Note("备注", "Note"),
    Save("保存", "Save"),
    Sync("同步", "Sync"),
    SyncNow("现在同步", "Sync now"),
    LastSync("上次同步", "Last sync"),
    Never("从未", "never"),
    Waiting("等待上传的记录", "Records to upload"),
    Carried("代同事携带的记录", "Records carried for colleagues"),
    Notices("社区的通知", "Notices of the office"),
    Back("返回", "Back"),
    MarkNotEnrolled("未加入", "not joined"),
    MarkTold("社区有话", "office has a word"),
    MarkRefused("社区未收下", "not taken"),
    MarkWaiting("已保存,待上传", "saved, to upload"),
    MarkSettled("已全部上传", "all uploaded"),
    Done("见到了", "Met"),
    NoAnswer("没人应门", "No answer"),
    Moved("已搬走", "Moved"),
    Refused("不愿交谈", "Declined"),
    Revisit("改天再来", "Come again"),
    Rights("运营者与隐私说明", "Operator and privacy"),
    NothingSaid("运营者还没有填写", "The operator has not said anything yet"),
    PrivacyNotice("隐私说明", "Privacy notice"),
    HaveRead("我已阅读", "I have read it"),
    WasRead("已阅读", "Read"),
    Complain("给运营者提意见", "Tell the operator"),
    WhoReads("只有您和运营者的管理员看得到,同事看不到", "Only you and the operator's admins read it, no colleague does"),
    OfResident("是身边居民的意见", "A resident's beside me"),
    Answered("已答复", "Answered"),
    WaitsForAnswer("等待答复", "Waits for an answer"),
    ;

    fun of(language: Language): String = when (language) {
        Language.CHINESE -> zh
        Language.ENGLISH -> en
    }
}

/** Chinese unless the phone is set to English. */
fun languageOf(locale: String): Language = if (locale.startsWith("en")) Language.ENGLISH else Language.CHINESE

fun textOf(outcome: Outcome): Text = when (outcome) {
    Outcome.DONE -> Text.Done
    Outcome.NO_ANSWER -> Text.NoAnswer
    Outcome.MOVED -> Text.Moved
    Outcome.REFUSED -> Text.Refused
    Outcome.REVISIT -> Text.Revisit
}

fun textOf(mark: SyncMark): Text = when (mark) {
    SyncMark.NOT_ENROLLED -> Text.MarkNotEnrolled
    SyncMark.TOLD -> Text.MarkTold
    SyncMark.REFUSED -> Text.MarkRefused
    SyncMark.WAITING -> Text.MarkWaiting
    SyncMark.SETTLED -> Text.MarkSettled
}

/** How far a complaint has come. */
fun textOf(complaint: Complaint): Text = when {
    complaint.answer != null -> Text.Answered
    complaint.unsent -> Text.Unsent
    else -> Text.WaitsForAnswer
}
