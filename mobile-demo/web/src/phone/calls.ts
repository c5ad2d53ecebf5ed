/**
 * What a screen can ask of the phone, and what it is told: the one interface between the screens and the engine
 * that runs in a worker. Names of calls and of their arguments are written as JavaScript does; what comes back is
 * the engine's own JSON (bindings/engine/src/views): ids are strings, times milliseconds since 1970, UTC, and a
 * field that says nothing is left out.
 */

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
  /** The language of the engine's sentences from now on. */
  setLanguage: { args: { language: "zh" | "en" }; result: null };
  enrol: { args: { relayUrl: string; code: string }; result: Enrolled };
  enrolScanned: { args: { scanned: string }; result: Enrolled };

  // Households
  today: { args: TodayFilter; result: Today };
  buildingChart: { args: { estate: string; building: string; grid?: string; campaign?: string }; result: BuildingChart };
  households: { args: { search?: string; grid?: string; limit?: number }; result: HouseholdItem[] };
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

  // Drafts: what is being typed, kept on every keystroke. `json` is the form's own business.
  saveDraft: { args: { key: string; formVersion: number; json: string }; result: null };
  draft: { args: { key: string }; result: Draft | null };
  dropDraft: { args: { key: string }; result: null };

  // What the office says
  notices: { args: Nothing; result: Notice[] };
  markNoticeSeen: { args: { id: string }; result: null };
  directives: { args: Nothing; result: Directive[] };
  acknowledge: { args: { directive: string }; result: SavedReceipt };

  // Issues
  reportIssue: { args: { issue: NewIssue }; result: SavedIssue };
  issues: { args: Nothing; result: Issue[] };

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
  /** Something in the store is new, whoever wrote it: this tab, another one, the relay. */
  | { event: "changed" }
  /** The lock was shut, in this tab or another one. */
  | { event: "locked" };

// The phone itself

export interface Status {
  enrolled: boolean;
  device: string;
  fingerprint: string;
  worker: string | null;
  worker_name: string | null;
  community: string | null;
  told?: Refusal;
  relay: string | null;
  households: number;
  unsent: number;
  carried: number;
  notices: number;
  last_sync_ms: number | null;
  clock_skew_ms: number | null;
  refused: Refusal[];
  spaces: Space[];
}

export interface Refusal {
  code: string;
  text: string;
}

export interface Space {
  id: string;
  /** Grid code or community. */
  name: string;
  writable: boolean;
  state: "empty" | "loading" | "live";
  pages_done: number;
  /** 0 while it is not known. */
  pages: number;
}

export interface Enrolled {
  id: string;
  fingerprint: string;
  relay_fingerprint: string;
  community: string;
  worker: string;
  worker_name: string;
  must_confirm: boolean;
}

export interface SyncReport {
  sent: number;
  received: number;
  snapshot_pages: number;
  skipped: number;
  refused: number;
  notices: number;
  told?: Refusal;
  ms: number;
  caught_up: boolean;
}

export interface Exported {
  bytes: Uint8Array;
  batches: number;
  records: number;
}

export interface Imported {
  batches: number;
  new: number;
  records: number;
  devices: string[];
}

export interface LockState {
  /** A PIN has been chosen. */
  pin: boolean;
  locked: boolean;
  /** So long nothing can be tried again, after too many wrong ones. */
  wait_ms: number;
}

// Households

