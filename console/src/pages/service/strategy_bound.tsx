/** The APIs that an IP strategy decides for, each to be taken out. */
import { App, Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Strategy, type StrategyBinding, useStrategyBindings, useUnbindStrategy } from '@/api/strategies';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { Waiting } from '@/parts/waiting';

export function BoundDialog({ strategy, close }: { strategy: Strategy; close: () => void }) {
  const { t } = useTranslation(['strategies', 'services', 'shell']);
  const { message } = App.useApp();
  const loaded = useStrategyBindings(strategy.service, strategy.id);
  const unbind = useUnbindStrategy(strategy.service);
  const [leaving, setLeaving] = useState<StrategyBinding | null>(null);
  return (
    <>
      <Modal title={t('bound.title', { name: strategy.name })} open onCancel={close} footer={<Button onClick={close}>{t('shell:action.close')}</Button>}>
        {loaded.error ? <Failure error={loaded.error} retry={() => loaded.refetch()} /> : null}
        {loaded.isLoading && <Waiting />}
        {loaded.data?.length === 0 && (
          <Empty isSmall title={t('bound.empty')}>
            {t('bound.emptyHint')}
          </Empty>
        )}
        <ul className="bound-list">
          {loaded.data?.map((one) => (
            <li key={`${one.environment}/${one.api}`}>
              <Bound one={one} service={strategy.service} />
              <For role="editor">
                <Button type="link" size="small" danger onClick={() => setLeaving(one)}>
                  {t('unbind.action')}
                </Button>
              </For>
            </li>
          ))}
        </ul>
      </Modal>
      <DeleteDialog
        title={t('unbind.title', { api: leaving ? nameOf(leaving) : '' })}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('unbind.action')}
        remove={async () => {
          await unbind.mutateAsync(leaving!);
          message.success(t('unbind.done'));
        }}
      >
        {leaving && t('unbind.text', { environment: t(`services:environment.${leaving.environment}`) })}
      </DeleteDialog>
    </>
  );
}

function Bound({ one, service }: { one: StrategyBinding; service: string }) {
  const { t } = useTranslation('services');
  return (
    <span>
      <Link to={`/services/${service}/apis/${one.api}`}>{nameOf(one)}</Link>{' '}
      <span className="quiet">{t(`environment.${one.environment}`)}</span>
    </span>
  );
}

function nameOf({ api, api_name }: StrategyBinding): string {
  return api_name ?? api;
}
