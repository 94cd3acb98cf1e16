/** What this installation is: its version and licence, what it runs, its nodes, its limits. */
import { useTranslation } from 'react-i18next';
import { type About, useAbout } from '@/api/about';
import { Copyable } from '@/parts/copyable';
import { Fact, Facts, Section } from '@/parts/facts';
import { Logo } from '@/parts/logo';
import { PageHead } from '@/parts/page_head';
import { Time, number } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import './about.css';

export default function AboutPage() {
  const { t, i18n } = useTranslation('about');
  const loaded = useAbout();
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const about = loaded.data;
  return (
    <>
      <PageHead title={t('title')} />
      <div className="stack">
        <section className="card about-head" aria-label={t('product')}>
          <Logo size={56} />
          <div>
            <p className="about-name">Tollgate {about.version}</p>
            <p className="quiet">{t('lead')}</p>
            <p>
              {t('licence', { licence: about.licence })} · <a href="/console/licences.md">{t('parts')}</a> · <a href="/openapi.json">{t('openapi')}</a>
            </p>
          </div>
        </section>
        <Section title={t('installation')}>
          <Facts>
            <Fact name={t('revision')}>{number(about.revision, i18n.language)}</Fact>
            <Fact name={t('region')}>{about.region}</Fact>
            <Fact name={t('appId')}>
              <span className="mono">{about.app_id}</span>
            </Fact>
            <Fact name={t('domain')}>
              <Copyable text={about.domain} what={t('domain')} />
            </Fact>
          </Facts>
        </Section>
        {about.nodes.map((node) => (
          <Node key={node.admin} node={node} />
        ))}
        <Section title={t('limits')}>
          <Facts>
            {(Object.keys(about.limits) as (keyof About['limits'])[]).map((limit) => (
              <Fact key={limit} name={t(`limit.${limit}`)}>
                <span className="figures">{number(about.limits[limit], i18n.language)}</span>
              </Fact>
            ))}
          </Facts>
        </Section>
      </div>
    </>
  );
}

function Node({ node }: { node: About['nodes'][number] }) {
  const { t } = useTranslation('about');
  const lines = (scheme: string, list: string[]) =>
    list.length === 0 ? '–' : list.map((one) => <Copyable key={one} text={`${scheme}://${one}`} what={t('address')} />);
  return (
    <Section title={t('node')}>
      <Facts>
        <Fact name={t('version')}>{node.version}</Fact>
        <Fact name={t('target')}>
          <span className="mono">{node.target}</span>
        </Fact>
        <Fact name={t('started')}>
          <Time at={node.started} />
        </Fact>
        <Fact name={t('uptime')}>{t('uptimeOf', { days: Math.floor(node.uptime_seconds / 86_400), hours: Math.floor((node.uptime_seconds % 86_400) / 3_600), minutes: Math.floor((node.uptime_seconds % 3_600) / 60) })}</Fact>
        <Fact name="HTTP">{lines('http', node.http)}</Fact>
        <Fact name="HTTPS">{lines('https', node.https)}</Fact>
        <Fact name={t('admin')}>{lines('http', [node.admin])}</Fact>
      </Facts>
    </Section>
  );
}
