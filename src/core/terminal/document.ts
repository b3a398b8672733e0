/** Formats a result for programs: indented JSON, or YAML without anchors. */
export async function documentText(format: string, document: object): Promise<string> {
  if (format !== 'yaml') return `${JSON.stringify(document, null, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
