import { formatBytes } from '../../model/values/quantity.js';
import type { RegistryState } from '../../operator/state.js';
import { plural, thousands } from '../../terminal/text.js';
import type { Freeable, RegistryStatusReport } from '../report.js';
import type { Space } from '../space.js';
import { agePlot } from './age-plot.js';
import { namespacePlot, streamPlot } from './bar-plot.js';
import { defaultCell, gridPlot } from './grid-plot.js';
import { card, pulledCard, storedCard } from './page-cards.js';
import { html, NOTHING, raw, type Raw } from './page-html.js';
import { policyText } from './policy-text.js';
import { STYLE } from './page-style.js';
import { isBadCondition, registryFacts } from './registry-facts.js';

/** Formats the status as one self-contained web page: no scripts, no fonts, no images. */
export function statusPage(report: RegistryStatusReport): string {
  const { registry, space, stored, freeable, pulled } = report;
  const body = html`<main>
    <header>
      <h1>Image registry</h1>
      <p class="muted">${sourceText(report)} · ${moment(report.now)}</p>
    </header>
    ${space ? tiles(report, space) : NOTHING} ${unavailable(registry)} ${storedCard(stored)}
    ${freeable ? gridCard(freeable) : NOTHING} ${space && pulled ? pulledCard(report, pulled, space) : NOTHING}
    ${
      space
        ? card(
            'Space by namespace',
            html`Layers and configs of pushed images, as Image objects state them. Deleting a namespace frees the space
            that is needed only there; other namespaces need the rest, too.`,
            namespacePlot(space),
          )
        : NOTHING
    }
    <div class="two">
      ${
        space
          ? card(
              'Space by age',
              html`By the age of the youngest image that needs it. Below the columns: images of that age.`,
              agePlot(space.ages),
            )
          : NOTHING
      }
      ${facts(registry)}
    </div>
    ${space ? card('Largest image streams', html`By the space that is needed only there.`, streamPlot(space)) : NOTHING}
    <footer>
      Written by regadm registry status. Nothing was changed. To see what a prune would delete, run: regadm prune images
    </footer>
  </main>`;
  return pageOf(body);
}

function pageOf({ markup }: Raw): string {
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
${markup}
</body>
</html>
`;
}

function sourceText({ server, from }: RegistryStatusReport): string {
  return server ?? `saved lists: ${from ?? ''}`;
}

function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Describes the part of the volume that the images take; nothing if its size is not known. */
function shareText(bytes: number, capacity: number | undefined): string {
  if (!capacity) return '';
  const percent = (100 * bytes) / capacity;
  return `, ${percent > 0 && percent < 1 ? '< 1' : Math.round(percent)} % of the volume of ${formatBytes(capacity)}`;
}

function tiles({ freeable, registry }: RegistryStatusReport, space: Space): Raw {
  const freed = freeable?.policy ?? (freeable && defaultCell(freeable));
  const settings = freeable?.policy ? `the policy ${freeable.policy.file}` : 'default settings';
  const shared = space.bytes === 0 ? 0 : Math.round((100 * space.sharedBetweenNamespaces) / space.bytes);
  const all: [string, string][] = [
    [
      formatBytes(space.bytes),
      `in ${plural(space.blobs, 'blob')}${shareText(space.bytes, registry.storage?.capacity)}`,
    ],
    [thousands(space.images), `images, ${thousands(space.imported)} of them imported`],
    [thousands(space.streams), `image streams with ${plural(space.tagItems, 'tag item')}`],
    freed
      ? [formatBytes(freed.bytes), `would be freed by a prune with ${settings}`]
      : [`${shared} %`, 'shared between namespaces'],
  ];
  return html`<div class="tiles">
    ${all.map(([value, label]) => html`<div class="tile"><b>${value}</b><span>${label}</span></div>`)}
  </div>`;
}

function gridCard(freeable: Freeable): Raw {
  const invalid = freeable.invalid.length;
  const notes = [
    'By --keep-tag-revisions (columns) and --keep-younger-than (rows); all other flags have their defaults.',
    ...(defaultCell(freeable) ? ['Default settings are outlined and marked.'] : []),
    ...(freeable.policy ? [`${policyText(freeable.policy)}.`] : []),
    ...(invalid > 0
      ? [`${plural(invalid, 'reference')} cannot be parsed: a prune stops, unless it ignores them.`]
      : []),
  ];
  return card('What prune images would free', html`${notes.join(' ')}`, gridPlot(freeable));
}

function facts(registry: RegistryState): Raw {
  const known = registryFacts(registry).map(
    ([label, value]) =>
      html`<dt>${label}</dt>
        <dd>${value}</dd>`,
  );
  const conditions = (registry.conditions ?? []).map(({ type, status, reason = '', message = '' }) => {
    const details = [reason, message].filter(Boolean).join(': ');
    return html`<dt>${type}</dt>
      <dd>
        <span class="${isBadCondition({ type, status }) ? 'wrong' : 'ok'}">${status}</span>
        <span class="muted">${details}</span>
      </dd>`;
  });
  const rule =
    known.length > 0 && conditions.length > 0
      ? raw('<dt style="grid-column:1/-1;border-top:1px solid var(--line);margin:6px 0"></dt>')
      : NOTHING;
  const empty = known.length === 0 ? html`<p class="muted">No part of it can be read.</p>` : NOTHING;
  return html`<section class="card">
    <h2>The registry</h2>
    ${empty}
    <dl>${known}${rule}${conditions}</dl>
  </section>`;
}

function unavailable({ unavailable: parts }: RegistryState): Raw {
  if (parts.length === 0) return NOTHING;
  const items = parts.map(({ what, message }) => html`<li><b>${what}</b>: ${message}</li>`);
  return html`<section class="card warn">
    <h2>Not shown</h2>
    <ul>
      ${items}
    </ul>
  </section>`;
}
