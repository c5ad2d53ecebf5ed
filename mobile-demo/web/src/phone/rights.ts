/** What people are told, may say and may refuse, as the engine shapes it: who runs this, complaints, consents. */

export interface Operator {
  name: string | null;
  icp_filing: string | null;
  police_filing: string | null;
  app_filing: string | null;
  /** Telephone or address. */
  complaints: string | null;
  notice: PrivacyNotice | null;
}

export interface PrivacyNotice {
  version: number;
  text: string;
  from_ms: number;
  /** Null until the worker has said to have read this version. */
  read_at: number | null;
}

export interface SavedNoticeReceipt {
  version: number;
  changed: boolean;
  saved_at: number;
}

export interface NewComplaint {
  id?: string;
  draft?: string;
  text: string;
  ofResident: boolean;
}

export interface SavedComplaint {
  id: string;
  saved_at: number;
}

export interface Complaint {
  id: string;
  text: string;
  said_by: "worker" | "resident";
  at: number;
  answer: string | null;
  answered_at: number | null;
  unsent: boolean;
}

export type ConsentPurposeWord = "publish" | "share_with_volunteers" | "contact_by_phone";
export type ConsentStanding = "given" | "withdrawn" | "disputed" | "not_asked";

export interface ConsentPurpose {
  purpose: ConsentPurposeWord;
  standing: ConsentStanding;
  /** Oldest first. */
  said: {
    id: string;
    given: boolean;
    how: "spoken" | "signed";
    at: number;
    author: string | null;
    notice: number | null;
    stands: boolean;
  }[];
}

export interface NewConsent {
  id?: string;
  purpose: ConsentPurposeWord;
  given: boolean;
  how: "spoken" | "signed";
}

export interface SavedConsent {
  id: string;
  household: string;
  resident: string;
  saved_at: number;
}
