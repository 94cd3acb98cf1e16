/** Which upstream answers: searched by the gateway, however many there are. */
import { Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useUpstream, useUpstreams } from '@/api/upstreams';
import { NoChoice } from '@/parts/no_choice';
import { useSettled } from '@/parts/settled';
import { needed } from '@/rules/fault';
import type { Draft } from './draft';

export function UpstreamField() {
  const { t } = useTranslation('apis');
  const form = Form.useFormInstance<Draft>();
  const [q, setQ] = useState('');
  const found = useUpstreams({ q: useSettled(q), page: '' });
  const chosen = Form.useWatch('upstream', form) || undefined;
  // The one that is chosen already may be on no page that was loaded.
  const kept = useUpstream(chosen).data?.value;
  const items = found.data?.items ?? [];
  const all = kept && !q && items.every(({ id }) => id !== kept.id) ? [kept, ...items] : items;
  return (
    <Form.Item
      name="upstream"
      label={t('field.upstream')}
      extra={<Link to={chosen ? `/upstreams/${chosen}` : '/upstreams'}>{t(chosen ? 'hint.upstreamShow' : 'hint.upstreams')}</Link>}
      rules={[needed()]}
      getValueProps={(value: string) => ({ value: value || undefined })}
    >
      <Select
        placeholder={t('hint.upstreamChoose')}
        notFoundContent={<NoChoice of={found} none={t('hint.upstreamNone')} />}
        showSearch={{ filterOption: false, onSearch: setQ }}
        loading={found.isFetching}
        options={all.map(({ id, name }) => ({ value: id, label: name ? `${name} (${id})` : id }))}
      />
    </Form.Item>
  );
}
