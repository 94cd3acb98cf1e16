/** The button that makes one more of what is listed, for those who may: it opens a dialog, or leads to a page. */
import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Role } from '@/api/session';
import { For } from './may';

interface Given {
  role?: Role;
  onClick?: () => void;
  to?: string;
  children: ReactNode;
}

export function AddButton({ role = 'editor', onClick, to, children }: Given) {
  const button = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={onClick} tabIndex={to ? -1 : undefined}>
      {children}
    </Button>
  );
  return <For role={role}>{to ? <Link to={to}>{button}</Link> : button}</For>;
}
