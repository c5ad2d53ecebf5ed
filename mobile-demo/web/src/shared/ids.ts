/** Ids as the engine writes them (core/src/ids.rs): random bytes in Crockford's base 32. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** How long the ids are of what a form can make. */
const BYTES = { visit: 8, resident: 8, household: 16, issue: 16, complaint: 16, consent: 8 } as const;

/** Chosen by the form, so that asking twice adds once. */
export function newId(of: keyof typeof BYTES): string {
  let [buffer, bits, text] = [0, 0, ""];
  for (const byte of crypto.getRandomValues(new Uint8Array(BYTES[of]))) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >> bits) & 31);
    }
  }
  return text + ALPHABET.charAt((buffer << (5 - bits)) & 31);
}
