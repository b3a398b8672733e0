import type { RegistryStatusReport } from '../report.js';
import type { Pulled } from '../pulled.js';
import type { Space } from '../space.js';
import type { StoredSpace } from '../stored.js';
import { compareText } from '../../model/values/compare-text.js';
import { plural } from '../../terminal/text.js';
import { html, NOTHING, type Raw } from './page-html.js';
import { pullAge, recentText } from './pulled-text.js';
import { storedNotes, storedRows } from './stored-rows.js';

/** Makes a section of the page with a title. */
export function card(title: string, note: Raw, content: Raw): Raw {
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="note">${note}</p>
    ${content}
  </section>`;
}

/** Makes the section about the registry's storage. */
export function storedCard(stored: StoredSpace | undefined): Raw {
  if (!stored) return NOTHING;
  const rows = storedRows(stored).map(
    ([what, count, bytes]) =>
      html`<tr>
        <th scope="row">${what}</th>
        <td class="n">${count}</td>
        <td class="n">${bytes}</td>
      </tr>`,
  );
  const notes = storedNotes(stored).map(
    ({ text, command = '' }) => html`<p class="note" style="margin:14px 0 0">${text} ${command}</p>`,
  );
  const content = html`<table>
      ${tableHead('what', 'count', 'size')}
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${notes}`;
  return card(
    'Space as stored',
    html`The blobs and unfinished uploads in ${stored.place?.url ?? stored.text}.`,
    content,
  );
}

function tableHead(first: string, ...numbers: string[]): Raw {
  const others = numbers.map((name) => html`<th scope="col" class="n">${name}</th>`);
  return html`<thead>
    <tr>
      <th scope="col">${first}</th>
      ${others}
    </tr>
  </thead>`;
}

/** Maximum image streams whose last pull the page shows. */
const MAX_PULLED = 20;

/** Makes the section about the last pulls. */
export function pulledCard({ now }: RegistryStatusReport, pulled: Pulled, { images }: Space): Raw {
  const latest = [...pulled.streams].sort(([a, x], [b, y]) => y - x || compareText(a, b));
  const rows = latest.slice(0, MAX_PULLED).map(
    ([name, time]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="n">${pullAge(time, now)} ago</td>
      </tr>`,
  );
  const rest = latest.length - rows.length;
  const more = rest > 0 ? html`<p class="note">and ${plural(rest, 'more image stream')}</p>` : NOTHING;
  const content = html`<table>
      ${tableHead('image stream', 'last pull')}
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${more}`;
  return card('Last pulls', html`${recentText(pulled, images)}.`, content);
}
