/** The way to the first call, each step marked when it is done. Gone when all are. */
import { CheckOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Service } from '@/api/services';

const STEPS = ['service', 'api', 'publish'] as const;

export function Start({ services }: { services: Service[] }) {
  const { t } = useTranslation('overview');
  const first = services[0];
  const done: Record<(typeof STEPS)[number], boolean> = {
    service: services.length > 0,
    api: services.some((service) => service.apis > 0),
    publish: services.some((service) => service.environments.some((one) => one.running)),
  };
  const place: Record<(typeof STEPS)[number], string> = {
    service: '/services',
    api: first ? `/services/${first.id}/apis` : '/services',
    publish: first ? `/services/${first.id}/environments` : '/services',
  };
  if (STEPS.every((step) => done[step])) return null;
  const next = STEPS.find((step) => !done[step]);
  return (
    <section className="card start" aria-label={t('start.title')}>
      <h2>{t('start.title')}</h2>
      <p className="quiet">{t('start.lead')}</p>
      <ol className="start-steps">
        {STEPS.map((step, index) => (
          <li key={step} className={done[step] ? 'start-step is-done' : step === next ? 'start-step is-next' : 'start-step'}>
            <span className="start-mark figures">
              {done[step] ? <CheckOutlined aria-label={t('start.done')} /> : index + 1}
            </span>
            <div>
              <Link to={place[step]} className="cell-main">
                {t(`start.${step}`)}
              </Link>
              <p className="cell-sub">{t(`start.${step}Text`)}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
