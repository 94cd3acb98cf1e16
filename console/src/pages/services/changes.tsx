/** What differs between two states of a service: which APIs come, go and change, and what changes in them. */
import { Alert, Spin } from 'antd';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { type Diff, useDiff } from '@/api/environments';
import { Failure } from '@/parts/failure';
import { Chip, Mark } from '@/parts/mark';
import './changes.css';

type Change = Diff['apis'][number];

const TONES = { added: 'good', removed: 'bad', changed: 'brand' } as const;

interface Given {
  service: string;
  /** `working`, `environment:NAME` or `version:NAME`. */
  from: string;
  to: string;
  title?: string;
}

export function Changes({ service, from, to, title }: Given) {
  const { t } = useTranslation('services');
  const diff = useDiff(service, from, to);
  if (diff.error) return <Failure error={diff.error} retry={() => diff.refetch()} />;
  if (!diff.data) return <Spin delay={200} />;
  const { apis, same } = diff.data;
  return (
    <section aria-label={title} aria-busy={diff.isFetching}>
      {title && <h3 className="changes-title">{title}</h3>}
      {apis.length === 0 && <Alert type="info" showIcon title={t(same > 0 ? 'changes.none' : 'changes.noApis')} />}
      {apis.length > 0 && (
        // What scrolls can be reached by keyboard.
        <div className="changes" tabIndex={0} role="group" aria-label={title}>
          {apis.map((change) => (
            <OneChange key={change.api} change={change} />
          ))}
        </div>
      )}
      {apis.length > 0 && same > 0 && <p className="quiet changes-same">{t('changes.same', { count: same })}</p>}
    </section>
  );
}

function OneChange({ change }: { change: Change }) {
  const { t } = useTranslation('services');
  return (
    <div className="change">
      <div className="change-head">
        <Mark tone={TONES[change.change]}>{t(`changes.${change.change}`)}</Mark>
        <Chip>{change.method}</Chip>
        <span className="mono">{change.path}</span>
        <span className="change-name quiet">{change.name}</span>
      </div>
      {change.fields.length > 0 && (
        <dl className="change-fields">
          {change.fields.map((field) => (
            <div key={field.field} className="change-field">
              <dt>{placeInWords(field.field)}</dt>
              <dd>
                {field.before != null && <code className="change-value is-before">{written(field.before)}</code>}
                {field.after != null && <code className="change-value is-after">{written(field.after)}</code>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** The wizard's words for the parts of a definition. */
const WORDS: Record<string, string> = {
  '/name': 'field.name',
  '/description': 'field.description',
  '/path': 'field.path',
  '/method': 'field.method',
  '/auth': 'field.auth',
  '/cors': 'field.cors',
  '/timeout': 'field.timeout',
  '/backend/type': 'field.backend',
  '/backend/origin': 'field.origin',
  '/backend/upstream': 'field.upstream',
  '/backend/path': 'field.backendPath',
  '/backend/method': 'field.backendMethod',
  '/backend/status': 'field.mockStatus',
  '/backend/body': 'field.mockBody',
  '/backend/headers': 'field.mockHeaders',
  '/response/body_type': 'field.bodyType',
  '/response/success_example': 'field.successExample',
  '/response/failure_example': 'field.failureExample',
  '/parameters': 'parameters.title',
  '/mappings': 'mappings.title',
  '/constants': 'constants.title',
  '/response/error_codes': 'codes.title',
};

function placeInWords(field: string): string {
  const place = Object.keys(WORDS)
    .filter((one) => field === one || field.startsWith(`${one}/`))
    .sort((a, b) => b.length - a.length)[0];
  if (!place) return field.slice(1);
  const rest = field.slice(place.length + 1).replaceAll('~1', '/').replaceAll('~0', '~');
  const words = i18next.t(`apis:${WORDS[place]}` as 'apis:field.name');
  return rest ? `${words} · ${rest.split('/').join(' · ')}` : words;
}

function written(value: unknown): string {
  return typeof value === 'string' ? value || '""' : JSON.stringify(value, null, 1);
}
