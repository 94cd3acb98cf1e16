/** What became of a debug call. */
import { Alert, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Debugged } from '@/api/debug';
import { CopyButton, Copyable } from '@/parts/copyable';
import { Fact, Facts, Section } from '@/parts/facts';
import { Mark } from '@/parts/mark';
import { bytes, millis, statusTone } from '@/parts/measure';
import { BodyText, CodeBlock } from './code';
import { Commands } from './commands';
import { Decisions } from './decisions';
import { useRefusalWords } from '@/words/refusals';

export function Result({ report }: { report: Debugged }) {
  const { t, i18n } = useTranslation('debug');
  const { answer, logged } = report;
  const refused = useRefusalWords(logged?.refusal);
  const language = i18n.language;
  return (
    <Section
      title={t('result.title')}
      actions={logged && <Link to={`/services/${logged.service}/logs?request_id=${logged.request_id}`}>{t('result.log')}</Link>}
    >
      <dl className="debug-sums">
        <div>
          <dt>{t('result.status')}</dt>
          <dd>
            <Mark tone={statusTone(answer.status)}>
              <span className="debug-status figures">{answer.status}</span>
            </Mark>
          </dd>
        </div>
        <div>
          <dt>{t('result.latency')}</dt>
          <dd className="figures">{millis(answer.duration_us, language)}</dd>
        </div>
        <div>
          <dt>{t('result.size')}</dt>
          <dd className="figures">{bytes(answer.body.bytes, language)}</dd>
        </div>
        {logged && (
          <div className="is-wide">
            <dt>{t('result.requestId')}</dt>
            <dd>
              <Copyable text={logged.request_id} what={t('result.requestId')} />
            </dd>
          </div>
        )}
      </dl>
      {refused && <Alert className="debug-note" type="warning" showIcon title={refused.name} description={refused.help} />}
      <Tabs
        className="debug-tabs"
        items={[
          { key: 'answer', label: t('tab.answer'), children: <Answer report={report} /> },
          { key: 'decisions', label: t('tab.decisions'), children: <Decisions report={report} /> },
          { key: 'request', label: t('tab.request'), children: <Request report={report} /> },
          { key: 'commands', label: t('tab.commands'), children: <Commands commands={report.commands} /> },
        ]}
        defaultActiveKey={refused ? 'decisions' : 'answer'}
      />
    </Section>
  );
}

function Answer({ report: { answer } }: { report: Debugged }) {
  const { t } = useTranslation('debug');
  const type = answer.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value;
  return (
    <>
      <h3 className="debug-title">{t('result.body')}</h3>
      <BodyText body={answer.body} type={type} label={t('result.body')} />
      <h3 className="debug-title">{t('result.headers')}</h3>
      <Pairs pairs={answer.headers} label={t('result.headers')} />
    </>
  );
}

function Request({ report: { request, string_to_sign, matched } }: { report: Debugged }) {
  const { t } = useTranslation('debug');
  const type = request.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value;
  return (
    <>
      <Facts>
        <Fact name={t('sent.url')} isWide>
          <Copyable text={`${request.method} ${request.url}`} what={t('sent.url')} isWide />
        </Fact>
        <Fact name={t('sent.host')} isWide>
          <Copyable text={request.host} what={t('sent.host')} isWide />
        </Fact>
        {matched && (
          <Fact name={t('sent.matched')} isWide>
            {matched.name ?? '–'} <span className="mono quiet">{matched.api}</span>
          </Fact>
        )}
        {matched && matched.variables.length > 0 && (
          <Fact name={t('sent.variables')} isWide>
            <span className="mono">{matched.variables.map(({ name, value }) => `${name} = ${value}`).join(', ')}</span>
          </Fact>
        )}
      </Facts>
      <h3 className="debug-title">{t('sent.stringToSign')}</h3>
      {string_to_sign === null ? (
        <p className="quiet">{t('sent.unsigned')}</p>
      ) : (
        <CodeBlock text={string_to_sign} label={t('sent.stringToSign')} />
      )}
      <h3 className="debug-title">{t('sent.headers')}</h3>
      {request.headers.length === 0 ? <p className="quiet">{t('sent.noHeaders')}</p> : <Pairs pairs={request.headers} label={t('sent.headers')} />}
      {request.body.bytes > 0 && (
        <>
          <h3 className="debug-title">{t('sent.body')}</h3>
          <BodyText body={request.body} type={type} label={t('sent.body')} />
        </>
      )}
    </>
  );
}

function Pairs({ pairs, label }: { pairs: { name: string; value: string }[]; label: string }) {
  return (
    <div className="debug-pairs">
      <table aria-label={label}>
        <tbody>
          {pairs.map(({ name, value }, index) => (
            <tr key={index}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td className="mono">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <CopyButton text={pairs.map(({ name, value }) => `${name}: ${value}`).join('\n')} what={label} />
    </div>
  );
}
