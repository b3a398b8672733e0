const WIDTH = 720;
const HEIGHT = 300;
const MARGIN = { left: 60, right: 60, top: 30, bottom: 45 };

/** Plots seconds and peak memory by number of images as an SVG; all axes are logarithmic. */
export function plot(points) {
  const x = scale(
    points.map(({ images }) => images),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const seconds = scale(
    [0.1, ...points.flatMap((point) => [point.regadm.seconds, point.bare.seconds])],
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const memory = scale([32, 2048], HEIGHT - MARGIN.bottom, MARGIN.top);
  const line = (of, axis, style) =>
    `<polyline fill="none" stroke-width="2" ${style} points="${points.map((point) => `${round(x(point.images))},${round(axis(of(point)))}`).join(' ')}"/>`;
  const text = (at, y, content, anchor = 'middle') =>
    `<text x="${round(at)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
  const bottom = HEIGHT - MARGIN.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
${points.map(({ images }) => `<line x1="${round(x(images))}" x2="${round(x(images))}" y1="${MARGIN.top}" y2="${bottom}" stroke="#eee"/>${text(x(images), bottom + 15, images.toLocaleString('en'))}`).join('\n')}
${[0.1, 1, 10, 100]
  .filter((at) => seconds(at) >= MARGIN.top)
  .map((at) => text(MARGIN.left - 8, seconds(at) + 4, `${at} s`, 'end'))
  .join('\n')}
${[64, 128, 256, 512, 1024].map((at) => text(WIDTH - MARGIN.right + 8, memory(at) + 4, `${at} MiB`, 'start')).join('\n')}
${line((point) => point.regadm.seconds, seconds, 'stroke="#c00"')}
${line((point) => point.bare.seconds, seconds, 'stroke="#888"')}
${line((point) => point.regadm.peak, memory, 'stroke="#06c" stroke-dasharray="5 3"')}
<g><rect x="${MARGIN.left + 8}" y="${MARGIN.top}" width="12" height="3" fill="#c00"/>${text(MARGIN.left + 26, MARGIN.top + 5, 'regadm, seconds', 'start')}
<rect x="${MARGIN.left + 8}" y="${MARGIN.top + 16}" width="12" height="3" fill="#888"/>${text(MARGIN.left + 26, MARGIN.top + 21, 'fetching and parsing alone, seconds', 'start')}
<rect x="${MARGIN.left + 8}" y="${MARGIN.top + 32}" width="12" height="3" fill="#06c"/>${text(MARGIN.left + 26, MARGIN.top + 37, 'regadm, peak memory', 'start')}</g>
${text(WIDTH / 2, HEIGHT - 8, 'images')}
</svg>
`;
}

function scale(values, from, to) {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
}

const round = (value) => Math.round(value * 10) / 10;
