/** The APIs that an IP strategy decides for, each to be taken out. */
import { App, Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useProblemWords } from '@/api/problem';
import { type Strategy, type StrategyBinding, useStrategyBindings, useUnbindStrategy } from '@/api/strategies';
import { Empty } from '@/parts/empty';
import { Failure } from '@/parts/failure';
import { For } from '@/parts/may';
import { Waiting } from '@/parts/waiting';

export function BoundDialog({ strategy, close }: { strategy: Strategy; close: () => void }) {
  const { t } = useTranslation(['strategies', 'shell']);
  const { message } = App.useApp();
  const words = useProblemWords();
  const loaded = useStrategyBindings(strategy.service, strategy.id);
  const unbind = useUnbindStrategy(strategy.service);
  const leave = (one: StrategyBinding) =>
    unbind.mutateAsync(one).then(
      () => message.success(t('unbind.done')),
      (refused: unknown) => message.error(words(refused)),
    );
  return (
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
              <Button type="link" size="small" danger onClick={() => void leave(one)}>
                {t('unbind.action')}
              </Button>
            </For>
          </li>
        ))}
      </ul>
    </Modal>
  );
}

function Bound({ one, service }: { one: StrategyBinding; service: string }) {
  const { t } = useTranslation('services');
  return (
    <span>
      <Link to={`/services/${service}/apis/${one.api}`}>{one.api_name ?? one.api}</Link>{' '}
      <span className="quiet">{t(`environment.${one.environment}`)}</span>
    </span>
  );
}
