/** A page that lists one noun: its head, the list, and while that is empty what belongs there. */
import type { ComponentProps, ReactNode } from 'react';
import { Empty } from './empty';
import { PageHead } from './page_head';
import { DataTable } from './table';

type TableGiven<Row extends object> = ComponentProps<typeof DataTable<Row>>;

interface Given<Row extends object> extends Omit<TableGiven<Row>, 'label' | 'empty' | 'actions'> {
  title: string;
  lead: ReactNode;
  /** Between the head and the list. */
  notice?: ReactNode;
  /** What makes the first: left of the search, and in the empty list. */
  create?: ReactNode;
  /** Beside `create`, where there is a list: what narrows it. */
  filters?: ReactNode;
  /** What belongs here; the title alone where nothing is said. */
  empty?: { title: string; text: ReactNode };
}

export function ListPage<Row extends object>({ title, lead, notice, create, filters, empty, ...table }: Given<Row>) {
  const list = (
    <DataTable<Row>
      {...table}
      label={title}
      actions={
        <>
          {create}
          {filters}
        </>
      }
      empty={
        <Empty title={empty?.title ?? title} action={create}>
          {empty?.text}
        </Empty>
      }
    />
  );
  return (
    <>
      <PageHead title={title} lead={lead} />
      {notice ? (
        <div className="stack">
          {notice}
          {list}
        </div>
      ) : (
        list
      )}
    </>
  );
}
