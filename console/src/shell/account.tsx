/** Who is logged in, and the way out. */
import { IdcardOutlined, LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useProblemWords } from '@/api/problem';
import { useLogOut, useSession } from '@/api/session';

export function Account() {
  const { t } = useTranslation('account');
  const session = useSession().data;
  const logOut = useLogOut();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const words = useProblemWords();
  if (!session) return null;
  const items = [
    { key: 'who', disabled: true, label: `${session.operator.name} · ${t(`role.${session.operator.role}`)}` },
    { type: 'divider' as const },
    { key: 'mine', icon: <IdcardOutlined aria-hidden />, label: t('mine') },
    { key: 'out', icon: <LogoutOutlined aria-hidden />, label: t('logOut') },
  ];
  const leave = () => logOut.mutate(undefined, { onError: (refused) => message.error(words(refused)) });
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => (key === 'out' ? leave() : navigate(`/operators/${session.operator.id}`)) }}>
      <Button type="text" icon={<UserOutlined />} aria-label={t('menu', { name: session.operator.name })}>
        {session.operator.name}
      </Button>
    </Dropdown>
  );
}
