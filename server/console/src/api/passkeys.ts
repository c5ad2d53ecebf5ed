/** Passkeys: an authenticator signs what the relay asks, and the page carries both to and fro. */
import { client, refresh, type Schema } from "./client";
import { seat } from "./session";

type Purpose = "sign_in" | "confirm" | "register";

/** The algorithm that the relay checks: ES256. */
const ES256 = -7;

/** Browsers make passkeys for names only, and only where the connection is safe. */
export function canUsePasskeys(): boolean {
  const { hostname } = window.location;
  return "PublicKeyCredential" in window && !/^[\d.]+$|:/.test(hostname);
}

/** Signs in with whichever passkey the person chooses. */
export async function signInWithPasskey(): Promise<void> {
  const { data, error } = await client.POST("/v1/session/passkey", { body: await sign("sign_in") });
  if (error) throw error as unknown;
  seat(data);
}

/** Confirms with one of one's own. */
export async function confirmWithPasskey(): Promise<void> {
  const { data, error } = await client.POST("/v1/session/passkey/confirm", { body: await sign("confirm") });
  if (error) throw error as unknown;
  seat(data);
}

/** Makes one for this account. */
export async function addPasskey(name: string, account: string): Promise<void> {
  const asked = await challenge("register");
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(asked.challenge),
      rp: { id: asked.rp_id, name: asked.rp_id },
      user: { id: bytes(asked.user ?? ""), name: account, displayName: account },
      pubKeyCredParams: [{ type: "public-key", alg: ES256 }],
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: asked.known.map((id) => ({ type: "public-key" as const, id: bytes(id) })),
    },
  });
  const answer = (made as PublicKeyCredential).response as AuthenticatorAttestationResponse;
  const { error } = await client.POST("/v1/passkeys", {
    body: {
      name,
      client_data: text(answer.clientDataJSON),
      authenticator_data: text(answer.getAuthenticatorData()),
    },
  });
  if (error) throw error as unknown;
  await refresh("/v1/passkeys");
}

async function challenge(purpose: Purpose): Promise<Schema<"ChallengeBody">> {
  const { data, error } = await client.GET("/v1/session/passkey", { params: { query: { purpose } } });
  if (error) throw error as unknown;
  return data;
}

async function sign(purpose: Purpose): Promise<Schema<"Signed">> {
  const asked = await challenge(purpose);
  const given = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(asked.challenge),
      rpId: asked.rp_id,
      userVerification: "required",
      allowCredentials: asked.known.map((id) => ({ type: "public-key" as const, id: bytes(id) })),
    },
  });
  const credential = given as PublicKeyCredential;
  const answer = credential.response as AuthenticatorAssertionResponse;
  return {
    id: text(credential.rawId),
    client_data: text(answer.clientDataJSON),
    authenticator_data: text(answer.authenticatorData),
    signature: text(answer.signature),
  };
}

/** Whether the person, or the browser, thought better of it: nothing to complain about. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
}

/** Base 64 for addresses, without padding. */
function text(buffer: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
