/** The lock: nothing of the records is on the page until it opens. */
import { LockOutline } from "antd-mobile-icons";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { LockState } from "@/phone/calls";
import { useDo } from "@/shared/phone";
import { PIN_DIGITS, PinPad } from "@/shared/pin-pad";
import { problemOf } from "@/shared/problem";

export default function Lock({ state }: { state: LockState }) {
  const { t } = useTranslation("lock");
  const queries = useQueryClient();
  const unlock = useDo("unlock");
  const [pin, setPin] = useState("");
  const seconds = useSecondsLeft(state.wait_ms);
  const waits = seconds > 0;

  const typed = (next: string) => {
    setPin(next);
    if (next.length < PIN_DIGITS) {
      unlock.reset();
      return;
    }
    unlock.mutate(
      { pin: next },
      {
        onError: () => setPin(""),
        onSettled: () => void queries.invalidateQueries(),
      },
    );
  };
  return (
    <main className="door">
      <div className="door-card lock">
        <LockOutline className="door-icon" aria-hidden />
        <h1>{t("title")}</h1>
        <p>{t("text")}</p>
        <PinPad label={t("title")} value={pin} onChange={typed} disabled={unlock.isPending || waits} />
        <p role="alert" className={unlock.error || waits ? "lock-told" : "lock-told empty"}>
          {waits ? t("wait", { count: seconds }) : unlock.error ? problemOf(unlock.error).text : " "}
        </p>
        <p className="hint">{t("forgotten")}</p>
      </div>
    </main>
  );
}

/** Counts down what the lock still waits. */
function useSecondsLeft(waitMs: number): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = performance.now() + waitMs;
    const look = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    look();
    if (waitMs <= 0) return;
    const timer = window.setInterval(look, 500);
    return () => window.clearInterval(timer);
  }, [waitMs]);
  return left;
}
