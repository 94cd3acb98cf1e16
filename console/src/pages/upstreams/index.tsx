/** All upstreams, with how their nodes are. */
import type { TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Upstream, useUpstreams } from '@/api/upstreams';
import { AddButton } from '@/parts/add_button';
import { Action, actionColumn, descriptionColumn, nameColumn, timeColumn } from '@/parts/columns';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/list_state';
import { DeleteUpstream } from './delete_upstream';
import { NodesInShort } from './nodes';

export default function Upstreams() {
  const { t } = useTranslation(['upstreams', 'shell']);
  const state = useListState();
  const loaded = useUpstreams(state);
  const [leaving, setLeaving] = useState<Upstream | null>(null);
  const create = <AddButton to="/upstreams/new">{t('shell:action.create')}</AddButton>;
  const columns: TableColumnsType<Upstream> = [
    nameColumn(t('field.name'), '/upstreams'),
    { title: t('field.protocol'), key: 'protocol', render: (_, upstream) => t(`protocol.${upstream.protocol}`) },
    { title: t('field.algorithm'), key: 'algorithm', render: (_, upstream) => t(`algorithm.${upstream.balancing.type}`) },
    { title: t('nodes.title'), key: 'nodes', render: (_, upstream) => <NodesInShort upstream={upstream} /> },
    { title: t('field.usedBy'), key: 'used', className: 'figures', render: (_, upstream) => upstream.used_by.length },
    descriptionColumn(t('field.description')),
    timeColumn(t('field.modified'), 'modified'),
    actionColumn(t('shell:list.actions'), (upstream) => (
      <>
        <Action to={`/upstreams/${upstream.id}/edit`}>{t('shell:action.edit')}</Action>
        <Action isDanger onClick={() => setLeaving(upstream)}>{t('shell:action.delete')}</Action>
      </>
    )),
  ];
  return (
    <>
      <ListPage
        title={t('title')}
        lead={t('lead')}
        create={create}
        state={state}
        loaded={loaded}
        columns={columns}
        rowKey={(upstream) => upstream.id}
        searchHint={t('search')}
        empty={{ title: t('empty.title'), text: t('empty.text') }}
      />
      {leaving && <DeleteUpstream upstream={leaving} close={() => setLeaving(null)} />}
    </>
  );
}
