/** The APIs that something is put on, each in its environment: more are put there, and single ones taken off. */
import type { TableColumnType } from 'antd';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Environment } from '@/api/environments';
import { Action, actionColumn, Named } from '@/parts/columns';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { DataTable } from '@/parts/table';

/** An API in an environment. */
export interface ApiPlace {
  service: string;
  service_name: string;
  environment: Environment;
  api: string;
  api_name: string | null;
}

interface Given<Row extends ApiPlace> extends Pick<ComponentProps<typeof DataTable<Row>>, 'label' | 'state' | 'loaded'> {
  /** Since when it is there. */
  since: TableColumnType<Row>;
  /** What puts it on more of them. */
  add: ReactNode;
  empty: { title: string; text: string };
  /** How it is taken off one, and what is said before. */
  leave: { action: string; title: (api: string) => string; text: (environment: string) => string; remove: (one: Row) => Promise<unknown> };
}

export function PlaceList<Row extends ApiPlace>({ since, add, empty, leave, ...table }: Given<Row>) {
  const { t } = useTranslation(['plans', 'services', 'shell']);
  const [leaving, setLeaving] = useState<Row | null>(null);
  const environment = (one: Row) => t(`services:environment.${one.environment}`);
  const columns: TableColumnType<Row>[] = [
    { title: 'API', key: 'api', render: (_, one) => <Named name={one.api_name ?? one.api} id={one.api} to={`/services/${one.service}/apis/${one.api}`} /> },
    { title: t('environments.service'), key: 'service', render: (_, one) => <ServiceName of={one} /> },
    { title: t('environments.environment'), key: 'environment', render: (_, one) => environment(one) },
    since,
    actionColumn(t('shell:list.actions'), (one) => <Action isDanger onClick={() => setLeaving(one)}>{leave.action}</Action>),
  ];
  return (
    <>
      <DataTable<Row>
        {...table}
        columns={columns}
        rowKey={(one) => `${one.service}/${one.environment}/${one.api}`}
        actions={add}
        empty={
          <Empty isSmall title={empty.title} action={add}>
            {empty.text}
          </Empty>
        }
      />
      <DeleteDialog
        title={leave.title(leaving?.api_name ?? leaving?.api ?? '')}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={leave.action}
        remove={() => leave.remove(leaving!)}
      >
        {leaving && leave.text(environment(leaving))}
      </DeleteDialog>
    </>
  );
}

/** The service that an API belongs to, in a row about something else. */
export function ServiceName({ of }: { of: Pick<ApiPlace, 'service' | 'service_name'> }) {
  return (
    <>
      <Link to={`/services/${of.service}`}>{of.service_name}</Link>
      <div className="cell-sub mono">{of.service}</div>
    </>
  );
}
