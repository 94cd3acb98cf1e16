/** How the health of nodes is known: by asking them, by how calls end, or both. */
import { Form, Input, InputNumber, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { fault, inWords, rule } from '@/rules/fault';
import { probePath, statusList } from '@/rules/upstream';
import type { Draft } from './draft';

export function HealthFields() {
  const { t } = useTranslation('upstreams');
  const form = Form.useFormInstance<Draft>();
  const isActive = Form.useWatch('active', form);
  const isPassive = Form.useWatch('passive', form);
  return (
    <section className="wizard-part" aria-label={t('info.health')}>
      <h2>{t('info.health')}</h2>
      <p className="quiet">{t('checks.lead')}</p>
      <div className="fields checks">
        <div className="pair">
          <Form.Item name="active" valuePropName="checked" label={t('checks.active')} extra={t('checks.activeHint')}>
            <Switch />
          </Form.Item>
          <Form.Item name="passive" valuePropName="checked" label={t('checks.passive')} extra={t('checks.passiveHint')}>
            <Switch />
          </Form.Item>
        </div>
        {isActive && (
          <>
            <Form.Item name="path" label={t('checks.path')} extra={t('checks.pathHint')} rules={[rule(probePath)]}>
              <Input className="mono" spellCheck={false} />
            </Form.Item>
            <div className="pair">
              <Whole name="interval" label={t('checks.interval')} min={1} max={3600} unit={t('checks.seconds')} />
              <Whole name="timeout" label={t('checks.timeout')} min={1} max={3600} unit={t('checks.seconds')} />
            </div>
          </>
        )}
        {(isActive || isPassive) && (
          <>
            <div className="pair">
              <Form.Item name="healthy" label={t('checks.healthy')} rules={[rule(statusList)]}>
                <Input className="mono" spellCheck={false} />
              </Form.Item>
              <Form.Item name="unhealthy" label={t('checks.unhealthy')} rules={[rule(statusList)]}>
                <Input className="mono" spellCheck={false} />
              </Form.Item>
            </div>
            <p className="quiet dialog-text">{t('checks.thresholds')}</p>
            <div className="pair is-three">
              <Whole name="tcpFailures" label={t('checks.tcpFailures')} min={0} max={254} />
              <Whole name="timeouts" label={t('checks.timeouts')} min={0} max={254} />
              <Whole name="httpFailures" label={t('checks.httpFailures')} min={0} max={254} />
            </div>
          </>
        )}
        {isPassive && (
          <Whole
            name="restoreAfter"
            label={t('checks.restoreAfter')}
            hint={t(isActive ? 'checks.restoreHintBoth' : 'checks.restoreHint')}
            // Without active checks nothing else would bring a node back.
            min={isActive ? 0 : 1}
            max={86_400}
            unit={t('checks.seconds')}
          />
        )}
      </div>
    </section>
  );
}

interface WholeGiven {
  name: keyof Draft;
  label: string;
  hint?: string;
  min: number;
  max: number;
  unit?: string;
}

/** A whole number within bounds. */
function Whole({ name, label, hint, min, max, unit }: WholeGiven) {
  return (
    <Form.Item
      name={name}
      label={label}
      extra={hint}
      rules={[{ required: true, type: 'integer', min, max, message: inWords(fault('range', { min, max })) }]}
    >
      <InputNumber className="is-short" suffix={unit} />
    </Form.Item>
  );
}
