/** How much room the browser leaves the app, and whether it may throw the store away. */
import { useEffect, useState } from "react";

/** Below this much is warned of: some hundred photos or a year of visits. */
const FREE_BYTES_LOW = 100 * 1024 * 1024;
/** Browsers begin to evict long before nothing is left. */
const USED_SHARE_HIGH = 0.9;

export interface Room {
  used: number;
  quota: number;
  persisted: boolean;
  low: boolean;
}

export async function room(): Promise<Room> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const persisted = await navigator.storage.persisted();
  const low = quota > 0 && (quota - usage < FREE_BYTES_LOW || usage / quota > USED_SHARE_HIGH);
  return { used: usage, quota, persisted, low };
}

/** Asked for at a moment when a person has just decided to use the app here. */
export async function keepForGood(): Promise<boolean> {
  return navigator.storage.persist();
}

/** How often it is looked at while a screen is open. */
const LOOK_EVERY_MS = 30_000;

export function useRoom(): Room | null {
  const [found, setFound] = useState<Room | null>(null);
  useEffect(() => {
    const look = () => void room().then(setFound, () => undefined);
    look();
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return found;
}
