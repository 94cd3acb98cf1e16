import 'i18next';
import type { Words } from './index';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: Words;
    returnNull: false;
  }
}
