/** A dialog with a form in it: what was typed is not lost to a click beside it; its first field has the focus. */
import { Modal } from "antd";
import { useRef, type ReactNode } from "react";

interface DialogProps {
  title: string;
  close: () => void;
  width?: number;
  /** Above other dialogs. */
  over?: boolean;
  children: ReactNode;
}

const OVER = 1500;

export function Dialog({ title, close, width = 560, over = false, children }: DialogProps) {
  const body = useRef<HTMLDivElement>(null);
  return (
    <Modal
      open
      title={title}
      footer={null}
      width={width}
      onCancel={close}
      mask={{ closable: false }}
      // Tall forms fit 768 pixels.
      style={{ top: 32 }}
      zIndex={over ? OVER : undefined}
      afterOpenChange={(open) => {
        if (open) body.current?.querySelector<HTMLElement>("input:not([hidden]), textarea")?.focus();
      }}
    >
      <div ref={body}>{children}</div>
    </Modal>
  );
}
