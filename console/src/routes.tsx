/** Every page and its place. Pages are loaded when they are first opened. */
import { Navigate, createBrowserRouter } from 'react-router';
import { Broken, NotFound } from '@/pages/errors';
import { Door } from '@/shell/door';

/** A page whose code comes when it is asked for. */
function page(load: () => Promise<{ default: React.ComponentType }>) {
  return { lazy: async () => ({ Component: (await load()).default }) };
}

/** What stands there while the first page's code comes: nothing. */
const nothing = () => null;

export const routes = createBrowserRouter(
  [
    { path: '/login', ErrorBoundary: Broken, HydrateFallback: nothing, ...page(() => import('@/pages/login')) },
    {
      path: '/',
      Component: Door,
      ErrorBoundary: Broken,
      HydrateFallback: nothing,
      children: [
        {
          ErrorBoundary: Broken,
          children: [
            { index: true, element: <Navigate to="/overview" replace /> },
            { path: 'overview', ...page(() => import('@/pages/overview')) },
            { path: 'services', ...page(() => import('@/pages/services')) },
            {
              path: 'services/:service',
              ...page(() => import('@/pages/service')),
              children: [
                { index: true, element: <Navigate to="apis" replace /> },
                { path: 'info', ...page(() => import('@/pages/service/info')) },
                { path: 'apis', ...page(() => import('@/pages/service/apis')) },
                { path: 'plans', ...page(() => import('@/pages/service/plans')) },
                { path: 'strategies', ...page(() => import('@/pages/service/strategies')) },
                { path: 'domains', ...page(() => import('@/pages/service/domains')) },
                { path: 'environments', ...page(() => import('@/pages/service/environments')) },
                { path: 'monitoring', ...page(() => import('@/pages/monitoring')) },
                { path: 'logs', ...page(() => import('@/pages/service/logs')) },
                { path: 'versions', ...page(() => import('@/pages/service/versions')) },
              ],
            },
            { path: 'services/:service/apis/new', ...page(() => import('@/pages/apis/wizard')) },
            { path: 'services/:service/apis/:api', ...page(() => import('@/pages/apis/detail')) },
            { path: 'services/:service/apis/:api/debug', ...page(() => import('@/pages/debug')) },
            { path: 'services/:service/apis/:api/edit', ...page(() => import('@/pages/apis/wizard')) },
            { path: 'upstreams', ...page(() => import('@/pages/upstreams')) },
            { path: 'upstreams/new', ...page(() => import('@/pages/upstreams/form')) },
            { path: 'upstreams/:upstream', ...page(() => import('@/pages/upstreams/detail')) },
            { path: 'upstreams/:upstream/edit', ...page(() => import('@/pages/upstreams/form')) },
            { path: 'plugins', ...page(() => import('@/pages/plugins')) },
            { path: 'plugins/:plugin', ...page(() => import('@/pages/plugins/detail')) },
            { path: 'certificates', ...page(() => import('@/pages/certificates')) },
            { path: 'plans', ...page(() => import('@/pages/plans')) },
            {
              path: 'plans/:plan',
              ...page(() => import('@/pages/plan')),
              children: [
                { index: true, element: <Navigate to="info" replace /> },
                { path: 'info', ...page(() => import('@/pages/plan/info')) },
                { path: 'environments', ...page(() => import('@/pages/plan/environments')) },
                { path: 'keys', ...page(() => import('@/pages/plan/keys')) },
              ],
            },
            { path: 'keys', ...page(() => import('@/pages/keys')) },
            { path: 'applications', ...page(() => import('@/pages/applications')) },
            { path: 'applications/:application', ...page(() => import('@/pages/applications/detail')) },
            { path: 'documents', ...page(() => import('@/pages/documents')) },
            { path: 'logs', ...page(() => import('@/pages/logs')) },
            { path: 'operators', ...page(() => import('@/pages/operators')) },
            { path: 'operators/:operator', ...page(() => import('@/pages/operators/operator')) },
            { path: 'audit', ...page(() => import('@/pages/audit')) },
            { path: 'settings', ...page(() => import('@/pages/settings')) },
            { path: 'about', ...page(() => import('@/pages/about')) },
            { path: '*', Component: NotFound },
          ],
        },
      ],
    },
  ],
  { basename: '/console' },
);
