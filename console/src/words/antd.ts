/** The words that Ant Design's own parts say. */
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useTranslation } from 'react-i18next';

export function useAntWords() {
  const { i18n } = useTranslation();
  return i18n.language === 'zh' ? zhCN : enUS;
}
