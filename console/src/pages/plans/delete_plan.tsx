/** Deletes a usage plan; says beforehand what is in the way. */
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Plan, useDeletePlan } from '@/api/plans';
import { DeleteDialog } from '@/parts/delete_dialog';

export function DeletePlan({ plan, close, done }: { plan: Plan; close: () => void; done?: () => void }) {
  const { t } = useTranslation('plans');
  const { message } = App.useApp();
  const remove = useDeletePlan();
  const reasons = [
    plan.keys > 0 && { to: `/plans/${plan.id}/keys`, text: t('delete.keys', { count: plan.keys }) },
    plan.bindings > 0 && { to: `/plans/${plan.id}/environments`, text: t('delete.bindings', { count: plan.bindings }) },
  ].filter((reason) => reason !== false);
  return (
    <DeleteDialog
      title={t('delete.title', { name: plan.name })}
      isOpen
      close={close}
      remove={async () => {
        await remove.mutateAsync(plan.id);
        message.success(t('delete.done'));
        done?.();
      }}
      hindrance={
        reasons.length > 0 && (
          <>
            <p>{t('delete.hindered')}</p>
            <ul className="hindrances">
              {reasons.map((reason) => (
                <li key={reason.to}>
                  <Link to={reason.to} onClick={close}>
                    {reason.text}
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
