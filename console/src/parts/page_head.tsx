/** The head of a page: where it is, what it shows, what can be done. */
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import './page_head.css';

export interface Crumb {
  text: string;
  to: string;
}

interface Given {
  title: string;
  /** The pages above this one. */
  crumbs?: Crumb[];
  /** Beside the title: a state, an identifier. */
  beside?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, crumbs = [], beside, lead, actions }: Given) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return (
    <header className="page-head">
      {crumbs.length > 0 && (
        <nav aria-label={t('place')}>
          <ol className="crumbs">
            {crumbs.map((crumb) => (
              <li key={crumb.to}>
                <Link to={crumb.to}>{crumb.text}</Link>
              </li>
            ))}
            <li aria-current="page">{title}</li>
          </ol>
        </nav>
      )}
      <div className="page-head-line">
        <h1 tabIndex={-1}>{title}</h1>
        {beside}
        {actions && <div className="page-head-actions">{actions}</div>}
      </div>
      {lead && <p className="page-head-lead">{lead}</p>}
    </header>
  );
}
