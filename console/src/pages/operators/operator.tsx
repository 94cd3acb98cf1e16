/** One operator, with the access keys of its programs. */
import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, Modal, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { type AccessKey, type AccessPair, useAccessKeys, useCreateAccessKey, useOperator, useRevokeAccessKey } from '@/api/operators';
import { useMay, useSession } from '@/api/session';
import { Action, descriptionColumn, timeColumn } from '@/parts/columns';
import { Copyable } from '@/parts/copyable';
import { DeleteDialog } from '@/parts/delete_dialog';
import { Empty } from '@/parts/empty';
import { Fact, Facts, Section } from '@/parts/facts';
import { Failure } from '@/parts/failure';
import { FormDialog } from '@/parts/form_dialog';
import { Mark } from '@/parts/mark';
import { PageHead } from '@/parts/page_head';
import { pinned } from '@/parts/table';
import { Time } from '@/parts/time';
import { Unloaded } from '@/parts/unloaded';
import { rule } from '@/rules/fault';
import { longest } from '@/rules/name';
import { OwnPasswordDialog } from './operator_dialogs';
import './operators.css';

export default function OperatorPage() {
  const { t } = useTranslation(['operators', 'account', 'shell']);
  const { operator: id } = useParams() as { operator: string };
  const loaded = useOperator(id);
  const isMe = useSession().data?.operator.id === id;
  const [isChanging, setChanging] = useState(false);
  if (!loaded.data) return <Unloaded of={[loaded]} />;
  const operator = loaded.data.value;
  return (
    <>
      <PageHead
        title={operator.name}
        crumbs={[{ text: t('title'), to: '/operators' }]}
        actions={isMe && <Button onClick={() => setChanging(true)}>{t('own.title')}</Button>}
      />
      <div className="stack">
        <Section title={t('info')}>
          <Facts>
            <Fact name={t('field.role')}>{t(`account:role.${operator.role}`)}</Fact>
            <Fact name={t('field.state')}>
              <Mark tone={operator.enabled ? 'good' : 'quiet'}>{t(operator.enabled ? 'state.enabled' : 'state.disabled')}</Mark>
            </Fact>
            <Fact name={t('field.id')}>
              <Copyable text={operator.id} what={t('field.id')} />
            </Fact>
            <Fact name={t('field.created')}>
              <Time at={operator.created} />
            </Fact>
          </Facts>
        </Section>
        <AccessKeys operator={operator.id} name={operator.name} isMe={isMe} />
      </div>
      {isChanging && <OwnPasswordDialog close={() => setChanging(false)} />}
    </>
  );
}

function AccessKeys({ operator, name, isMe }: { operator: string; name: string; isMe: boolean }) {
  const { t } = useTranslation(['operators', 'shell']);
  const loaded = useAccessKeys(operator);
  const create = useCreateAccessKey(operator);
  const revoke = useRevokeAccessKey(operator);
  const mayChange = useMay('admin') || isMe;
  const { message } = App.useApp();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<AccessPair | null>(null);
  const [leaving, setLeaving] = useState<AccessKey | null>(null);
  const add = mayChange && (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>
      {t('keys.create')}
    </Button>
  );
  const columns: TableColumnsType<AccessKey> = [
    { title: t('keys.id'), key: 'id', render: (_, key) => <Copyable text={key.id} what={t('keys.id')} /> },
    descriptionColumn(t('keys.description')),
    timeColumn(t('field.created'), 'created'),
    ...(mayChange
      ? ([
          {
            title: t('shell:list.actions'),
            key: 'more',
            render: (_, key) => <Action isDanger onClick={() => setLeaving(key)}>{t('keys.revoke')}</Action>,
          },
        ] satisfies TableColumnsType<AccessKey>)
      : []),
  ];
  return (
    <Section title={t('keys.title')} actions={loaded.data?.length !== 0 && add}>
      <p className="quiet keys-lead">{t('keys.lead')}</p>
      {loaded.error && !loaded.data ? (
        <Failure error={loaded.error} retry={() => loaded.refetch()} />
      ) : loaded.data?.length === 0 ? (
        <Empty isSmall title={t('keys.empty')} action={add}>
          {t('keys.emptyText')}
        </Empty>
      ) : (
        <Table<AccessKey>
          aria-label={t('keys.title')}
          dataSource={loaded.data}
          loading={{ spinning: loaded.isLoading, delay: 150 }}
          rowKey="id"
          pagination={false}
          scroll={{ x: 'max-content' }}
          columns={columns.map(pinned)}
        />
      )}
      {isMaking && (
        <FormDialog<{ description?: string }>
          title={t('keys.createFor', { name })}
          isOpen
          close={() => setMaking(false)}
          submit={async (values) => {
            setMade(await create.mutateAsync(values));
            // The dialog shows the secret, and it alone keeps it.
            create.reset();
          }}
        >
          <Form.Item name="description" label={t('keys.description')} extra={t('keys.hint')} rules={[rule(longest(200), false)]}>
            <Input />
          </Form.Item>
        </FormDialog>
      )}
      <Modal
        title={t('keys.made')}
        open={made !== null}
        onCancel={() => setMade(null)}
        // Nothing of the secret stays on the page.
        destroyOnHidden
        mask={{ closable: false }}
        width={640}
        footer={
          <Button type="primary" onClick={() => setMade(null)}>
            {t('keys.kept')}
          </Button>
        }
      >
        {made && (
          <>
            <p className="dialog-text">{t('keys.once')}</p>
            <Facts>
              <Fact name="SecretId" isWide>
                <Copyable text={made.id} what="SecretId" isWide />
              </Fact>
              <Fact name="SecretKey" isWide>
                <Copyable text={made.secret} what="SecretKey" isWide />
              </Fact>
              <Fact name={t('keys.header')} isWide>
                <Copyable text={`Authorization: Bearer ${made.id}:${made.secret}`} what={t('keys.header')} isWide />
              </Fact>
            </Facts>
          </>
        )}
      </Modal>
      <DeleteDialog
        title={t('keys.revokeTitle')}
        isOpen={leaving !== null}
        close={() => setLeaving(null)}
        okText={t('keys.revoke')}
        remove={async () => {
          await revoke.mutateAsync(leaving!.id);
          message.success(t('keys.revoked'));
        }}
      >
        {t('keys.revokeText', { id: leaving?.id })}
      </DeleteDialog>
    </Section>
  );
}
