/** The relay's fingerprint as it was at enrolment: no secret, and still to be read aloud after the app was closed. */
const KEPT = "linli.app.relay_fingerprint";

export function relayFingerprint(): string | null {
  return localStorage.getItem(KEPT);
}

export function keepRelayFingerprint(fingerprint: string) {
  localStorage.setItem(KEPT, fingerprint);
}
