/**
 * What a screen can ask of the phone, and what it is told: the one interface between the screens and the engine
 * that runs in a worker. Names of calls and of their arguments are written as JavaScript does; what comes back is
 * the engine's own JSON (bindings/engine/src/views): ids are strings, times milliseconds since 1970, UTC, and a
 * field that says nothing is left out (src/phone/views.ts).
 */
import type {
  Complaint,
  ConsentPurpose,
  NewComplaint,
  NewConsent,
  Operator,
  SavedComplaint,
  SavedConsent,
  SavedNoticeReceipt,
} from "./rights";
import type {
  AddedHousehold,
  AddedResident,
  Anchor,
  BuildingChart,
  Campaign,
  Conflict,
  Directive,
  Draft,
  Duplicate,
  Enrolled,
  Exported,
  Household,
  HouseholdItem,
  Imported,
  Issue,
  IssueFilter,
  LockState,
  NewHousehold,
  NewIssue,
  NewResident,
  NewVisit,
  Notice,
  Saved,
  SavedIssue,
  SavedReceipt,
  SavedVisit,
  SpaceDigest,
  Status,
  SyncReport,
  Today,
  TodayFilter,
} from "./views";

export * from "./rights";
export * from "./views";

/** What the engine refused, in the user's language. */
export class PhoneProblem extends Error {
  override readonly name = "PhoneProblem";
  constructor(
    /** Stable and dotted: `phone.unsent_work`. */
    readonly code: string,
    /** For people: what, why, what to do. */
    readonly text: string,
  ) {
    super(`${code}: ${text}`);
  }
}

/**
 * `src/phone/client.ts` exports `openPhone(language: "zh" | "en"): Phone`, which gives it at once; calls wait until
 * the engine is there, and all fail with one {@link PhoneProblem} when it cannot be.
 */
export interface Phone {
  /** Rejects with a {@link PhoneProblem}. Whatever was saved has been saved for good when it resolves. */
  call<M extends Method>(method: M, args: Args<M>): Promise<Result<M>>;
  /** Every event until the function that it gives back is called. */
  onEvent(listener: (event: PhoneEvent) => void): () => void;
}

export type Method = keyof Calls;
export type Args<M extends Method> = Calls[M]["args"];
export type Result<M extends Method> = Calls[M]["result"];

/** No arguments, or nothing to tell. */
export type Nothing = Record<string, never>;

export interface Calls {
  // The phone itself
  status: { args: Nothing; result: Status };
  /** What is held of each space, to be compared with the office's `linli digests`. */
  digests: { args: Nothing; result: SpaceDigest[] };
  /** Where the relay's chains ended, as it signed it: for the office's `linli verify --anchor`. */
  anchors: { args: Nothing; result: Anchor[] };
  /** The language of the engine's sentences from now on. */
  setLanguage: { args: { language: "zh" | "en" }; result: null };
  enrol: { args: { relayUrl: string; code: string }; result: Enrolled };
  enrolScanned: { args: { relayUrl: string; scanned: string }; result: Enrolled };

  // Households
  today: { args: TodayFilter; result: Today };
  buildingChart: {
    args: { estate: string; building: string; grid?: string; campaign?: string };
    result: BuildingChart;
  };
  households: { args: { search?: string; grid?: string; limit?: number }; result: HouseholdItem[] };
  /** The first search is as quick as the others from then on; the holder of the store does it by itself. */
  prepareSearch: { args: Nothing; result: null };
  household: { args: { id: string; withHistory: boolean }; result: Household };
  recordVisit: { args: { household: string; visit: NewVisit }; result: SavedVisit };
  editHousehold: { args: { household: string; field: string; typed: string }; result: Saved };
  addHousehold: { args: { household: NewHousehold }; result: AddedHousehold };
  duplicatesFor: { args: { household: NewHousehold }; result: Duplicate[] };
  addResident: { args: { household: string; resident: NewResident }; result: AddedResident };
  editResident: {
    args: { household: string; resident: string; field: string; typed: string };
    result: Saved;
  };
  conflicts: { args: Nothing; result: Conflict[] };
  /** JPEG in base64; null when this phone does not have it. */
  photo: { args: { id: string }; result: string | null };

  // Drafts: what is being typed, kept on every keystroke. `form` is the form's version, `text` its own business.
  saveDraft: { args: { key: string; form: number; text: string }; result: null };
  draft: { args: { key: string }; result: Draft | null };
  dropDraft: { args: { key: string }; result: boolean };

  // What the office says
  notices: { args: Nothing; result: Notice[] };
  markNoticeSeen: { args: { id: string }; result: null };
  directives: { args: Nothing; result: Directive[] };
  campaigns: { args: Nothing; result: Campaign[] };
  acknowledge: { args: { directive: string }; result: SavedReceipt };

  // Issues
  reportIssue: { args: { issue: NewIssue }; result: SavedIssue };
  issues: { args: IssueFilter; result: Issue[] };

  // What people are told, may say and may refuse
  operator: { args: Nothing; result: Operator };
  readNotice: { args: { version: number }; result: SavedNoticeReceipt };
  complaints: { args: Nothing; result: Complaint[] };
  complain: { args: { complaint: NewComplaint }; result: SavedComplaint };
  consents: { args: { household: string; resident: string }; result: ConsentPurpose[] };
  consent: { args: { household: string; resident: string; consent: NewConsent }; result: SavedConsent };

  // The way to the relay
  sync: { args: Nothing; result: SyncReport };
  stayConnected: { args: Nothing; result: null };
  disconnect: { args: Nothing; result: null };
  /** The connection looks at once: the system says that the network is back, or the app is in front again. */
  wake: { args: Nothing; result: null };
  exportUnsent: { args: Nothing; result: Exported };
  importUnsent: { args: { bytes: Uint8Array }; result: Imported };

  // The lock. While it is shut every other call but `setLanguage` says `phone.locked`.
  lockState: { args: Nothing; result: LockState };
  setPin: { args: { pin: string }; result: null };
  changePin: { args: { pin: string; newPin: string }; result: null };
  /** `phone.wrong_pin`, or `phone.pin_wait` after too many of those. */
  unlock: { args: { pin: string }; result: null };
  lock: { args: Nothing; result: null };
  /** Removes everything from this phone. `phone.unsent_work` while something is not uploaded and `force` is not set. */
  signOut: { args: { force?: boolean }; result: null };
}

// Events

export type PhoneEvent =
  | { event: "connected" }
  | { event: "told"; code: string; text: string }
  | { event: "snapshot"; space: string; page: number; pages: number }
  | { event: "received"; changes: number }
  | { event: "sent"; records: number }
  | { event: "refused"; code: string; text: string }
  | ({ event: "caught_up" } & SyncReport)
  | { event: "offline"; code: string; text: string; retry_ms: number }
  /** The connection was given up: this phone's own storage is in trouble. */
  | { event: "ended"; code: string; text: string }
  /** Something in the store is new, whoever wrote it: this tab, another one, the relay. */
  | { event: "changed" }
  /** The lock was shut, in this tab or another one. */
  | { event: "locked" };
