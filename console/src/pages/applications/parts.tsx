/** What the list of applications and the page of one have in common. */
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Application, type ApplicationPair, revealApplication, useBindApplication, useDeleteApplication } from '@/api/applications';
import { Copyable } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { MadeDialog } from '@/parts/made_dialog';
import { Secret } from '@/parts/secret';
import { ApisDialog } from '@/pages/places/apis_dialog';
import './applications.css';

/** `isNew` is false when only the pair is new. */
export type Made = ApplicationPair & { isNew: boolean };

export function Pair({ of }: { of: Application }) {
  return (
    <div className="application-pair">
      <span className="quiet">ApiAppKey</span>
      <Copyable text={of.key} what="ApiAppKey" />
      <span className="quiet">ApiAppSecret</span>
      <Secret key={`${of.id}/${of.modified}`} what="ApiAppSecret" name={of.name} reveal={() => revealApplication(of.id)} />
    </div>
  );
}

export function MadeApplication({ made, close }: { made: Made | null; close: () => void }) {
  const { t } = useTranslation('applications');
  return (
    <MadeDialog
      title={t(made?.isNew ? 'made.title' : 'made.rotated')}
      text={t('made.text')}
      isOpen={made !== null}
      close={close}
      facts={made ? [{ name: 'ApiAppKey', value: made.key }, { name: 'ApiAppSecret', value: made.secret }] : []}
    />
  );
}

export function BindDialog({ application, close }: { application: Application; close: () => void }) {
  const { t } = useTranslation('applications');
  const { message } = App.useApp();
  const bind = useBindApplication(application.id);
  return (
    <ApisDialog
      title={t('bind.title', { name: application.name })}
      lead={t('bind.lead')}
      close={close}
      submit={async (wanted) => {
        await bind.mutateAsync(wanted);
        message.success(t('bind.done'));
      }}
    />
  );
}

export function DeleteApplication({ application, close, done }: { application: Application; close: () => void; done?: () => void }) {
  const { t } = useTranslation('applications');
  const { message } = App.useApp();
  const remove = useDeleteApplication();
  return (
    <DeleteDialog
      title={t('delete.title', { name: application.name })}
      isOpen
      close={close}
      remove={async () => {
        await remove.mutateAsync(application.id);
        message.success(t('delete.done'));
        done?.();
      }}
      hindrance={application.bindings ? t('delete.bound', { count: application.bindings }) : undefined}
    >
      {t('delete.text')}
    </DeleteDialog>
  );
}
