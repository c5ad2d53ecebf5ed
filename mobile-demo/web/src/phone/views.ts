/** What is handed to the phone and what it shows, as JSON. */

// The phone itself

export interface Status {
  enrolled: boolean;
  device: string;
  fingerprint: string;
  worker: string | null;
  worker_name: string | null;
  community: string | null;
  told?: Refusal;
  /** The relay's chains once did not end where they had before: something was rewritten or cut off there. */
  contradiction?: Refusal;
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

/** What is held of a space. Where the office gives the same number and code, it holds the same documents. */
export interface SpaceDigest {
  space: string;
  name: string;
  documents: number;
  /** Four groups of four characters that two people compare aloud. */
  code: string;
}

/** Where the relay's chains ended, as it signed it. */
export interface Anchor {
  lineage: string;
  audit_row: number;
  log_row: number;
  at_ms: number;
  /** Whether it contradicts what it had said before. */
  contradicts: boolean;
  head: string;
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
  /** Id of a photo that was taken. */
  photo?: string;
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
  /** JPEG in base64. */
  photo?: string;
  /** To the campaign's questions, by their ids. */
  answers?: Record<string, string>;
  /** Version of the questions that were on the screen. */
  form?: number;
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

export const DUPLICATE_REASONS = ["same_address", "same_phone", "same_person", "most_people_shared"] as const;
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
  form: number;
  text: string;
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

export const QUESTION_KINDS = ["choice", "several", "yes_no", "number", "text"] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

export interface QuestionOption {
  id: string;
  zh: string;
  en?: string;
}

/** A question of a campaign; answered with an option's id, several with commas between, `yes`, `no`, or what is typed. */
export interface Question {
  id: string;
  zh: string;
  en?: string;
  kind: QuestionKind;
  options?: QuestionOption[];
  min?: number;
  max?: number;
  unit?: string;
  required: boolean;
  /** Asked whatever happened at the door, and not only where the visit was done. */
  always: boolean;
}

/** A campaign that is under way for this phone's grids. */
export interface Campaign {
  name: string;
  reason: string | null;
  /** As 2026-11-22. */
  from: string | null;
  to: string | null;
  /** Version of the questions. */
  form: number | null;
  questions: Question[];
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
  subtype?: string;
  /** Not needed for an issue at a household. */
  grid?: string;
  household?: string;
  /** The household's address where nothing is said. */
  place?: string;
  text: string;
  /** Who may know who reported it; the office alone where nothing is said. */
  visibility?: "office" | "handlers" | "public";
  /** JPEG in base64. */
  photo?: string;
}

export interface SavedIssue {
  id: string;
  saved_at: number;
}

export interface IssueFilter {
  household?: string;
  mine?: boolean;
  offset?: number;
  limit?: number;
}

export interface Issue {
  id: string;
  category: IssueCategory;
  subtype: string;
  grid: string;
  household?: string;
  place: string;
  text: string;
  /** `reported` until the office has taken it up. */
  state: string;
  mine: boolean;
  reported_at: number;
  unsent: boolean;
}