export const OUTCOMES = ["done", "no_answer", "moved", "refused", "revisit"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface HouseholdItem {
  id: string;
  grid: string;
  address: string;
  contact_phone: string;
  people: string[];
  tags: string[];
  last_visit: { at: number; outcome: Outcome } | null;
  open_conflicts: number;
  unsent: boolean;
}

export interface Household {
  id: string;
  asked?: string;
  address: string;
  grid?: string;
  estate?: string;
  building?: string;
  unit?: string;
  room?: string;
  contact_phone?: string;
  note?: string;
  tags?: string[];
  residents: Resident[];
  visits: Visit[];
  conflicts: Conflict[];
  history?: HistoryEntry[];
  unsent: boolean;
  last_sync_ms: number | null;
}

export interface Resident {
  id: string;
  name?: string;
  relation?: string;
  gender?: "male" | "female";
  birth?: string;
  phone?: string;
  tags?: string[];
  away_to?: string;
  away_from?: string;
  back_on?: string;
  arrived_from?: string;
  arrived_on?: string;
  leaving_on?: string;
}

export interface Visit {
  id: string;
  at_ms: number;
  outcome: Outcome;
  at_home?: number;
  campaign?: string;
  note?: string;
  needs?: string[];
  answers?: Record<string, string>;
  told?: Told[];
  /** By the best clock known. */
  at: number;
  clock_was_off: boolean;
  author: string | null;
  device?: string;
}

export interface Told {
  directive: string;
  by: "visit" | "call" | "paper" | "message";
}

export interface Conflict {
  id: string;
  household: string;
  address: string;
  field: string;
  label: string;
  asks: boolean;
  shown: string;
  versions: { value: string; author: string | null; at: number; mine: boolean }[];
}

export interface HistoryEntry {
  field: string;
  value: string | null;
  author: string | null;
  at: number;
  message?: string;
}

export interface NewVisit {
  /** Chosen by the form: asked a second time after an answer that got lost, the first visit is given back. */
  id?: string;
  /** The draft that goes in the same commit. */
  draft?: string;
  outcome: Outcome;
  campaign?: string;
  atHome?: number;
  temperature?: string;
  needs?: string[];
  note?: string;
  told?: Told[];
}

export interface NewHousehold {
  id?: string;
  draft?: string;
  grid: string;
  address: string;
  contactPhone?: string;
  note?: string;
  tags?: string[];
}

export interface NewResident {
  id?: string;
  draft?: string;
  name: string;
  relation?: string;
  gender?: string;
  birth?: string;
  phone?: string;
  tags?: string[];
}

export interface Saved {
  id: string;
  household: string;
  changed: boolean;
  saved_at: number;
}

export interface SavedVisit {
  id: string;
  household: string;
  outcome: Outcome;
  period: string;
  saved_at: number;
}

export interface AddedResident {
  id: string;
  household: string;
  saved_at: number;
}

export interface AddedHousehold {
  id: string;
  address: string;
  saved_at: number;
  duplicates: Duplicate[];
}

export interface Duplicate {
  id: string;
  address: string;
  score: number;
  reasons: DuplicateReason[];
}

export const DUPLICATE_REASONS = [
  "same_address",
  "same_phone",
  "same_person",
  "most_people_shared",
] as const;
export type DuplicateReason = (typeof DUPLICATE_REASONS)[number];

// Today

export const TODAY_ONLY = ["due", "revisit", "never", "unsent", "conflict", "all"] as const;
export type TodayOnly = (typeof TODAY_ONLY)[number];

export interface TodayFilter {
  grid?: string;
  /** Empty text is the one without a name. */
  estate?: string;
  building?: string;
  campaign?: string;
  /** `due` without. Numbers are of all. */
  only?: TodayOnly;
  tag?: string;
  offset?: number;
  limit?: number;
}

/** Households by how the last visit of the period went. */
export interface Tally {
  households: number;
  reached: number;
  due: number;
  no_answer: number;
  revisit: number;
  untried: number;
  conflicts: number;
}

/** What a worker does now. */
export interface Today {
  /** `2026Q4`, or the campaign. */
  period: string;
  tally: Tally;
  unsent: number;
  buildings: BuildingDay[];
  buildings_left_out: number;
  /** A page of the households asked for, in the order of their doors. */
  doors: Door[];
  next_offset: number | null;
}

export interface BuildingDay {
  estate: string;
  building: string;
  tally: Tally;
  units: { unit: string; tally: Tally }[];
}

export interface Door extends HouseholdItem {
  estate: string;
  building: string;
  unit: string;
  room: string;
  floor: number | null;
  outcome: Outcome | null;
  due: boolean;
}

/** Every door of a building. */
export interface BuildingChart {
  period: string;
  estate: string;
  building: string;
  cells: ChartCell[];
  cut: boolean;
}

export interface ChartCell {
  id: string;
  unit: string;
  room: string;
  floor: number | null;
  /** Place on the floor: `01` of 501. */
  door: string;
  outcome: Outcome | null;
  due: boolean;
  conflict: boolean;
  unsent: boolean;
}

/** How a household stands in the period: as the last visit went, or that there was none. */
export type Standing = "never" | Outcome;

export interface Draft {
  key: string;
  form_version: number;
  json: string;
  saved_at: number;
}

// What the office says

export interface Notice {
  id: string;
  at: number;
  household: string;
  address: string;
  field: string;
  label: string;
  kept: string;
  mine: string;
  reason: string;
  seen: boolean;
  undone: boolean;
}

export interface Directive {
  id: string;
  title: string;
  text: string;
  version: number;
  from_ms: number | null;
  until_ms: number | null;
  issued_ms: number | null;
  issued_by: string | null;
  withdrawn?: string;
  changes?: { fate: "same" | "added" | "removed"; text: string }[];
  read_at: number | null;
}

export interface SavedReceipt {
  id: string;
  changed: boolean;
  saved_at: number;
}

// Issues

export const ISSUE_CATEGORIES = ["security", "environment", "sanitation", "property", "other"] as const;
export type IssueCategory = (typeof ISSUE_CATEGORIES)[number];

export interface NewIssue {
  id?: string;
  draft?: string;
  category: IssueCategory;
  grid: string;
  household?: string;
  place?: string;
  text: string;
}

export interface SavedIssue {
  id: string;
  saved_at: number;
}

export interface Issue {
  id: string;
  category: IssueCategory;
  grid: string;
  household?: string;
  place?: string;
  text: string;
  state: string;
  at: number;
  author: string | null;
  unsent: boolean;
}
