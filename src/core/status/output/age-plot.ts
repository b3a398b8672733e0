import { formatBytes } from '../../model/values/quantity.js';
import { plural, thousands } from '../../terminal/text.js';
import type { AgeSpace } from '../space-by-age.js';
import { ageText } from './age-text.js';
import { html, type Raw } from './page-html.js';

/** Size of the plot and its margins, in pixels of the SVG. */
const WIDTH = 520;
const HEIGHT = 340;
const TOP = 24;
const BOTTOM = 46;

/** Draws a column for each age: bytes by the age of the youngest image that needs them. */
export function agePlot(ages: AgeSpace[]): Raw {
  const scale = Math.max(1, ...ages.map(({ bytes }) => bytes));
  const step = WIDTH / ages.length;
  const maxHeight = HEIGHT - TOP - BOTTOM;
  const columns = ages.map(({ bytes, images }, at) => {
    const height = bytes === 0 ? 0 : Math.max(2, (maxHeight * bytes) / scale);
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

/** Shortens a size to three digits, which fit above a column. */
function shortBytes(bytes: number): string {
  return formatBytes(bytes).replace(/^\d+(\.\d+)?/, (number) => String(Number(Number(number).toPrecision(3))));
}
