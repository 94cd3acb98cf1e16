/** What the members of a kind's data mean, beside the text in which they are written. */
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { PluginKind } from '@/api/plugins';

export function Hints({ kind }: { kind: PluginKind }) {
  const { t } = useTranslation('plugins');
  const members = i18next.t(`plugins:members.${kind}` as 'plugins:members.routing', { returnObjects: true }) as unknown;
  if (typeof members !== 'object' || members === null) return null;
  return (
    <section className="plugin-hints" aria-label={t('json.members')}>
      <p className="quiet">{t('json.members')}</p>
      <dl>
        {Object.entries(members as Record<string, string>).map(([name, about]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
