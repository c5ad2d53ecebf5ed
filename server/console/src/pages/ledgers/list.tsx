/** The ledgers that one may see, the templates first. */
import { Menu, type MenuProps } from "antd";
import { CalendarOutlined, LockOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

type Ledger = Schema<"LedgerBody">;

interface ListProps {
  ledgers: Ledger[];
  chosen: string | undefined;
  choose: (id: string) => void;
}

export function LedgerList({ ledgers, chosen, choose }: ListProps) {
  const { t, i18n } = useTranslation("ledgers");
  const item = (ledger: Ledger) => {
    const name = i18n.language === "en" ? ledger.name_en : ledger.name_zh;
    return {
      key: ledger.id,
      title: name,
      label: (
        <span className="ledger-item">
          <span>{name}</span>
          {!ledger.shared && <LockOutlined aria-label={t("private")} />}
          {ledger.daily && <CalendarOutlined aria-label={t("daily")} />}
        </span>
      ),
    };
  };
  const own = ledgers.filter((ledger) => !ledger.template);
  const items: MenuProps["items"] = [
    {
      key: "templates",
      type: "group",
      label: t("templates"),
      children: ledgers.filter((ledger) => ledger.template).map(item),
    },
    {
      key: "own",
      type: "group",
      label: t("kept"),
      children: own.length > 0 ? own.map(item) : [{ key: "none", label: t("kept.none"), disabled: true }],
    },
  ];
  return (
    <nav className="ledger-list" aria-label={t("list")}>
      <Menu
        items={items}
        selectedKeys={chosen === undefined ? [] : [chosen]}
        onClick={({ key }) => choose(key)}
      />
    </nav>
  );
}
