import { ProgressBar } from "antd-mobile";

/** Done of all, in a bar and in words. */
export function Progress({ done, all, label }: { done: number; all: number; label: string }) {
  const percent = all === 0 ? 0 : Math.min(100, Math.floor((done / all) * 100));
  return (
    <div className="progress">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={label}
      >
        <ProgressBar percent={percent} aria-hidden />
      </div>
      <span className="number">{label}</span>
    </div>
  );
}
