/** Everything that every page stands in: data, colours, language, places. */
import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import { RouterProvider } from 'react-router';
import { queries } from '@/api/queries';
import { routes } from '@/routes';
import { useMode } from '@/theme/mode';
import { nonce } from '@/theme/nonce';
import { themeOf } from '@/theme/tokens';
import { useAntWords } from '@/words/antd';

export function App() {
  const { isDark } = useMode();
  return (
    <ConfigProvider
      theme={themeOf(isDark)}
      locale={useAntWords()}
      csp={{ nonce }}
      button={{ autoInsertSpace: false }}
      form={{ requiredMark: (label, { required }) => <span className={required ? 'label is-required' : 'label'}>{label}</span> }}
    >
      <AntApp message={{ maxCount: 3 }} component={false}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={routes} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
