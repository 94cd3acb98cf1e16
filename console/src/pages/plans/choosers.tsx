/** Keys and plans to choose in a transfer, as fields of the binding dialogs. */
import { useTranslation } from 'react-i18next';
import { useKeyChoices } from '@/api/keys';
import { usePlanChoices } from '@/api/plans';
import { type Choice, Transfer } from '@/parts/transfer';

interface Field {
  value?: Choice[];
  onChange?: (chosen: Choice[]) => void;
}

/** Keys for a plan. Those that are in it, or disabled, are shown and cannot be chosen. */
export function KeyChooser({ plan, ...field }: Field & { plan: string }) {
  const { t } = useTranslation(['plans', 'keys']);
  return (
    <Transfer
      {...field}
      useFound={useKeyChoices}
      choiceOf={(key) => {
        const isBound = key.plans.some(({ id }) => id === plan);
        const why = isBound ? t('keys.taken') : key.enabled ? null : t('keys:state.disabled');
        return { id: key.id, name: key.name, isTaken: why !== null, note: why ? `${key.id} · ${why}` : undefined };
      }}
      words={{
        left: t('keys.left'),
        found: (count) => t('keys.found', { count }),
        chosen: (count) => t('keys.chosen', { count }),
        search: t('keys.search'),
        none: t('keys.none'),
      }}
    />
  );
}

export function PlanChooser(field: Field) {
  const { t } = useTranslation('plans');
  return (
    <Transfer
      {...field}
      useFound={usePlanChoices}
      choiceOf={(plan) => ({ id: plan.id, name: plan.name })}
      words={{
        left: t('choose.left'),
        found: (count) => t('choose.found', { count }),
        chosen: (count) => t('choose.chosen', { count }),
        search: t('choose.search'),
        none: t('choose.none'),
      }}
    />
  );
}
