import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  ExclamationCircleFilled,
  MinusCircleOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

/** `neutral` is for what is nobody's fault: offline, not yet, switched off. */
export type Tone = "good" | "warning" | "bad" | "neutral" | "waiting";

const LOOKS: Record<Tone, [icon: ReactNode, colour: string]> = {
  good: [<CheckCircleFilled key="good" />, "#1c7430"],
  warning: [<ExclamationCircleFilled key="warning" />, "#8f5500"],
  bad: [<CloseCircleFilled key="bad" />, "#b91c1c"],
  neutral: [<MinusCircleOutlined key="neutral" />, "#596270"],
  waiting: [<ClockCircleOutlined key="waiting" />, "#1450a3"],
};

/** An icon, a colour and words: whoever sees no colours misses nothing. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  const [icon, color] = LOOKS[tone];
  return (
    <span className="status" style={{ color }}>
      <span aria-hidden>{icon}</span>
      <span>{children}</span>
    </span>
  );
}
