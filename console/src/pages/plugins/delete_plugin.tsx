/** Asks before a plugin is deleted: it leaves every API that it is on. */
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Plugin, useDeletePlugin } from '@/api/plugins';
import { DeleteDialog } from '@/parts/delete_dialog';

export function DeletePlugin({ plugin, close, done }: { plugin: Plugin; close: () => void; done?: () => void }) {
  const { t } = useTranslation('plugins');
  const { message } = App.useApp();
  const remove = useDeletePlugin();
  return (
    <DeleteDialog
      title={t('delete.title', { name: plugin.name })}
      isOpen
      close={close}
      remove={async () => {
        await remove.mutateAsync(plugin.id);
        message.success(t('delete.done'));
        done?.();
      }}
    >
      {plugin.attachments ? t('delete.attached', { count: plugin.attachments }) : t('delete.text')}
    </DeleteDialog>
  );
}
