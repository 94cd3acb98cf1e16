/** The main menu. A page of its own noun adds its line here. */
import {
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BlockOutlined,
  ClusterOutlined,
  DashboardOutlined,
  FileSearchOutlined,
  InfoCircleOutlined,
  KeyOutlined,
  ProfileOutlined,
  ReadOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import type { Words } from '@/words';

interface Entry {
  to: string;
  words: keyof Words['shell']['nav'];
  icon: ReactNode;
}

interface Group {
  words?: keyof Words['shell']['group'];
  entries: Entry[];
}

const GROUPS: Group[] = [
  { entries: [{ to: '/overview', words: 'overview', icon: <DashboardOutlined /> }] },
  {
    words: 'publish',
    entries: [
      { to: '/services', words: 'services', icon: <ApiOutlined /> },
      { to: '/upstreams', words: 'upstreams', icon: <ClusterOutlined /> },
      { to: '/plugins', words: 'plugins', icon: <BlockOutlined /> },
      { to: '/certificates', words: 'certificates', icon: <SafetyCertificateOutlined /> },
    ],
  },
  {
    words: 'access',
    entries: [
      { to: '/plans', words: 'plans', icon: <ProfileOutlined /> },
      { to: '/keys', words: 'keys', icon: <KeyOutlined /> },
      { to: '/applications', words: 'applications', icon: <AppstoreOutlined /> },
      { to: '/documents', words: 'documents', icon: <ReadOutlined /> },
    ],
  },
  { words: 'watch', entries: [{ to: '/logs', words: 'logs', icon: <FileSearchOutlined /> }] },
  {
    words: 'system',
    entries: [
      { to: '/operators', words: 'operators', icon: <TeamOutlined /> },
      { to: '/audit', words: 'audit', icon: <AuditOutlined /> },
      { to: '/settings', words: 'settings', icon: <SettingOutlined /> },
      { to: '/about', words: 'about', icon: <InfoCircleOutlined /> },
    ],
  },
];

export function Nav() {
  const { t } = useTranslation();
  return (
    <nav className="nav" aria-label={t('menu')}>
      {GROUPS.map((group, index) => (
        <div key={index} className="nav-group">
          {group.words && <p className="nav-title">{t(`group.${group.words}`)}</p>}
          <ul>
            {group.entries.map((entry) => (
              <li key={entry.to}>
                <NavLink to={entry.to} className="nav-link" title={t(`nav.${entry.words}`)}>
                  <span className="nav-icon" aria-hidden="true">
                    {entry.icon}
                  </span>
                  <span className="nav-text">{t(`nav.${entry.words}`)}</span>
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
