/** What a list shows while it is empty: what belongs here, and how to begin. */
import type { ReactNode } from 'react';
import './empty.css';

interface Given {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** In a dialog or below a heading: less air. */
  isSmall?: boolean;
}

export function Empty({ title, children, action, isSmall }: Given) {
  return (
    <div className={isSmall ? 'empty is-small' : 'empty'}>
      <svg className="empty-picture" viewBox="0 0 96 64" aria-hidden="true">
        <path className="empty-ground" d="M6 58h84" />
        <path className="empty-line" d="M22 58V36a18 18 0 0 1 36 0v22" />
        <path className="empty-line is-thin" d="M31 58V37a9 9 0 0 1 18 0v21" />
        <path className="empty-bar" d="M58 44h30" />
        <circle className="empty-line is-thin" cx="76" cy="18" r="7" />
      </svg>
      <p className="empty-title">{title}</p>
      {children && <div className="empty-text">{children}</div>}
      {action && <div className="empty-action">{action}</div>}
    </div>
  );
}
