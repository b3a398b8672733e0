import { formatBytes } from '../../model/values/quantity.js';
import { plural, thousands } from '../../terminal/text.js';
import type { SpaceOf } from '../space-meter.js';
import type { Space } from '../space.js';
import { html, raw, type Raw } from './page-html.js';

/** Maximum bars of a plot; a note summarizes the rest. */
const MAX_BARS = 12;

interface Bar extends SpaceOf {
  name: string;
}

/** Draws a horizontal bar for each namespace: the space that it alone needs, and the space that it shares. */
export function namespacePlot({ namespaces, untagged }: Space): Raw {
  const bars: Bar[] = namespaces.map(({ namespace, ...rest }) => ({ ...rest, name: namespace }));
  if (untagged.images > 0) bars.push({ ...untagged, name: '(no tag)' });
  return barPlot(bars, 'namespaces');
}

/** Draws a horizontal bar for each image stream. */
export function streamPlot({ imageStreams }: Space): Raw {
  return barPlot(
    imageStreams.map(({ namespace, name, ...rest }) => ({ ...rest, name: `${namespace}/${name}` })),
    'image streams',
  );
}

function barPlot(all: Bar[], noun: string): Raw {
  const bars = [...all].sort((a, b) => b.unique - a.unique || b.bytes - a.bytes).filter(({ bytes }) => bytes > 0);
  if (bars.length === 0) return html`<p class="muted">No image takes up space.</p>`;
  const shown = bars.slice(0, MAX_BARS);
  const rest = bars.slice(MAX_BARS);
  const scale = Math.max(...shown.map(({ bytes }) => bytes));
  const legend = html`<p class="legend">
    <span><i class="unique"></i>needed only here</span><span><i class="shared"></i>shared with others</span>
  </p>`;
  const more =
    rest.length > 0
      ? html`<p class="note" style="margin:14px 0 0">
          and ${thousands(rest.length)} more ${noun}, of which
          ${formatBytes(rest.reduce((sum, { unique }) => sum + unique, 0))} is needed by only one of them
        </p>`
      : raw('');
  return html`${legend}
    <div class="bars">${shown.map((bar) => barRow(bar, scale))}</div>
    ${more}`;
}

function barRow({ name, bytes, unique, images }: Bar, scale: number): Raw {
  const percent = (part: number): string => `${((100 * part) / scale).toFixed(2)}%`;
  const title = `${name}: ${formatBytes(unique)} needed only here, ${formatBytes(bytes - unique)} shared, ${plural(images, 'image')}`;
  const sharedBar = bytes > unique ? html`<i class="shared" style="width:${percent(bytes - unique)}"></i>` : raw('');
  const ownBar = unique > 0 ? html`<i class="unique" style="width:${percent(unique)}"></i>` : raw('');
  return html`<span class="name" title="${name}">${name}</span
    ><span class="bar" title="${title}">${ownBar}${sharedBar}</span
    ><span class="value"
      ><b>${formatBytes(unique)}</b>${bytes > unique ? ` + ${formatBytes(bytes - unique)}` : ''}</span
    >`;
}
