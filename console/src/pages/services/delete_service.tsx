/** Deletes a service; says beforehand what is in the way, and where to clear it. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Service, useDeleteService } from '@/api/services';
import { DeleteDialog } from '@/parts/delete_dialog';
import { listed } from '@/parts/listed';

export function DeleteService({ service, close, done }: { service: Service; close: () => void; done?: () => void }) {
  const { t, i18n } = useTranslation('services');
  const remove = useDeleteService();
  const running = service.environments.filter((one) => one.running).map((one) => t(`environment.${one.name}`));
  const place = `/services/${service.id}`;
  const reasons = [
    service.apis > 0 && (
      <Link key="apis" to={`${place}/apis`} onClick={close}>
        {t('delete.hasApis', { count: service.apis })}
      </Link>
    ),
    running.length > 0 && (
      <Link key="released" to={`${place}/environments`} onClick={close}>
        {t('delete.released', { environments: listed(running, i18n.language) })}
      </Link>
    ),
  ].filter(Boolean);
  return (
    <DeleteDialog
      title={t('delete.title', { name: service.name })}
      isOpen
      close={close}
      remove={async () => {
        await remove.mutateAsync(service);
        done?.();
      }}
      hindrance={
        reasons.length > 0 && (
          <>
            <p>{t('delete.hindered')}</p>
            <ul className="hindrances">
              {reasons.map((reason, index) => (
                <li key={index}>{reason}</li>
              ))}
            </ul>
          </>
        )
      }
    >
      <p>{t('delete.text', { host: service.default_host })}</p>
    </DeleteDialog>
  );
}
