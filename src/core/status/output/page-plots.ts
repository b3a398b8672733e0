import { formatBytes } from '../../model/quantity.js';
import type { Freeable } from '../report.js';
import type { AgeSpace, Space, SpaceOf } from '../space.js';
import { ageText } from './table.js';
import { html, raw, type Raw } from './page-html.js';
import { plural, thousands } from '../../terminal/text.js';

/** Maximum bars of a plot; one more shows the rest. */
const BARS = 12;

interface Bar extends SpaceOf {
  name: string;
}

/** Horizontal bars: what each namespace alone needs, and what it shares. */
export function namespacePlot({ namespaces, untagged }: Space): Raw {
  const bars: Bar[] = namespaces.map(({ namespace, ...rest }) => ({ ...rest, name: namespace }));
  if (untagged.images > 0) bars.push({ ...untagged, name: '(no tag)' });
  return barPlot(bars, 'namespaces');
}

/** The same by image stream. */
export function streamPlot({ imageStreams }: Space): Raw {
  return barPlot(
    imageStreams.map(({ namespace, name, ...rest }) => ({ ...rest, name: `${namespace}/${name}` })),
    'image streams',
  );
}

function barPlot(all: Bar[], noun: string): Raw {
  const bars = [...all].sort((a, b) => b.unique - a.unique || b.bytes - a.bytes).filter(({ bytes }) => bytes > 0);
  if (bars.length === 0) return html`<p class="muted">No image takes any space.</p>`;
  const shown = bars.slice(0, BARS);
  const rest = bars.slice(BARS);
  const scale = Math.max(...shown.map(({ bytes }) => bytes));
  const legend = html`<p class="legend">
    <span><i class="unique"></i>needed by it alone</span><span><i class="shared"></i>shared with others</span>
  </p>`;
  const more =
    rest.length > 0
      ? html`<p class="note" style="margin:14px 0 0">
          and ${thousands(rest.length)} more ${noun}, of which
          ${formatBytes(rest.reduce((sum, { unique }) => sum + unique, 0))} is needed by one alone
        </p>`
      : raw('');
  return html`${legend}
    <div class="bars">${shown.map((bar) => barRow(bar, scale))}</div>
    ${more}`;
}

function barRow({ name, bytes, unique, images }: Bar, scale: number): Raw {
  const percent = (part: number): string => `${((100 * part) / scale).toFixed(2)}%`;
  const title = `${name}: ${formatBytes(unique)} of its own, ${formatBytes(bytes - unique)} shared, ${plural(images, 'image')}`;
  const shared = bytes > unique ? html`<i class="shared" style="width:${percent(bytes - unique)}"></i>` : raw('');
  const own = unique > 0 ? html`<i class="unique" style="width:${percent(unique)}"></i>` : raw('');
  return html`<span class="name" title="${name}">${name}</span><span class="bar" title="${title}">${own}${shared}</span
    ><span class="value"
      ><b>${formatBytes(unique)}</b>${bytes > unique ? ` + ${formatBytes(bytes - unique)}` : ''}</span
    >`;
}

const WIDTH = 520;
const HEIGHT = 340;
const TOP = 24;
const BOTTOM = 46;

/** Columns: bytes by the age of the youngest image that needs them. */
export function agePlot(ages: AgeSpace[]): Raw {
  const scale = Math.max(1, ...ages.map(({ bytes }) => bytes));
  const step = WIDTH / ages.length;
  const room = HEIGHT - TOP - BOTTOM;
  const columns = ages.map(({ bytes, images }, at) => {
    const height = bytes === 0 ? 0 : Math.max(2, (room * bytes) / scale);
    const x = at * step;
    const middle = (x + step / 2).toFixed(1);
    const y = HEIGHT - BOTTOM - height;
    const title = `${ageText(at)}: ${formatBytes(bytes)}, ${plural(images, 'image')}`;
    return html`<g
      ><title>${title}</title
      ><rect
        class="column"
        x="${(x + step * 0.14).toFixed(1)}"
        y="${y.toFixed(1)}"
        width="${(step * 0.72).toFixed(1)}"
        height="${height.toFixed(1)}"
        rx="3"
      />
      <text class="amount" x="${middle}" y="${(y - 7).toFixed(1)}" text-anchor="middle"
        >${bytes === 0 ? '–' : shortBytes(bytes)}</text
      >
      <text x="${middle}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle"
        >${ageText(at).replace(' to ', '–').replace('under ', '< ').replace('over ', '> ')}</text
      >
      <text x="${middle}" y="${HEIGHT - BOTTOM + 34}" text-anchor="middle">${thousands(images)}</text></g
    >`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Bytes by age">
    <line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT - BOTTOM + 0.5}" y2="${HEIGHT - BOTTOM + 0.5}" />
    ${columns}
  </svg>`;
}

/** Three digits fit above a column. */
function shortBytes(bytes: number): string {
  return formatBytes(bytes).replace(/^\d+(\.\d+)?/, (number) => String(Number(Number(number).toPrecision(3))));
}

/** The usual settings: those of `prune images` without flags. */
const USUAL = { revisions: 3, age: 3_600_000 };
/** Above this part of the scale a cell's color is so strong that its text takes the other one. */
const STRONG = 0.85;

/** A cell for every pair of settings, the darker the more it would free. */
export function freedPlot({ revisions, ages, ageTexts, cells }: Freeable): Raw {
  const scale = Math.max(1, ...cells.flat().map(({ bytes }) => bytes));
  const head = revisions.map((count) => html`<th scope="col">keep ${count}</th>`);
  const rows = ages.map((age, at) => {
    const row = cells[at]!.map(({ bytes, images, tagItems }, column) => {
      const heat = bytes === 0 ? 0 : 0.08 + (0.92 * bytes) / scale;
      const usual = revisions[column] === USUAL.revisions && age === USUAL.age ? ' usual' : '';
      const title = `--keep-tag-revisions=${revisions[column]} --keep-younger-than=${ageTexts[at]}: ${formatBytes(bytes)}, ${plural(images, 'image')}, ${plural(tagItems, 'tag item')}`;
      return html`<td
        class="${(heat > STRONG ? 'strong' : '') + usual}"
        style="--heat:${heat.toFixed(3)}"
        title="${title}"
      >
        <b>${images === 0 ? '–' : formatBytes(bytes)}</b><small>${plural(images, 'image')}</small>
      </td>`;
    });
    return html`<tr>
      <th scope="row">${ageTexts[at]!}</th>
      ${row}
    </tr>`;
  });
  return html`<div class="scroll">
    <table class="heat">
      <thead>
        <tr>
          <th class="corner" scope="col">keep younger</th>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
