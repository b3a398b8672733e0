/** Text as HTML shows it: nothing in it is taken for markup. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** `html\`<b>${name}</b>\``: every value is escaped, except what `raw` made. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Raw | Raw[])[]): Raw {
  return new Raw(parts.reduce((text, part, at) => text + part + (at < values.length ? textOf(values[at]!) : ''), ''));
}

/** Markup that is finished. */
export class Raw {
  constructor(readonly markup: string) {}
}

/** Markup from a text that holds no foreign data. */
export function raw(markup: string): Raw {
  return new Raw(markup);
}

function textOf(value: string | number | Raw | Raw[]): string {
  if (Array.isArray(value)) return value.map(({ markup }) => markup).join('');
  return value instanceof Raw ? value.markup : escapeHtml(String(value));
}
