/** Lets in who is logged in; the others go to the login page, and come back to where they wanted to be. */
import { Spin } from 'antd';
import { Navigate, useLocation } from 'react-router';
import { Problem } from '@/api/problem';
import { useSession } from '@/api/session';
import { Failure } from '@/parts/failure';
import { Shell } from './shell';

export function Door() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.data) return <Shell />;
  if (session.isPending) return <Spin fullscreen delay={300} />;
  if (session.error instanceof Problem && session.error.status === 401) {
    return <Navigate to="/login" replace state={{ from: pathname === '/' ? undefined : pathname + search }} />;
  }
  return (
    <main className="page">
      <Failure error={session.error} retry={() => session.refetch()} />
    </main>
  );
}
