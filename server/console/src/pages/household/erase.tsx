/** Destroying the household's records, or one resident's: what stands in the menu, and the dialog that does it. */
import { DownOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Schema } from "@/api/client";
import { withTexts } from "@/pages";
import type { DestroyProps } from "../forgetting/destroy";

/** Few ever open it: its code and its texts come when somebody does. */
const Destroy = lazy(withTexts("forgetting", () => import("../forgetting/destroy")));

export type Wanted = Pick<DestroyProps, "subject" | "name">;

interface MoreProps {
  household: string;
  address: string;
  people: Schema<"PersonBody">[];
  onErase: (wanted: Wanted) => void;
}

export function More({ household, address, people, onErase }: MoreProps) {
  const { t } = useTranslation("household");
  const persons = people.map(({ id, name }) => {
    const called = name === "" ? t("resident.nameless") : name;
    return {
      key: id,
      danger: true,
      label: t("erase.person", { name: called }),
      onClick: () => onErase({ subject: { what: "person", id }, name: called }),
    };
  });
  const whole = {
    key: household,
    danger: true,
    label: t("erase.household"),
    onClick: () => onErase({ subject: { what: "household", id: household }, name: address }),
  };
  // A menu that is shut keeps no name of somebody who was erased.
  return (
    <Dropdown destroyOnHidden trigger={["click"]} menu={{ items: [...persons, whole] }}>
      <Button icon={<DownOutlined />} iconPlacement="end">
        {t("more")}
      </Button>
    </Dropdown>
  );
}

/** After a household is gone there is nothing left to look at on its page. */
export function Erase({ wanted, close }: { wanted: Wanted; close: () => void }) {
  const navigate = useNavigate();
  const end = (done: boolean) => {
    close();
    if (done && wanted.subject.what === "household") void navigate("/households", { replace: true });
  };
  return (
    <Suspense fallback={null}>
      <Destroy {...wanted} close={end} />
    </Suspense>
  );
}
