/** Who is logged in, and the way out. */
import { IdcardOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useLogOut, useSession } from '@/api/session';

export function Account() {
  const { t } = useTranslation('account');
  const session = useSession().data;
  const logOut = useLogOut();
  const navigate = useNavigate();
  if (!session) return null;
  const items = [
    { key: 'who', disabled: true, label: `${session.operator.name} · ${t(`role.${session.operator.role}`)}` },
    { type: 'divider' as const },
    { key: 'mine', icon: <IdcardOutlined aria-hidden />, label: t('mine') },
    { key: 'out', icon: <LogoutOutlined aria-hidden />, label: t('logOut') },
  ];
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => (key === 'out' ? logOut.mutate() : navigate(`/operators/${session.operator.id}`)) }}>
      <Button type="text" icon={<UserOutlined />} aria-label={t('menu', { name: session.operator.name })}>
        {session.operator.name}
      </Button>
    </Dropdown>
  );
}
