/** A PIN, twice. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { PhoneProblem } from "@/phone/calls";
import { useDo } from "./phone";
import { PIN_DIGITS, PinPad } from "./pin-pad";
import { Refused } from "./states";

interface NewPinProps {
  /** The PIN until now, when there is one. */
  old?: string;
  onDone: () => void;
  /** The old one was not it. */
  onWrong?: () => void;
}

export function NewPin({ old, onDone, onWrong }: NewPinProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const set = useDo("setPin");
  const change = useDo("changePin");
  const [first, setFirst] = useState<string | null>(null);
  const [pin, setPin] = useState("");
  const [differ, setDiffer] = useState(false);
  const asked = t(first === null ? "pin.new" : "pin.again");

  const typed = (next: string) => {
    setPin(next);
    if (next.length < PIN_DIGITS) return;
    setPin("");
    if (first === null) {
      setFirst(next);
      setDiffer(false);
      return;
    }
    if (first !== next) {
      setFirst(null);
      setDiffer(true);
      return;
    }
    const ends = {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["lockState"] });
        onDone();
      },
      onError: ({ code }: PhoneProblem) => {
        setFirst(null);
        if (code === "phone.wrong_pin") onWrong?.();
      },
    };
    if (old === undefined) set.mutate({ pin: next }, ends);
    else change.mutate({ pin: old, newPin: next }, ends);
  };
  return (
    <>
      <p className="pin-asked" aria-live="polite">
        {differ ? t("pin.differ") : asked}
      </p>
      <PinPad label={asked} value={pin} onChange={typed} disabled={set.isPending || change.isPending} />
      <Refused problem={set.error ?? change.error} />
    </>
  );
}
