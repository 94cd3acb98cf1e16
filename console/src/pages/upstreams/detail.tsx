/** One upstream: how its nodes are, how it works, and which APIs it answers. */
import { Button, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { type Upstream, useUpstream } from '@/api/upstreams';
import { Copyable } from '@/parts/copyable';
import { Empty } from '@/parts/empty';
import { Fact, Facts, Section } from '@/parts/facts';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { PageHead } from '@/parts/page_head';
import { Time } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import { DeleteUpstream } from './delete_upstream';
import { Health, address } from './nodes';

export default function UpstreamPage() {
  const { t } = useTranslation(['upstreams', 'shell']);
  const { upstream: id } = useParams() as { upstream: string };
  const loaded = useUpstream(id, true);
  const navigate = useNavigate();
  const [isLeaving, setLeaving] = useState(false);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const upstream = loaded.data.value;
  return (
    <>
      <PageHead
        title={upstream.name ?? upstream.id}
        crumbs={[{ text: t('shell:nav.upstreams'), to: '/upstreams' }]}
        beside={upstream.name && <span className="mono quiet">{upstream.id}</span>}
        actions={
          <For role="editor">
            <Button danger onClick={() => setLeaving(true)}>
              {t('shell:action.delete')}
            </Button>
            <Button type="primary" onClick={() => navigate(`/upstreams/${id}/edit`)}>
              {t('shell:action.edit')}
            </Button>
          </For>
        }
      />
      <div className="stack">
        {/* How the nodes are is asked for again and again: an old answer is told as such. */}
        {loaded.error && <Failure error={loaded.error} retry={() => loaded.refetch()} />}
        <Section title={t('nodes.title')}>
          <Nodes upstream={upstream} />
        </Section>
        <Section title={t('info.title')}>
          <Info upstream={upstream} />
        </Section>
        <Section title={t('info.health')}>
          <Checks upstream={upstream} />
        </Section>
        <Section title={t('info.usedBy')}>
          <UsedBy upstream={upstream} />
        </Section>
      </div>
      {isLeaving && <DeleteUpstream upstream={upstream} close={() => setLeaving(false)} done={() => navigate('/upstreams')} />}
    </>
  );
}

function Nodes({ upstream }: { upstream: Upstream }) {
  const { t } = useTranslation('upstreams');
  const { members } = upstream;
  // The gateway tells how they are in the order of the members.
  const weights = members.type === 'nodes' ? members.nodes : members.services;
  const rows = upstream.nodes.map((node, index) => ({ ...node, weight: weights[index]?.weight ?? 0 }));
  const all = rows.reduce((sum, row) => sum + row.weight, 0);
  return (
    <Table
      aria-label={t('nodes.title')}
      size="small"
      pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      tableLayout="auto" scroll={{ x: true }}
      rowKey={address}
      dataSource={rows}
      locale={{ emptyText: t('nodes.none') }}
      columns={[
        { title: t('nodes.address'), key: 'address', render: (_, node) => <Copyable text={address(node)} what={t('nodes.address')} /> },
        {
          title: t('nodes.weight'),
          key: 'weight',
          className: 'figures',
          render: (_, { weight }) =>
            weight === 0 ? <span className="quiet">{t('nodes.idle')}</span> : `${weight} (${Math.round((weight / all) * 100)} %)`,
        },
        { title: t('nodes.health'), key: 'health', render: (_, node) => <Health health={node.health} /> },
      ]}
    />
  );
}

function Info({ upstream }: { upstream: Upstream }) {
  const { t } = useTranslation('upstreams');
  const { balancing } = upstream;
  const hash = balancing.type === 'consistent_hash' ? balancing.key : null;
  return (
    <Facts>
      <Fact name={t('field.id')}>
        <Copyable text={upstream.id} what={t('field.id')} />
      </Fact>
      <Fact name={t('field.protocol')}>{t(`protocol.${upstream.protocol}`)}</Fact>
      <Fact name={t('field.algorithm')}>
        {t(`algorithm.${balancing.type}`)}
        {hash && ` · ${t(`hash.${hash.of}`)}`}
        {hash?.of === 'header' && <span className="mono"> {hash.name}</span>}
      </Fact>
      <Fact name={t('field.retries')}>{upstream.retries}</Fact>
      <Fact name={t('field.host')}>{upstream.host ? <span className="mono">{upstream.host}</span> : t('hint.hostNone')}</Fact>
      {upstream.vpc && <Fact name={t('field.vpc')}>{upstream.vpc}</Fact>}
      <Fact name={t('field.created')}>
        <Time at={upstream.created} />
      </Fact>
      <Fact name={t('field.modified')}>
        <Time at={upstream.modified} />
      </Fact>
      <Fact name={t('field.description')}>{upstream.description || '–'}</Fact>
    </Facts>
  );
}

function Checks({ upstream: { health } }: { upstream: Upstream }) {
  const { t } = useTranslation('upstreams');
  if (!health || (!health.active && !health.passive)) return <p className="quiet">{t('checks.none')}</p>;
  return (
    <Facts>
      <Fact name={t('checks.kind')}>
        {[health.active && t('checks.active'), health.passive && t('checks.passive')].filter(Boolean).join(' · ')}
      </Fact>
      {health.active && (
        <>
          <Fact name={t('checks.path')}>
            <span className="mono">{health.path}</span>
          </Fact>
          <Fact name={t('checks.interval')}>{t('checks.secondsOf', { seconds: health.interval })}</Fact>
          <Fact name={t('checks.timeout')}>{t('checks.secondsOf', { seconds: health.timeout })}</Fact>
        </>
      )}
      <Fact name={t('checks.healthy')}>{health.healthy.join(', ')}</Fact>
      <Fact name={t('checks.unhealthy')}>{health.unhealthy.join(', ')}</Fact>
      <Fact name={t('checks.tcpFailures')}>{health.tcp_failures || t('checks.never')}</Fact>
      <Fact name={t('checks.timeouts')}>{health.timeouts || t('checks.never')}</Fact>
      <Fact name={t('checks.httpFailures')}>{health.http_failures || t('checks.never')}</Fact>
      {health.passive && <Fact name={t('checks.restoreAfter')}>{t('checks.secondsOf', { seconds: health.restore_after })}</Fact>}
    </Facts>
  );
}

function UsedBy({ upstream }: { upstream: Upstream }) {
  const { t } = useTranslation('upstreams');
  if (upstream.used_by.length === 0) {
    return (
      <Empty isSmall title={t('info.unused')}>
        {t('info.unusedHint')}
      </Empty>
    );
  }
  return (
    <Table
      aria-label={t('info.usedBy')}
      size="small"
      pagination={upstream.used_by.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      rowKey={(one) => one.api}
      dataSource={upstream.used_by}
      columns={[
        {
          title: t('info.api'),
          key: 'api',
          render: (_, one) => (
            <>
              <Link to={`/services/${one.service}/apis/${one.api}`}>{one.name}</Link>
              <div className="cell-sub mono">{one.api}</div>
            </>
          ),
        },
        {
          title: t('info.service'),
          key: 'service',
          render: (_, one) => (
            <Link className="mono" to={`/services/${one.service}`}>
              {one.service}
            </Link>
          ),
        },
      ]}
    />
  );
}
