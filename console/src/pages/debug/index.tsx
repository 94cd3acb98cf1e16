/** Tries an API: a real call through the gateway, with everything that was decided on its way. */
import { Alert } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useApi } from '@/api/apis';
import { useDebugCall } from '@/api/debug';
import { useService } from '@/api/services';
import { useMay } from '@/api/session';
import { Empty } from '@/parts/empty';
import { Section } from '@/parts/facts';
import { Chip } from '@/parts/mark';
import { PageHead } from '@/parts/page_head';
import { Unloaded } from '@/parts/unloaded';
import { RequestForm } from './request_form';
import { Result } from './result';
import './debug.css';

export default function Debug() {
  const { t } = useTranslation(['debug', 'shell']);
  const { service: serviceId, api: apiId } = useParams() as { service: string; api: string };
  const service = useService(serviceId);
  const api = useApi(serviceId, apiId);
  const call = useDebugCall();
  const mayCall = useMay('editor');
  const [count, setCount] = useState(0);
  const result = useRef<HTMLDivElement>(null);
  // Whoever sent the call wants to see, or hear, what became of it.
  useEffect(() => {
    if (count === 0) return;
    result.current?.focus({ preventScroll: true });
    result.current?.scrollIntoView({ block: 'start' });
  }, [count]);
  if (!service.data || !api.data) return <Unloaded of={[service, api]} />;
  const { definition } = api.data.value;
  const places = `/services/${serviceId}/apis`;
  return (
    <>
      <PageHead
        title={t('title')}
        crumbs={[
          { text: t('shell:nav.services'), to: '/services' },
          { text: service.data.value.name, to: places },
          { text: definition.name, to: `${places}/${apiId}` },
        ]}
        beside={
          <span className="row">
            <Chip tone="brand">{definition.method}</Chip>
            <span className="mono quiet">{definition.path}</span>
          </span>
        }
        lead={t('lead')}
      />
      {!mayCall && <Alert className="debug-note" type="info" showIcon title={t('viewer')} />}
      <div className="debug">
        <RequestForm
          service={service.data.value}
          api={api.data.value}
          error={call.error}
          isBusy={call.isPending}
          isAllowed={mayCall}
          send={async (wish) => {
            await call.mutateAsync(wish);
            setCount((before) => before + 1);
          }}
        />
        <div ref={result} className="debug-result" tabIndex={-1}>
          {call.data ? (
            <Result key={count} report={call.data} />
          ) : (
            <Section title={t('result.title')}>
              <Empty title={t('empty.title')}>{t('empty.text')}</Empty>
            </Section>
          )}
        </div>
      </div>
    </>
  );
}
