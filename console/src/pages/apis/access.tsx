/** What is put on an API: the plugins that handle its calls, the applications that may make them. */
import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useApplicationsOfApi } from '@/api/applications';
import type { Environment } from '@/api/environments';
import { usePluginsOfApi } from '@/api/plugins';
import { Fact, Facts, Section } from '@/parts/facts';
import { Chip } from '@/parts/mark';
import { NoChoice } from '@/parts/no_choice';
import { kindWords } from '@/pages/plugins/kind_words';

interface Put {
  to: string;
  name: string;
  note?: string;
  environment: Environment;
}

export function Access({ service, api, isForApplications }: { service: string; api: string; isForApplications: boolean }) {
  const { t } = useTranslation(['plugins', 'applications', 'apis']);
  const plugins = usePluginsOfApi(service, api);
  const applications = useApplicationsOfApi(service, api);
  return (
    <Section title={t('apis:detail.access')}>
      <Facts>
        <Fact name={t('ofApi.title')} isWide>
          <List
            none={t('ofApi.none')}
            loaded={plugins}
            of={plugins.data?.map((one) => ({
              to: `/plugins/${one.plugin}`,
              name: one.plugin_name,
              note: kindWords(one.type),
              environment: one.environment,
            }))}
          />
        </Fact>
        {(isForApplications || applications.isError || Boolean(applications.data?.length)) && (
          <Fact name={t('applications:ofApi.title')} isWide>
            <List
              none={t('applications:ofApi.none')}
              loaded={applications}
              of={applications.data?.map((one) => ({
                to: `/applications/${one.application}`,
                name: one.application_name,
                environment: one.environment,
              }))}
            />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function List({ of, none, loaded }: { of?: Put[]; none: string; loaded: ComponentProps<typeof NoChoice>['of'] }) {
  const { t } = useTranslation('services');
  if (!of?.length) return <NoChoice of={loaded} none={none} />;
  return (
    <ul className="detail-put">
      {of.map((one) => (
        <li key={`${one.to} ${one.environment}`}>
          <Link to={one.to}>{one.name}</Link>
          {one.note && <span className="quiet">{one.note}</span>}
          <Chip>{t(`environment.${one.environment}`)}</Chip>
        </li>
      ))}
    </ul>
  );
}
