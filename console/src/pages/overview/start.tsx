/** The way to the first signed call, each step marked when it is done. Gone when all are, or when somebody has read enough. */
import { CheckOutlined, CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useKeys } from '@/api/keys';
import { usePlans } from '@/api/plans';
import type { Service } from '@/api/services';

const STEPS = ['service', 'api', 'publish', 'key', 'plan', 'bind'] as const;

/** That this browser's operator sent it away. */
const READ = 'tollgate.start.read';

export function Start({ services }: { services: Service[] }) {
  const { t } = useTranslation(['overview', 'shell']);
  const [isRead, setRead] = useState(localStorage.getItem(READ) !== null);
  const keys = useKeys({ q: '', page: '' }, 1).data;
  const plans = usePlans({ q: '', page: '' }).data;
  const first = services[0];
  const done: Record<(typeof STEPS)[number], boolean> = {
    service: services.length > 0,
    api: services.some((service) => service.apis > 0),
    publish: services.some((service) => service.environments.some((one) => one.running)),
    key: (keys?.total ?? 0) > 0,
    plan: (plans?.total ?? 0) > 0,
    bind: plans?.items.some((plan) => plan.keys > 0 && plan.bindings > 0) ?? false,
  };
  const place: Record<(typeof STEPS)[number], string> = {
    service: '/services',
    api: first ? `/services/${first.id}/apis` : '/services',
    publish: first ? `/services/${first.id}/environments` : '/services',
    key: '/keys',
    plan: '/plans',
    bind: plans?.items[0] ? `/plans/${plans.items[0].id}/keys` : '/plans',
  };
  // Not before all is known: a card that shows and goes would only startle.
  if (isRead || !keys || !plans || STEPS.every((step) => done[step])) return null;
  const next = STEPS.find((step) => !done[step]);
  return (
    <section className="card start" aria-label={t('start.title')}>
      <div className="start-head">
        <h2>{t('start.title')}</h2>
        <Button
          type="text"
          icon={<CloseOutlined />}
          aria-label={t('start.dismiss')}
          onClick={() => {
            localStorage.setItem(READ, '1');
            setRead(true);
          }}
        />
      </div>
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
