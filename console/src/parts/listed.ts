/** Several words in a row, as a sentence has them. */
export function listed(words: string[], language: string): string {
  return new Intl.ListFormat(language === 'zh' ? 'zh-CN' : 'en-GB').format(words);
}
