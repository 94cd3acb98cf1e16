/** Puts a plugin on APIs. */
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Plugin, useAttach } from '@/api/plugins';
import { ApisDialog } from '@/pages/places/apis_dialog';

export function AttachDialog({ plugin, close }: { plugin: Plugin; close: () => void }) {
  const { t } = useTranslation('plugins');
  const { message } = App.useApp();
  const attach = useAttach(plugin.id);
  return (
    <ApisDialog
      title={t('attach.title', { name: plugin.name })}
      lead={t('attach.lead')}
      mustRun
      close={close}
      submit={async (wanted) => {
        await attach.mutateAsync(wanted);
        message.success(t('attach.done'));
      }}
    />
  );
}
