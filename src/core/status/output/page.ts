import { formatBytes } from '../../model/quantity.js';
import type { RegistryStatusReport } from '../report.js';
import type { RegistryState } from '../../operator/state.js';
import type { Space } from '../space.js';
import { registryFacts } from './table.js';
import { html, raw, type Raw } from './page-html.js';
import { agePlot, freedPlot, namespacePlot, streamPlot } from './page-plots.js';
import { STYLE } from './page-style.js';
import { plural, thousands } from '../../terminal/text.js';

/** A status as one web page that needs nothing else: no scripts, no fonts, no pictures from elsewhere. */
export function statusPage(report: RegistryStatusReport): string {
  const { registry, space, freeable } = report;
  const body = html`<main>
    <header>
      <h1>Image registry</h1>
      <p class="muted">${report.server} · ${moment(report.now)}</p>
    </header>
    ${space ? tiles(report, space) : raw('')} ${unavailable(registry)}
    ${freeable ? card('What prune images would free', html`By --keep-tag-revisions (columns) and --keep-younger-than (rows); everything else as without flags. ${usualNote(report)}`, freedPlot(freeable)) : raw('')}
    ${space ? card('Space by namespace', html`Layers and configs of pushed images, as image objects state them. What a namespace alone needs would be free without it; the rest is needed elsewhere too.`, namespacePlot(space)) : raw('')}
    <div class="two">
      ${space ? card('Space by age', html`By the age of the youngest image that needs it. Below the columns: images of that age.`, agePlot(space.ages)) : raw('')}
      ${facts(registry)}
    </div>
    ${space ? card('Largest image streams', html`By what they alone need.`, streamPlot(space)) : raw('')}
    <footer>
      Written by regadm registry status. Nothing was changed. A prune is planned with: regadm prune images
    </footer>
  </main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Image registry status</title>
<style>${STYLE}</style>
</head>
<body>
${body.markup}
</body>
</html>
`;
}

function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function card(title: string, note: Raw, content: Raw): Raw {
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="note">${note}</p>
    ${content}
  </section>`;
}

function tiles({ freeable }: RegistryStatusReport, space: Space): Raw {
  const usual = freeable && usualCell(freeable);
  const shared = space.bytes === 0 ? 0 : Math.round((100 * space.sharedBetweenNamespaces) / space.bytes);
  const all: [string, string][] = [
    [formatBytes(space.bytes), `in ${plural(space.blobs, 'blob')}`],
    [thousands(space.images), `images, ${thousands(space.imported)} of them imported`],
    [thousands(space.streams), `image streams with ${plural(space.tagItems, 'tag item')}`],
    usual
      ? [formatBytes(usual.bytes), 'a prune with the usual settings would free']
      : [`${shared} %`, 'shared between namespaces'],
  ];
  return html`<div class="tiles">
    ${all.map(([value, label]) => html`<div class="tile"><b>${value}</b><span>${label}</span></div>`)}
  </div>`;
}

function usualCell({ revisions, ages, cells }: NonNullable<RegistryStatusReport['freeable']>) {
  const revision = revisions.indexOf(3);
  const age = ages.indexOf(3_600_000);
  return revision === -1 || age === -1 ? undefined : cells[age]![revision];
}

function usualNote({ freeable }: RegistryStatusReport): string {
  const invalid = freeable!.invalid.length;
  const outlined = usualCell(freeable!) ? 'The usual settings are outlined.' : '';
  return invalid > 0
    ? `${outlined} ${plural(invalid, 'reference')} cannot be parsed: a prune stops for that, unless it ignores them.`
    : outlined;
}

const BAD = new Set(['Available=False', 'Degraded=True']);

function facts(registry: RegistryState): Raw {
  const known = registryFacts(registry).map(
    ([label, value]) =>
      html`<dt>${label}</dt>
        <dd>${value}</dd>`,
  );
  const conditions = (registry.conditions ?? []).map(({ type, status, reason = '', message = '' }) => {
    const words = [reason, message].filter(Boolean).join(': ');
    return html`<dt>${type}</dt>
      <dd>
        <span class="${BAD.has(`${type}=${status}`) ? 'wrong' : 'ok'}">${status}</span>
        <span class="muted">${words}</span>
      </dd>`;
  });
  const rule =
    known.length > 0 && conditions.length > 0
      ? raw('<dt style="grid-column:1/-1;border-top:1px solid var(--line);margin:6px 0"></dt>')
      : raw('');
  const nothing = known.length === 0 ? html`<p class="muted">Nothing of it may be read.</p>` : raw('');
  return html`<section class="card">
    <h2>The registry</h2>
    ${nothing}
    <dl>${known}${rule}${conditions}</dl>
  </section>`;
}

function unavailable({ unavailable: parts }: RegistryState): Raw {
  if (parts.length === 0) return raw('');
  const items = parts.map(({ what, message }) => html`<li><b>${what}</b>: ${message}</li>`);
  return html`<section class="card warn">
    <h2>Not shown</h2>
    <ul>
      ${items}
    </ul>
  </section>`;
}
