import type { ReactNode } from "react";

interface PageFrameProps {
  title: ReactNode;
  /** One sentence: what one does here. */
  description?: ReactNode;
  /** Buttons, the most important last. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The top of every page and the room below it. A `DataTable` directly inside takes what is left. */
export function PageFrame({ title, description, actions, children }: PageFrameProps) {
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{title}</h1>
          {description !== undefined && <p>{description}</p>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
