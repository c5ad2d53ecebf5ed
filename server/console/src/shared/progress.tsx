import { Progress as Bar } from "antd";
import { useTranslation } from "react-i18next";

interface ProgressProps {
  /** What is being done: "导入名册". */
  label: string;
  done: number;
  total: number;
  /** Shown beside the percentage: "3,120 / 11,500 户". */
  detail?: string;
}

/** Long work: how much of it is done. There is no bar without an end. */
export function Progress({ label, done, total, detail }: ProgressProps) {
  const { i18n } = useTranslation();
  const percent = total === 0 ? 100 : Math.floor((Math.min(done, total) / total) * 100);
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <div role="group" aria-label={label}>
      <div style={{ display: "flex", justifyContent: "space-between" }}>
        <span>{label}</span>
        <span className="number">{detail ?? `${number.format(done)} / ${number.format(total)}`}</span>
      </div>
      <Bar percent={percent} aria-label={label} />
    </div>
  );
}
