/** Deletes an upstream; says beforehand which APIs are in the way. */
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Upstream, useDeleteUpstream } from '@/api/upstreams';
import { DeleteDialog } from '@/parts/delete_dialog';

/** More of them would say nothing new. */
const MOST = 5;

export function DeleteUpstream({ upstream, close, done }: { upstream: Upstream; close: () => void; done?: () => void }) {
  const { t } = useTranslation('upstreams');
  const { message } = App.useApp();
  const remove = useDeleteUpstream();
  const users = upstream.used_by;
  return (
    <DeleteDialog
      title={t('delete.title', { name: upstream.name ?? upstream.id })}
      isOpen
      close={close}
      remove={async () => {
        await remove.mutateAsync(upstream.id);
        message.success(t('delete.done'));
        done?.();
      }}
      hindrance={
        users.length > 0 && (
          <>
            <p>{t('delete.hindered', { count: users.length })}</p>
            <ul className="hindrances">
              {users.slice(0, MOST).map((one) => (
                <li key={one.api}>
                  <Link to={`/services/${one.service}/apis/${one.api}`} onClick={close}>
                    {one.name}
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )
      }
    >
      {t('delete.text')}
    </DeleteDialog>
  );
}
