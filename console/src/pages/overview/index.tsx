/** The first page: what is called and how well, what was published last, and for a fresh gateway the way to the first call. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type About, useAbout } from '@/api/about';
import { type Service, useServices } from '@/api/services';
import { type Range, useBusiest, useSeries, useTraffic } from '@/api/traffic';
import { Copyable } from '@/parts/copyable';
import { Empty } from '@/parts/empty';
import { Fact, Facts, Section } from '@/parts/facts';
import { Failure } from '@/parts/failure';
import { PageHead } from '@/parts/page_head';
import { Time, number } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import { Charts } from '@/pages/monitoring/charts';
import { Busy, Complaints } from '@/pages/monitoring/lists';
import { RangeChoice, useRange } from '@/pages/monitoring/range_choice';
import { Sums } from '@/pages/monitoring/sums';
import { EnvironmentMarks } from '@/pages/services/environment_marks';
import { Start } from './start';
import '@/pages/monitoring/monitoring.css';
import './overview.css';

export default function Overview() {
  const { t } = useTranslation('overview');
  const about = useAbout();
  const services = useServices({ q: '', page: '' }, 500);
  const range = useRange('24h');
  if (!about.data || !services.data) return <Unloaded of={[about, services]} />;
  const { limits, version, region } = about.data;
  const all = services.data.items;
  const apis = all.reduce((sum, service) => sum + service.apis, 0);
  const published = all.filter((service) => service.environments.some((one) => one.running)).length;
  return (
    <>
      <PageHead title={t('title')} lead={t('lead', { region, version })} actions={<RangeChoice range={range} />} />
      <div className="stack">
        <Start services={all} />
        <Calls range={range} isOpen={published > 0} />
        <ul className="figures-row">
          <Figure to="/services" name={t('services')} value={services.data.total} note={`${published} ${t('published')} · ${t('of', { limit: limits.services })}`} />
          <Figure to="/services" name={t('apis')} value={apis} />
        </ul>
        <div className="overview-pair">
          <Section title={t('recentReleases')}>
            <Recent services={all} />
          </Section>
          <Section title={t('node.title')}>
            <ThisNode about={about.data} />
          </Section>
        </div>
      </div>
    </>
  );
}

const EVERYTHING = {};

/** How much is called, how well it is answered, and what callers complain of. */
function Calls({ range, isOpen }: { range: Range; isOpen: boolean }) {
  const { t } = useTranslation('overview');
  const sum = useTraffic(range, EVERYTHING);
  const series = useSeries(range, EVERYTHING);
  const top = useBusiest('api', range, EVERYTHING, 6);
  const error = sum.error ?? series.error ?? top.error;
  if (!sum.data || !series.data || !top.data) return <Unloaded of={[sum, series, top]} />;
  if (sum.data.calls === 0) {
    // Before anything is published the steps above say what to do.
    if (!isOpen) return null;
    return (
      <div className="card">
        <Empty isSmall title={t('calls.none')}>
          {t('calls.noneText')}
        </Empty>
      </div>
    );
  }
  return (
    <>
      {error && <Failure error={error} retry={() => Promise.all([sum.refetch(), series.refetch(), top.refetch()])} />}
      <Sums counts={sum.data} />
      <Charts series={series.data} names={['calls', 'latency', 'errors', 'bytes']} />
      <div className="monitoring-pair">
        <Busy of="api" items={top.data.items} range={range} scope={EVERYTHING} />
        <Complaints counts={sum.data} range={range} scope={EVERYTHING} />
      </div>
    </>
  );
}

function Figure({ to, name, value, note }: { to: string; name: string; value: number; note?: string }) {
  const { i18n } = useTranslation();
  return (
    <li className="card figure">
      <Link to={to}>
        <span className="figure-name">{name}</span>
        <span className="figure-value figures">{number(value, i18n.language)}</span>
        <span className="figure-note figures">{note ?? '\u00a0'}</span>
      </Link>
    </li>
  );
}

/** The services that were published last, with their environments. */
function Recent({ services }: { services: Service[] }) {
  const { t } = useTranslation(['overview', 'services']);
  const last = (service: Service) =>
    service.environments.map((one) => one.changed ?? '').reduce((a, b) => (a > b ? a : b), '');
  const shown = services
    .filter((service) => last(service))
    .sort((a, b) => last(b).localeCompare(last(a)))
    .slice(0, 5);
  if (shown.length === 0) return <p className="quiet">{t('noReleases')}</p>;
  return (
    <ul className="recent">
      {shown.map((service) => (
        <li key={service.id}>
          <div>
            <Link className="cell-main" to={`/services/${service.id}/environments`}>
              {service.name}
            </Link>
            <div className="cell-sub">
              <Time at={last(service)} />
            </div>
          </div>
          <EnvironmentMarks service={service} />
        </li>
      ))}
    </ul>
  );
}

function ThisNode({ about }: { about: About }) {
  const { t, i18n } = useTranslation('overview');
  const node = about.nodes[0];
  const addresses = [...(node?.http ?? []).map((one) => `http://${one}`), ...(node?.https ?? []).map((one) => `https://${one}`)];
  return (
    <Facts>
      <Fact name={t('node.calls')}>
        {addresses.map((one) => (
          <div key={one}>
            <Copyable text={one} what={t('node.calls')} />
          </div>
        ))}
      </Fact>
      <Fact name={t('node.admin')}>
        <span className="mono">{node?.admin}</span>
      </Fact>
      <Fact name={t('node.uptime')}>
        <Time at={node?.started} />
      </Fact>
      <Fact name={t('node.revision')}>{t('node.revisionOf', { revision: number(about.revision, i18n.language) })}</Fact>
      <Fact name={t('node.licence')}>{about.licence}</Fact>
    </Facts>
  );
}
