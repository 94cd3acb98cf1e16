/** An API and its environment, in the lists of what is put on APIs. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Environment } from '@/api/environments';

export interface ApiPlace {
  service: string;
  service_name: string;
  environment: Environment;
  api: string;
  api_name: string | null;
}

export function ApiName({ of }: { of: Pick<ApiPlace, 'service' | 'api' | 'api_name'> }) {
  return (
    <>
      <Link className="cell-main" to={`/services/${of.service}/apis/${of.api}`}>
        {of.api_name ?? of.api}
      </Link>
      <div className="cell-sub mono">{of.api}</div>
    </>
  );
}

/** The columns that say where something is. */
export function usePlaceColumns<Row extends ApiPlace>() {
  const { t } = useTranslation(['plans', 'services']);
  return [
    { title: 'API', key: 'api', render: (_: unknown, one: Row) => <ApiName of={one} /> },
    {
      title: t('environments.service'),
      key: 'service',
      render: (_: unknown, one: Row) => (
        <>
          <Link to={`/services/${one.service}`}>{one.service_name}</Link>
          <div className="cell-sub mono">{one.service}</div>
        </>
      ),
    },
    {
      title: t('environments.environment'),
      key: 'environment',
      render: (_: unknown, one: Row) => t(`services:environment.${one.environment}`),
    },
  ];
}
