/** Emergencies: what they are asked is kept for them alone, and goes when they are closed. */
import { Button, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { Empty, Loaded } from "@/shared/states";
import { Status } from "@/shared/status";

type Emergency = Schema<"EmergencyBody">;

/** As long as the relay takes them. */
const NAME_CHARS_MAX = 100;
const BASIS_CHARS_MAX = 200;

interface EmergenciesProps {
  onClose: (emergency: Emergency) => void;
  onReceipt: (erasure: string) => void;
}

export function Emergencies({ onClose, onReceipt }: EmergenciesProps) {
  const { t } = useTranslation("forgetting");
  const emergencies = api.useQuery("get", "/v1/emergencies");
  return (
    <Loaded
      query={emergencies}
      empty={{
        when: (all) => all.length === 0,
        show: <Empty title={t("emergency.none")} text={t("emergency.none.text")} />,
      }}
    >
      {(all) => (
        <ul className="forgetting-list" aria-label={t("view.emergencies")}>
          {all.map((one) => (
            <One key={one.id} one={one} onClose={onClose} onReceipt={onReceipt} />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function One({ one, onClose, onReceipt }: EmergenciesProps & { one: Emergency }) {
  const { t } = useTranslation("forgetting");
  const can = useCan();
  const isOpen = one.state === "open";
  const { erasure } = one;
  return (
    <li className="panel" aria-label={one.name}>
      <div className="forgetting-head">
        <h2>{one.name}</h2>
        <Status tone={isOpen ? "warning" : "neutral"}>
          {t(isOpen ? "emergency.open" : "emergency.closed")}
        </Status>
      </div>
      <dl className="forgetting-facts">
        <div>
          <dt>{t("emergency.days")}</dt>
          <dd className="number">{[one.from, one.to].filter((day) => day != null).join(" – ")}</dd>
        </div>
        <div>
          <dt>{t("emergency.basis")}</dt>
          <dd>{one.basis ?? t("value.none")}</dd>
        </div>
        {one.community != null && (
          <div>
            <dt>{t("emergency.community")}</dt>
            <dd>{one.community}</dd>
          </div>
        )}
        <div>
          <dt>{t("emergency.campaigns")}</dt>
          <dd>{one.campaigns.join(t("value.comma")) || t("emergency.campaigns.none")}</dd>
        </div>
      </dl>
      <div className="page-actions">
        {isOpen && can("erase") && (
          <Button danger onClick={() => onClose(one)}>
            {t("emergency.close")}
          </Button>
        )}
        {erasure != null && can("audit") && (
          <Button onClick={() => onReceipt(erasure)}>{t("receipt.show")}</Button>
        )}
      </div>
    </li>
  );
}

interface OpenEmergencyProps {
  done: (name: string) => void;
  close: () => void;
}

export function OpenEmergency({ done, close }: OpenEmergencyProps) {
  const { t } = useTranslation("forgetting");
  const grids = api.useQuery("get", "/v1/grids");
  const communities = [...new Set(grids.data?.map((grid) => grid.community))];
  const open = api.useMutation("post", "/v1/emergencies", {
    onSuccess: async ({ name }) => {
      await refresh("/v1/emergencies");
      done(name);
    },
  });
  const required = { required: true, whitespace: true, message: t("field.required") };
  return (
    <Dialog title={t("emergency.new")} close={close}>
      <Form<{ name: string; basis?: string; community?: string }>
        autoComplete="off"
        name="open-emergency"
        layout="vertical"
        requiredMark={false}
        onFinish={(body) => open.mutate({ body })}
      >
        <Form.Item name="name" label={t("emergency.name")} rules={[required]}>
          <Input autoComplete="off" maxLength={NAME_CHARS_MAX} placeholder={t("emergency.name.hint")} />
        </Form.Item>
        <Form.Item name="basis" label={t("emergency.basis.label")} extra={t("emergency.basis.text")}>
          <Input autoComplete="off" maxLength={BASIS_CHARS_MAX} />
        </Form.Item>
        {communities.length > 1 && (
          <Form.Item name="community" label={t("emergency.community")} rules={[required]}>
            <Select options={communities.map((value) => ({ value }))} />
          </Form.Item>
        )}
        <p className="forgetting-say">{t("emergency.new.text")}</p>
        <p className="forgetting-say">
          {t("emergency.new.campaigns")}
          <code className="forgetting-command">{t("emergency.new.command")}</code>
        </p>
        <FormFoot error={open.error} pending={open.isPending} ok={t("emergency.new")} close={close} />
      </Form>
    </Dialog>
  );
}
