/** A sheet of codes to print, cut and hand out: a card for each worker. */
import { PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Form, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { PageFrame } from "@/shared/page-frame";
import { absolute } from "@/shared/time";
import { Qr, useWorkers } from "./enrol";

type Card = Schema<"Card">;

const HOURS = { least: 1, usual: 24, most: 72 };
const QR_PX = 132;

export function Sheet({ close }: { close: () => void }) {
  const { t } = useTranslation("phones");
  const [cards, setCards] = useState<Card[]>();
  return (
    <PageFrame
      title={t("sheet")}
      description={cards ? t("sheet.ready") : t("sheet.text")}
      actions={
        <>
          <Button onClick={close}>{t("back")}</Button>
          {cards && (
            <Button type="primary" icon={<PrinterOutlined />} onClick={() => window.print()}>
              {t("print")}
            </Button>
          )}
        </>
      }
    >
      {cards ? (
        <div className="cards" role="list" aria-label={t("sheet")}>
          {cards.map((card) => (
            <CardOf key={card.worker} card={card} />
          ))}
        </div>
      ) : (
        <Choose made={setCards} />
      )}
    </PageFrame>
  );
}

function Choose({ made }: { made: (cards: Card[]) => void }) {
  const { t } = useTranslation("phones");
  const { options, loading } = useWorkers();
  const [form] = Form.useForm<{ workers: string[]; hours: number }>();
  const make = api.useMutation("post", "/v1/enrol-codes/bulk", { onSuccess: made });
  const all = () => form.setFieldsValue({ workers: options?.map((option) => option.value) ?? [] });
  return (
    <div className="panel" style={{ maxWidth: 720 }}>
      <Form
        autoComplete="off"
        name="sheet"
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ workers: [], hours: HOURS.usual }}
        onFinish={(body) => make.mutate({ body })}
      >
        <Form.Item
          name="workers"
          label={t("workers")}
          rules={[{ required: true, type: "array", min: 1, message: t("field.required") }]}
          extra={
            <Button size="small" style={{ marginTop: 8 }} onClick={all}>
              {t("workers.all")}
            </Button>
          }
        >
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: "label" }}
            options={options}
            loading={loading}
            placeholder={t("worker.choose")}
            notFoundContent={t("worker.none")}
          />
        </Form.Item>
        <Form.Item name="hours" label={t("hours")} extra={t("hours.text")}>
          <InputNumber min={HOURS.least} max={HOURS.most} precision={0} />
        </Form.Item>
        {make.error && (
          <Form.Item>
            <Alert type="error" showIcon role="alert" title={make.error.text} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t("sheet.make")}
        </Button>
      </Form>
    </div>
  );
}

/** In Chinese whatever the page's language: it is for the worker. */
function CardOf({ card }: { card: Card }) {
  return (
    <article className="card" role="listitem" lang="zh-CN">
      <Qr payload={card.payload} label={card.code} size={QR_PX} />
      <div>
        <h2>{card.name}</h2>
        <p className="aside">网格 {card.grids.map((code) => code.slice(-3)).join("、")}</p>
        <ol>
          <li>打开邻里应用,点“登记这部手机”</li>
          <li>扫二维码,或输入下面的地址和登记码</li>
          <li>把手机上显示的指纹念给社区,核对后即可使用</li>
        </ol>
        <p>
          <code className="fingerprint large">{card.code}</code>
          <br />
          <code>{card.url}</code>
        </p>
        <p className="aside">{absolute(card.expires_at)} 前有效,只能用一次</p>
      </div>
    </article>
  );
}
