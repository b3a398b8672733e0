/** The page's style: system fonts, light or dark mode by the reader's preference, readable in print. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --line: #e1e5ea; --text: #1a1f26; --muted: #5c6672; --track: #eef1f4;
  --unique: #2a6bd4; --shared: #a9c6f2; --ink: #ffffff; --warn: #9a5b00; --warn-page: #fff6e5; --bad: #b3261e; --good: #1b7a43;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --card: #1b2027; --line: #2d343d; --text: #e7ebf0; --muted: #9aa5b2; --track: #262d36;
    --unique: #6aa0f5; --shared: #36547f; --ink: #0d1218; --warn: #f0b95a; --warn-page: #2b2414; --bad: #ff8a80; --good: #6fd39b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 56px; }
header { margin-bottom: 24px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 17px; margin: 0 0 2px; }
p { margin: 0; }
.muted, .note { color: var(--muted); }
.note { font-size: 13px; margin-bottom: 16px; max-width: 95ch; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 16px; margin-bottom: 16px; }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 16px 18px; }
.tile b { display: block; font-size: 25px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.tile span { color: var(--muted); font-size: 13px; }
.card { padding: 20px 22px 22px; margin-bottom: 16px; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; }
.two > .card { margin: 0; }
.two { margin-bottom: 16px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 14px 0 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.bars { display: grid; grid-template-columns: minmax(90px, max-content) 1fr max-content; gap: 9px 14px; align-items: center; font-variant-numeric: tabular-nums; }
.bars .name { overflow-wrap: anywhere; max-width: 240px; }
.bars .value { text-align: right; font-size: 13px; color: var(--muted); white-space: nowrap; }
.bars .value b { color: var(--text); font-weight: 600; }
.bar { display: flex; gap: 1px; height: 18px; background: var(--track); border-radius: 4px; overflow: hidden; }
.bar i { display: block; height: 100%; }
.unique { background: var(--unique); }
.shared { background: var(--shared); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; font-size: 13px; color: var(--muted); margin: 0 0 14px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font-size: 12px; font-family: inherit; }
svg .amount { fill: var(--text); font-weight: 600; }
svg .column { fill: var(--unique); }
svg .axis { stroke: var(--line); stroke-width: 1; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { font-weight: 600; font-size: 13px; color: var(--muted); text-align: left; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; white-space: nowrap; }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 0; }
.heat { table-layout: fixed; min-width: 780px; border-spacing: 4px; border-collapse: separate; }
.heat th, .heat td { border: 0; }
.heat thead th { text-align: center; padding: 2px 4px 6px; }
.heat tbody th { text-align: right; padding-right: 12px; white-space: nowrap; }
.heat td { position: relative; text-align: center; padding: 9px 4px; border-radius: 6px; background: var(--track); isolation: isolate; line-height: 1.3; overflow: hidden; }
.heat td::before { content: ""; position: absolute; inset: 0; background: var(--unique); opacity: var(--heat); z-index: -1; }
.heat td.strong { color: var(--ink); }
.heat td b { display: block; font-weight: 600; }
.heat td small + small { display: block; }
.heat td b, .heat td small { white-space: nowrap; }
.heat td small { font-size: 12px; opacity: 0.85; }
.heat td.strong small { opacity: 1; }
.heat td.default { outline: 2px solid var(--text); outline-offset: -2px; }
.heat .corner { width: 112px; text-align: right; padding-right: 12px; font-weight: 400; white-space: nowrap; }
.warn { background: var(--warn-page); border-color: var(--warn); }
.warn h2 { color: var(--warn); }
.warn li { overflow-wrap: anywhere; }
.warn ul { margin: 8px 0 0; padding-left: 20px; }
.ok { color: var(--good); font-weight: 600; }
.wrong { color: var(--bad); font-weight: 600; }
footer { color: var(--muted); font-size: 13px; margin-top: 24px; }
@media (max-width: 560px) { .bars { grid-template-columns: 1fr max-content; grid-auto-flow: dense; gap: 4px 14px; } .bars .bar { grid-column: 1 / -1; margin-bottom: 8px; } .bars .name { max-width: 60vw; } .heat { min-width: 0; font-size: 11px; border-spacing: 2px; } .heat td { padding: 6px 1px; } .heat td b, .heat td small { white-space: normal; } .heat td small, .heat th { font-size: 10px; } .heat .corner { width: 64px; white-space: normal; padding-right: 4px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } .card { padding: 16px; } }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --card: #ffffff; --line: #c4cad1; --text: #000000; --muted: #3c444d; --track: #eef1f4;
    --unique: #2a6bd4; --shared: #a9c6f2; --ink: #ffffff; --warn: #6b3f00; --warn-page: #ffffff; --bad: #b3261e; --good: #14592f;
  }
  body { font-size: 12px; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  .heat { min-width: 0; font-size: 11px; border-spacing: 2px; }
  .heat td { padding: 5px 2px; }
  .heat td small, .heat th { font-size: 10px; }
  .heat td b, .heat td small { white-space: normal; }
  .heat .corner { width: 80px; white-space: normal; }
  .bar i, .heat td, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .two { grid-template-columns: 1fr; }
  .tile, tr, dt, dd, svg, .heat { break-inside: avoid; }
  h1, h2, .note { break-after: avoid; }
}
`;
