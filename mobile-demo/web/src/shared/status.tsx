import {
  CheckCircleFill,
  ClockCircleOutline,
  CloseCircleOutline,
  CompassOutline,
  ExclamationCircleFill,
  MinusCircleOutline,
  RedoOutline,
  StopOutline,
} from "antd-mobile-icons";
import type { ReactNode } from "react";
import { useTranslation } from "@/shared/texts";
import type { Standing } from "@/phone/calls";

/** `neutral` is for what is nobody's fault: offline, not yet, switched off. */
export type Tone = "good" | "warning" | "bad" | "neutral" | "waiting";

const ICONS: Record<Tone, ReactNode> = {
  good: <CheckCircleFill />,
  warning: <ExclamationCircleFill />,
  bad: <CloseCircleOutline />,
  neutral: <MinusCircleOutline />,
  waiting: <ClockCircleOutline />,
};

/** An icon, a colour and words: whoever sees no colours misses nothing. */
export function Status({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`status ${tone}`}>
      <span aria-hidden>{icon ?? ICONS[tone]}</span>
      <span>{children}</span>
    </span>
  );
}

const STANDINGS: Record<Standing, [tone: Tone, icon: ReactNode]> = {
  never: ["neutral", <MinusCircleOutline key="never" />],
  done: ["good", <CheckCircleFill key="done" />],
  no_answer: ["warning", <ClockCircleOutline key="no_answer" />],
  revisit: ["waiting", <RedoOutline key="revisit" />],
  refused: ["neutral", <StopOutline key="refused" />],
  moved: ["neutral", <CompassOutline key="moved" />],
};

export function StandingIcon({ standing }: { standing: Standing }) {
  return <>{STANDINGS[standing][1]}</>;
}

/** How a household stands, in an icon, a colour and words. */
export function HouseholdStanding({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const [tone, icon] = STANDINGS[standing];
  return (
    <Status tone={tone} icon={icon}>
      {t(`standing.${standing}`)}
    </Status>
  );
}
