import { formatBytes } from '../../model/values/quantity.js';
import { plural } from '../../terminal/text.js';
import type { Freeable } from '../report.js';
import type { GridCell } from '../settings-grid.js';
import { html, NOTHING, raw, type Raw } from './page-html.js';

/** Defaults of `prune images`: `--keep-tag-revisions`, and `--keep-younger-than` in ms. */
const DEFAULTS = { revisions: 3, ageMs: 3_600_000 };
/** Above this part of the scale, a cell is so dark that its text needs the other color. */
const STRONG = 0.85;

/** Returns the cell of the default settings; undefined if the grid does not have them. */
export function defaultCell({ revisions, ages, cells }: Freeable): GridCell | undefined {
  return cells[ages.indexOf(DEFAULTS.ageMs)]?.[revisions.indexOf(DEFAULTS.revisions)];
}

/** Draws a cell for each pair of settings: the more it would free, the darker it is. */
export function gridPlot(freeable: Freeable): Raw {
  const { revisions, ageTexts, cells } = freeable;
  const scale = Math.max(1, ...cells.flat().map(({ bytes }) => bytes));
  const head = revisions.map((count) => html`<th scope="col">keep ${count}</th>`);
  const rows = ageTexts.map(
    (ageText, age) =>
      html`<tr>
        <th scope="row">${ageText}</th>
        ${revisions.map((_, at) => gridCell(freeable, age, at, scale))}
      </tr>`,
  );
  return html`<div class="scroll">
    <table class="heat">
      <thead>
        <tr>
          <th class="corner" scope="col">keep younger than</th>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function gridCell(freeable: Freeable, age: number, at: number, scale: number): Raw {
  const cell = freeable.cells[age]![at]!;
  const { bytes, images, tagItems } = cell;
  const heat = bytes === 0 ? 0 : 0.08 + (0.92 * bytes) / scale;
  const isDefault = cell === defaultCell(freeable);
  const classes = [heat > STRONG ? 'strong' : '', isDefault ? 'default' : ''];
  const settings = `--keep-tag-revisions=${freeable.revisions[at]} --keep-younger-than=${freeable.ageTexts[age]}`;
  const title = `${settings}: ${formatBytes(bytes)}, ${plural(images, 'image')}, ${plural(tagItems, 'tag item')}`;
  return html`<td class="${classes.filter(Boolean).join(' ')}" style="--heat:${heat.toFixed(3)}" title="${title}">
    <b>${images === 0 ? '–' : formatBytes(bytes)}</b
    ><small>${plural(images, 'image')}</small>${isDefault ? raw('<small>default</small>') : NOTHING}
  </td>`;
}
