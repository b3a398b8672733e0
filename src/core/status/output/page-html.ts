import { clean } from '../../terminal/text.js';

/** Escapes text, so that nothing in it is read as markup, and nothing invisible or secret is in the page. */
function escapeHtml(text: string): string {
  return clean(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** Template tag for markup, `html\`<b>${name}</b>\``: escapes every value except a Raw. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Raw | Raw[])[]): Raw {
  return new Raw(parts.reduce((text, part, at) => text + part + (at < values.length ? textOf(values[at]!) : ''), ''));
}

/** Markup that must not be escaped again. */
export class Raw {
  constructor(readonly markup: string) {}
}

/** Wraps markup that contains no data from a cluster. */
export function raw(markup: string): Raw {
  return new Raw(markup);
}

function textOf(value: string | number | Raw | Raw[]): string {
  if (Array.isArray(value)) return value.map(({ markup }) => markup).join('');
  return value instanceof Raw ? value.markup : escapeHtml(String(value));
}

/** Markup of a part that is not shown. */
export const NOTHING = raw('');
