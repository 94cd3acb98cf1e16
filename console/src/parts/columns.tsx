/** What the columns of lists have in common: how a name stands there, a text, a moment, and what can be done with a row. */
import { Button, type TableColumnType } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Time } from './time';

/** A name above its identifier. It leads to its page where there is one. */
export function Named({ name, id, to }: { name: ReactNode; id: string; to?: string }) {
  return (
    <>
      {to ? (
        <Link className="cell-main" to={to}>
          {name}
        </Link>
      ) : (
        <span className="cell-main">{name}</span>
      )}
      <div className="cell-sub mono">{id}</div>
    </>
  );
}

/** The names of what is listed; `to` is the place of its page, without the identifier at its end. */
export function nameColumn<Row extends { id: string; name?: string | null }>(title: string, to?: string): TableColumnType<Row> {
  return { title, key: 'name', render: (_, row) => <Named name={row.name ?? row.id} id={row.id} to={to && `${to}/${row.id}`} /> };
}

/** What somebody wrote about it. */
export function descriptionColumn<Row extends { description?: string }>(title: string): TableColumnType<Row> {
  return { title, key: 'description', render: (_, row) => <span className="cell-text">{row.description || '–'}</span> };
}

/** A moment. */
export function timeColumn<Key extends string, Row extends Record<Key, string>>(title: string, key: Key): TableColumnType<Row> {
  return { title, key, render: (_, row) => <Time at={row[key]} /> };
}

/** What can be done with a row: some `Action`s. It is shown to those who may change what is listed. */
export function actionColumn<Row>(title: string, actions: (row: Row) => ReactNode): TableColumnType<Row> {
  return { title, key: 'actions', render: (_, row) => <div className="cell-actions">{actions(row)}</div> };
}

interface Given {
  onClick?: () => void;
  /** The place where it is done, if that is a page. */
  to?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  /** Why it cannot be done with this row. */
  hindrance?: string;
  children: ReactNode;
}

/** One thing that can be done with a row. */
export function Action({ onClick, to, isDanger, isDisabled, hindrance, children }: Given) {
  if (to && !hindrance) {
    return (
      <Link className="cell-action" to={to}>
        {children}
      </Link>
    );
  }
  return (
    <Button type="link" size="small" danger={isDanger} disabled={isDisabled || Boolean(hindrance)} title={hindrance} onClick={onClick}>
      {children}
    </Button>
  );
}
