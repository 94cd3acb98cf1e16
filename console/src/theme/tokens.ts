/** The look, in Ant Design's words. Each text colour is at least 4.5 : 1 on each ground that it stands on. */
import { type ThemeConfig, theme } from 'antd';

const fonts = {
  fontFamily:
    "'Inter Variable', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', system-ui, sans-serif",
  fontFamilyCode: "'JetBrains Mono Variable', ui-monospace, Menlo, Consolas, 'Noto Sans CJK SC', monospace",
};

const shape = {
  borderRadius: 6,
  borderRadiusLG: 10,
  fontSize: 14,
  controlHeight: 34,
  wireframe: false,
  // Whoever asked the system for less motion gets none.
  motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  motionDurationMid: '0.12s',
  motionDurationSlow: '0.18s',
};

const light = {
  colorPrimary: '#1f4fd8',
  colorPrimaryHover: '#1a43b8',
  colorLink: '#1f4fd8',
  colorLinkHover: '#1a43b8',
  colorLinkActive: '#163a9f',
  colorInfo: '#1f4fd8',
  colorSuccess: '#17803d',
  colorWarning: '#a15c00',
  colorError: '#c8321f',
  colorInfoBg: '#e9effd',
  colorInfoBorder: '#c3d2f8',
  colorSuccessBg: '#e6f5ec',
  colorSuccessBorder: '#b5dfc4',
  colorWarningBg: '#fdf3e1',
  colorWarningBorder: '#ecd3a5',
  colorErrorBg: '#fdecea',
  colorErrorBorder: '#f2c0b9',
  colorTextBase: '#111827',
  colorText: '#111827',
  colorTextSecondary: '#4b5563',
  colorTextTertiary: '#5b6472',
  colorTextQuaternary: '#646d7b',
  colorTextPlaceholder: '#69717f',
  colorTextDescription: '#5b6472',
  colorTextDisabled: '#69717f',
  colorBgLayout: '#f6f7f9',
  colorBgContainer: '#ffffff',
  colorBorder: '#d5dae2',
  colorBorderSecondary: '#e6e9ee',
  colorFillAlter: '#f8f9fb',
};

const dark = {
  colorPrimary: '#3f6ff0',
  colorPrimaryHover: '#3461de',
  colorLink: '#8fb0ff',
  colorLinkHover: '#b3c9ff',
  colorInfo: '#6d94ff',
  colorSuccess: '#4cc778',
  colorWarning: '#e5a23b',
  colorError: '#ff7b6b',
  colorTextBase: '#e8ebf1',
  colorText: '#e8ebf1',
  colorTextSecondary: '#b4bbc8',
  colorTextTertiary: '#a3abb9',
  colorTextQuaternary: '#98a1b0',
  colorTextPlaceholder: '#959eae',
  colorTextDescription: '#a3abb9',
  colorTextDisabled: '#8d96a6',
  colorBgBase: '#0f131a',
  colorBgLayout: '#0f131a',
  colorBgContainer: '#171c25',
  colorBgElevated: '#1e2430',
  colorBorder: '#343c4a',
  colorBorderSecondary: '#262d39',
  colorFillAlter: '#1b212b',
};

export function themeOf(isDark: boolean): ThemeConfig {
  const ground = isDark ? dark : light;
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: { ...fonts, ...shape, ...ground },
    components: {
      Table: {
        headerBg: ground.colorBgContainer,
        headerColor: ground.colorTextSecondary,
        headerSplitColor: 'transparent',
        cellPaddingBlock: 13,
        cellPaddingInline: 14,
        rowHoverBg: ground.colorFillAlter,
      },
      Button: {
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        fontWeight: 500,
        // White on the bright red of the dark ground would not be read.
        ...(isDark ? { dangerColor: '#2a0d09' } : {}),
      },
      Modal: { titleFontSize: 17 },
      Tabs: {
        horizontalItemPadding: '10px 0',
        horizontalItemGutter: 28,
        titleFontSize: 14,
        itemSelectedColor: ground.colorLink,
        itemHoverColor: ground.colorLink,
        itemActiveColor: ground.colorLink,
        inkBarColor: ground.colorLink,
      },
      Form: { labelColor: ground.colorText, verticalLabelPadding: '0 0 6px', itemMarginBottom: 20 },
      Steps: { descriptionMaxWidth: 220 },
      Alert: { defaultPadding: '10px 14px' },
      Tooltip: { colorBgSpotlight: isDark ? '#2b3342' : '#1c2430' },
    },
  };
}
