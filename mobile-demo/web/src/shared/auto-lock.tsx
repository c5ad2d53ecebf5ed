/** Shuts the lock when nobody has touched the app for a while. */
import { useEffect } from "react";
import { usePhone } from "./phone";

const KEPT = "linli.app.auto_lock_minutes";

export const AUTO_LOCK_MINUTES = [1, 5, 15, 30] as const;

/** A stairwell's worth: longer than any talk at a door interrupts typing. */
const DEFAULT_MINUTES = 5;

/** How often it is looked; a phone that slept is looked at when it wakes. */
const LOOK_EVERY_MS = 5_000;

export function autoLockMinutes(): number {
  const kept = Number(localStorage.getItem(KEPT));
  return AUTO_LOCK_MINUTES.find((minutes) => minutes === kept) ?? DEFAULT_MINUTES;
}

export function setAutoLockMinutes(minutes: number) {
  localStorage.setItem(KEPT, String(minutes));
}

export function AutoLock() {
  const phone = usePhone();
  useEffect(() => {
    let touched = now();
    const touch = () => {
      if (!look()) touched = now();
    };
    const look = () => {
      const due = now() - touched >= autoLockMinutes() * 60_000;
      if (due) void phone.call("lock", {}).catch(() => undefined);
      return due;
    };
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    const kinds = ["pointerdown", "keydown"] as const;
    kinds.forEach((kind) => window.addEventListener(kind, touch, { capture: true, passive: true }));
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearInterval(timer);
      kinds.forEach((kind) => window.removeEventListener(kind, touch, { capture: true }));
      document.removeEventListener("visibilitychange", look);
    };
  }, [phone]);
  return null;
}

/** The later of two clocks: one stops while the phone sleeps, the other can be set back by hand. */
let behind = 0;
let last = { wall: Date.now(), steady: performance.now() };
function now(): number {
  const next = { wall: Date.now(), steady: performance.now() };
  behind += Math.max(next.wall - last.wall, next.steady - last.steady, 0);
  last = next;
  return behind;
}
