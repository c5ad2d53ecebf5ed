/** Invitations to enrol: as a link's fragment (`/app/#linli-enrol:1?…`), or as scanned. */

/** What every invitation begins with (core/src/identity/invitation.rs). */
const BEGINS = "linli-enrol:";

let taken: string | null = null;

/** Takes an invitation out of the page's address, where it would stay in the browser's history. */
export function takeInvitation() {
  const fragment = decoded(location.hash.slice(1));
  if (!fragment.startsWith(BEGINS)) return;
  taken = fragment;
  history.replaceState(null, "", location.pathname);
}

export function invitationOfLink(): string | null {
  return taken;
}

/** The invitation in a scanned text, which may be a link with one. */
export function invitationIn(text: string): string | null {
  const plain = text.trim();
  if (plain.startsWith(BEGINS)) return plain;
  const at = plain.indexOf("#");
  const fragment = at < 0 ? "" : decoded(plain.slice(at + 1));
  return fragment.startsWith(BEGINS) ? fragment : null;
}

/** The relay that an invitation is for, if it says so readably. The engine is the judge of the rest. */
export function relayOf(invitation: string): string | null {
  const at = invitation.indexOf("&u=");
  if (at < 0) return null;
  try {
    return new URL(invitation.slice(at + 3)).origin;
  } catch {
    return null;
  }
}

/** The relay's fingerprint as the invitation names it. */
export function fingerprintOf(invitation: string): string | null {
  return /[?&]k=([^&\s]+)/.exec(invitation)?.[1] ?? null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
