import { useTranslation } from 'react-i18next';
import { useAbout } from '@/api/about';
import { Copyable } from '@/parts/copyable';
import { Fact, Facts, Section } from '@/parts/facts';
import { Time } from '@/parts/time';
import { Quota, Rate } from '@/pages/plans/limits';
import { useThisPlan } from '.';

export default function Info() {
  const { t } = useTranslation('plans');
  const plan = useThisPlan();
  const region = useAbout().data?.region;
  return (
    <Section title={t('tab.info')}>
      <Facts>
        <Fact name={t('field.name')}>{plan.name}</Fact>
        <Fact name={t('field.id')}>
          <Copyable text={plan.id} what={t('field.id')} />
        </Fact>
        <Fact name={t('field.region')}>{region}</Fact>
        <Fact name={t('field.rate')}>
          <Rate rate={plan.rate} />
        </Fact>
        <Fact name={t('field.used')}>
          <Quota plan={plan} />
        </Fact>
        <Fact name={t('field.created')}>
          <Time at={plan.created} />
        </Fact>
        <Fact name={t('field.description')}>{plan.description || '–'}</Fact>
      </Facts>
    </Section>
  );
}
