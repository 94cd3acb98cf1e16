/** All upstreams, with how their nodes are. */
import { PlusOutlined } from '@ant-design/icons';
import { Button, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Upstream, useUpstreams } from '@/api/upstreams';
import { For } from '@/parts/may';
import { ListPage } from '@/parts/list_page';
import { useListState } from '@/parts/table';
import { Time } from '@/parts/time';
import { DeleteUpstream } from './delete_upstream';
import { NodesInShort } from './nodes';

export default function Upstreams() {
  const { t } = useTranslation(['upstreams', 'shell']);
  const state = useListState();
  const loaded = useUpstreams(state);
  const [leaving, setLeaving] = useState<Upstream | null>(null);
  const create = (
    <For role="editor">
      <Link to="/upstreams/new">
        <Button type="primary" icon={<PlusOutlined aria-hidden />} tabIndex={-1}>
          {t('shell:action.create')}
        </Button>
      </Link>
    </For>
  );
  const columns: TableColumnsType<Upstream> = [
    {
      title: t('field.name'),
      key: 'name',
      render: (_, upstream) => (
        <>
          <Link className="cell-main" to={`/upstreams/${upstream.id}`}>
            {upstream.name ?? upstream.id}
          </Link>
          <div className="cell-sub mono">{upstream.id}</div>
        </>
      ),
    },
    { title: t('field.protocol'), key: 'protocol', render: (_, upstream) => t(`protocol.${upstream.protocol}`) },
    { title: t('field.algorithm'), key: 'algorithm', render: (_, upstream) => t(`algorithm.${upstream.balancing.type}`) },
    { title: t('nodes.title'), key: 'nodes', render: (_, upstream) => <NodesInShort upstream={upstream} /> },
    { title: t('field.usedBy'), key: 'used', className: 'figures', render: (_, upstream) => upstream.used_by.length },
    {
      title: t('field.description'),
      key: 'description',
      render: (_, upstream) => <span className="cell-text">{upstream.description || '–'}</span>,
    },
    { title: t('field.modified'), key: 'modified', render: (_, upstream) => <Time at={upstream.modified} /> },
    {
      title: t('shell:list.actions'),
      key: 'actions',
      render: (_, upstream) => (
        <div className="cell-actions">
          <Link className="cell-action" to={`/upstreams/${upstream.id}/edit`}>
            {t('shell:action.edit')}
          </Link>
          <Button type="link" size="small" danger onClick={() => setLeaving(upstream)}>
            {t('shell:action.delete')}
          </Button>
        </div>
      ),
    },
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
