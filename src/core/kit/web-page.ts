/** The parts of a response that show whether it is a web page. */
interface MaybePage {
  headers: Record<string, string | string[] | undefined>;
  /** The body, or its beginning. */
  text: string;
}

/** Returns true for a web page, which neither an API server nor a registry sends: something in front of it answers. */
export function isWebPage({ headers, text }: MaybePage): boolean {
  return /^text\/html/i.test(String(headers['content-type'] ?? '')) || /^\s*<(!doctype|html)/i.test(text);
}
