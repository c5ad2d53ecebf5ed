/** Ids as the engine writes them (core/src/ids.rs): 16 random bytes in Crockford's base 32. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Chosen by the form, so that asking twice adds once. */
export function newId(): string {
  let [buffer, bits, text] = [0, 0, ""];
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >> bits) & 31);
    }
  }
  return text + ALPHABET.charAt((buffer << (5 - bits)) & 31);
}
