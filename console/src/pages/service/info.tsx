import { useTranslation } from 'react-i18next';
import { useAbout } from '@/api/about';
import { Copyable } from '@/parts/copyable';
import { Fact, Facts, Section } from '@/parts/facts';
import { listed } from '@/parts/listed';
import { Time } from '@/parts/time';
import { EnvironmentMarks } from '@/pages/services/environment_marks';
import { addresses } from './addresses';
import { useThisService } from '.';

export default function Info() {
  const { t, i18n } = useTranslation('services');
  const service = useThisService();
  const about = useAbout().data;
  return (
    <div className="stack">
      <Section title={t('info.title')}>
        <Facts>
          <Fact name={t('field.name')}>{service.name}</Fact>
          <Fact name={t('field.id')}>
            <Copyable text={service.id} what={t('field.id')} />
          </Fact>
          <Fact name={t('field.region')}>{about?.region}</Fact>
          <Fact name={t('field.protocol')}>{t(`protocol.${service.protocol}`)}</Fact>
          <Fact name={t('field.networks')}>{listed(service.networks.map((one) => t(`network.${one}`)), i18n.language)}</Fact>
          <Fact name={t('field.apis')}>{service.apis}</Fact>
          <Fact name={t('field.created')}>
            <Time at={service.created} />
          </Fact>
          <Fact name={t('field.modified')}>
            <Time at={service.modified} />
          </Fact>
          <Fact name={t('field.description')}>{service.description || '–'}</Fact>
          {service.tags.length > 0 && (
            <Fact name={t('field.tags')}>{listed(service.tags.map((tag) => `${tag.key}: ${tag.value}`), i18n.language)}</Fact>
          )}
        </Facts>
      </Section>
      <Section title={t('info.addresses')}>
        <Facts>
          <Fact name={t('field.domain')} isWide>
            <Copyable text={service.default_host} what={t('field.domain')} isWide />
          </Fact>
          <Fact name={t('field.environments')} isWide>
            <EnvironmentMarks service={service} />
          </Fact>
          {addresses(service, about).map(({ name, url }) => (
            <Fact key={name + url} name={t(`environment.${name}`)} isWide>
              <Copyable text={url} what={t('environments.url')} isWide />
            </Fact>
          ))}
        </Facts>
      </Section>
    </div>
  );
}
