/** What the gateway decided on the way of the call, in the order of the way. */
import { CheckOutlined, CloseOutlined, MinusOutlined } from '@ant-design/icons';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Debugged, Decision } from '@/api/debug';
import type { Words } from '@/words';
import { refusalWords } from '@/words/refusals';

const SIGNS = { passed: CheckOutlined, refused: CloseOutlined, not_reached: MinusOutlined };
type Outcome = keyof typeof SIGNS;
type StageName = keyof Words['debug']['stage'];
type FactName = keyof Words['debug']['fact'];

export function Decisions({ report: { decisions } }: { report: Debugged }) {
  const { t } = useTranslation(['debug', 'apis']);
  if (decisions.length === 0) return <p className="quiet">{t('decisions.none')}</p>;
  return (
    <ol className="decisions" aria-label={t('tab.decisions')}>
      {decisions.map((decision) => {
        const outcome = decision.outcome as Outcome;
        const Sign = SIGNS[outcome];
        return (
          <li key={decision.stage} className={`decision is-${outcome}`}>
            <span className="decision-sign" aria-hidden="true">
              <Sign />
            </span>
            <div className="decision-body">
              <p className="decision-head">
                <span className="cell-main">{t(`stage.${decision.stage as StageName}`)}</span>
                <span className="decision-outcome">{t(`outcome.${outcome}`)}</span>
              </p>
              {outcome !== 'not_reached' && <p className="decision-text">{sentence(decision)}</p>}
              {decision.facts.length > 0 && (
                <dl className="decision-facts">
                  {decision.facts.map(({ name, value }) => (
                    <div key={name}>
                      <dt>{factName(name)}</dt>
                      <dd className="mono">{value === 'true' || value === 'false' ? t(value === 'true' ? 'apis:yes' : 'apis:no') : value}</dd>
                    </div>
                  ))}
                </dl>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function factName(name: string): string {
  const variable = /^path_variable\.(.+)$/.exec(name)?.[1];
  if (variable) return i18next.t('debug:variable', { name: variable });
  return i18next.exists(`debug:fact.${name}`) ? i18next.t(`debug:fact.${name as FactName}`) : name;
}

/** What was decided, told from the facts in the operator's language. */
function sentence({ stage, outcome, text, facts }: Decision): string {
  const fact = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
  if (outcome === 'refused') return refusalWords(fact.refusal ?? '').help || text;
  const word = `debug:told.${caseOf(stage, fact)}`;
  return i18next.exists(word) ? i18next.t(word as 'debug:told.limits', { ...fact, count: facts.length }) : text;
}

function caseOf(stage: string, fact: Record<string, string>): string {
  if (stage === 'authentication') {
    // Who signs as an application is in no usage plan; a token is nobody's key.
    if (fact.key) return fact.usage_plan ? 'signed' : 'application';
    return fact.auth === 'oauth' ? 'token' : 'open';
  }
  if (stage === 'environment') return fact.environment ? 'environment' : 'noEnvironment';
  if (stage === 'backend') return fact.address ? (fact.status ? 'backend' : 'sent') : 'itself';
  if (stage === 'route') return fact.is_the_api_that_was_meant === 'true' ? 'route' : 'otherRoute';
  if (stage === 'parameters') return Object.keys(fact).length > 0 ? 'parameters' : 'noParameters';
  return stage;
}
