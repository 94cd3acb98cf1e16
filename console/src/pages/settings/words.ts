/** What a setting means and what it may be, in Chinese; the gateway says both in English. */
import i18next from 'i18next';
import type { Setting } from '@/api/settings';

/** The forms of what the gateway allows. What stands between backticks and in groups is kept. */
const FORMS: [RegExp, string][] = [
  [/^a whole number from (.+) to (.+)$/, '$1 到 $2 的整数'],
  [/^(.+) to (.+) whole seconds$/, '$1 到 $2 的整秒数'],
  [/^(.+) to (.+) bytes, with or without (.+), (.+) or (.+)$/, '$1 到 $2 字节，可带单位 $3、$4 或 $5'],
  [/^(.+) to (.+) letters, digits, (.+) and (.+)$/, '$1 到 $2 个字母、数字、$3 和 $4'],
  [/^(.+) to (.+) visible ASCII characters and blanks$/, '$1 到 $2 个可见 ASCII 字符和空格'],
  [/^(.+) to (.+) visible ASCII characters$/, '$1 到 $2 个可见 ASCII 字符'],
  [/^letters in lower case, digits and (.+)$/, '小写字母、数字和 $1'],
  [/^a DNS name in lower case of at most (.+) characters$/, '小写 DNS 名称，最多 $1 个字符'],
  [/^an IP address with a port, such as (.+) or (.+)$/, '带端口的 IP 地址，例如 $1 或 $2'],
  [/^IP addresses with ports, separated by commas, such as (.+); or (.+)$/, '带端口的 IP 地址，以逗号分隔，例如 $1；或 $2'],
  [/^networks and IP addresses, separated by commas, such as (.+); or (.+)$/, '网段和 IP 地址，以逗号分隔，例如 $1；或 $2'],
  [/^hosts with ports, separated by commas, such as (.+)$/, '带端口的主机，以逗号分隔，例如 $1'],
  [/^(`udp:.+`), (`tcp:.+`), or (`unix:.+`) such as (.+)$/, '$1、$2 或 $3，例如 $4'],
  [
    /^(`https:\/\/`) or (`http:\/\/`), a host, perhaps a port and a path, at most (.+) characters; several are separated by commas; or (.+)$/,
    '$1 或 $2 加主机、可选的端口和路径，最多 $3 个字符；多个以逗号分隔；或 $4',
  ],
  [
    /^(`https:\/\/`) or (`http:\/\/`), a host, perhaps a port and a path, at most (.+) characters$/,
    '$1 或 $2 加主机、可选的端口和路径，最多 $3 个字符',
  ],
  [
    /^(`https:\/\/`) or (`http:\/\/`), a host, perhaps a port, a path and a query, at most (.+) characters$/,
    '$1 或 $2 加主机、可选的端口、路径和查询串，最多 $3 个字符',
  ],
  [/^an e-mail address, such as (.+)$/, '邮箱地址，例如 $1'],
  [/^(`https:\/\/`) with a host and a path, at most (.+) characters$/, '$1 加主机和路径，最多 $2 个字符'],
  [/^(`http:\/\/`) or (`https:\/\/`), a host and perhaps a port, such as (.+)$/, '$1 或 $2 加主机和可选的端口，例如 $3'],
  [
    /^(`http:\/\/`) or (`https:\/\/`), a host, perhaps a port and a path, with (.+) and (.+) where those belong, such as (.+)$/,
    '$1 或 $2 加主机、可选的端口和路径，其中写有 $3 和 $4，例如 $5',
  ],
  [/^(`namespace.+`) or (`.+`), separated by commas, such as (.+); or empty$/, '$1 或 $2，以逗号分隔，例如 $3；或留空'],
  [/^(.+), or those for parts: (.+)$/, '$1，或按模块设置：$2'],
  [/^(`.+`), (`.+`), or both separated by a comma$/, '$1、$2，或以逗号分隔的两者'],
  [/^(`off`), (`stdout`), or a file's path$/, '$1、$2 或文件路径'],
  [/^a file's path$/, '文件路径'],
  [/^a path$/, '路径'],
  [/^(`[^`]+`) or (`[^`]+`)$/, '$1 或 $2'],
  [/^(`[^`]+`)$/, '$1'],
];
const OR_EMPTY = ', or empty';

/** The meaning of a setting in the operator's language; in the gateway's words where there are no others. */
export function meaning(setting: Setting): string {
  return i18next.getResource(i18next.language, 'setting_help', setting.name) ?? setting.description;
}

/** What a setting may be, in Chinese; `null` for a form that is not known. */
export function allowedInChinese(allowed: string): string | null {
  for (const [form, words] of FORMS) {
    if (form.test(allowed)) return allowed.replace(form, words);
  }
  if (!allowed.endsWith(OR_EMPTY)) return null;
  const rest = allowedInChinese(allowed.slice(0, -OR_EMPTY.length));
  return rest && `${rest}，或留空`;
}

/** What a setting may be, in the operator's language. */
export function allowed(setting: Setting): string {
  return (i18next.language === 'zh' && allowedInChinese(setting.allowed)) || setting.allowed;
}
