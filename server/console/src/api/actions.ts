/** What a session can do: the words that the relay knows, least first. */
export const ACTIONS = [
  "read",
  "follow",
  "sign_out",
  "confirm",
  "change_password",
  "passkeys",
  "speak_up",
  "read_sessions",
  "end_session",
  "import",
  "edit",
  "grids",
  "people",
  "enrol_code",
  "phones",
  "campaigns",
  "resolve",
  "merge",
  "directives",
  "views",
  "export",
  "audit",
  "export_audit",
  "erase",
  "read_users",
  "users",
  "settings",
] as const;

export type Action = (typeof ACTIONS)[number];

/** Acts that need no session; they stand in the audit all the same. */
export const OPEN_ACTIONS = ["setup", "sign_in", "enrol_phone"] as const;

export const ROLES = ["admin", "office", "supervisor", "readonly"] as const;

export type Role = (typeof ROLES)[number];
