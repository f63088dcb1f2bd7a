"""How a report looks: on a wide screen, on a phone, on paper."""

STYLE = """
:root { --ink: #22303c; --muted: #55616b; --line: #d5dce1; --soft: #f4f7f9; --accent: #0072b2;
  --dark: #004f7d; --good: #00664b; --bad: #a33c00; }
* { box-sizing: border-box; }
html { color-scheme: light; }
body { margin: 0 auto; max-width: 68rem; padding: 0 1.25rem 3rem; color: var(--ink);
  background: #fff; font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans",
  sans-serif; }
a { color: var(--dark); }
:focus-visible { outline: 3px solid #d55e00; outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; display: inline-block; padding: .5rem; }
header { padding: 1.75rem 0 1rem; border-bottom: 3px solid var(--accent); }
h1 { margin: 0 0 .5rem; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .25rem; font-size: 1.35rem;
  border-bottom: 1px solid var(--line); }
h3 { margin: 1.75rem 0 .6rem; font-size: 1.1rem; }
header ul { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin: 0; padding: 0;
  list-style: none; }
header p { margin: .5rem 0 0; color: var(--muted); overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0 0; padding: 0;
  list-style: none; }
nav a { display: inline-block; padding: .25rem 0; }
.lead { max-width: 46rem; margin: 0 0 1rem; color: var(--muted); }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: .875em; }
table code { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 0 0 1.25rem; }
.scroll table { width: 100%; border-collapse: collapse; }
.scroll th, .scroll td { padding: .45rem 1.5rem .45rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
.scroll thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
.scroll tbody th { font-weight: 600; min-width: 9rem; }
.scroll .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.good, .bad { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.wide td, .wide tbody th { min-width: 8rem; } .wide .number { min-width: 0; }
.note { color: var(--muted); font-size: .9em; overflow-wrap: anywhere; }
.bar { height: .7rem; min-width: 2px; margin-top: .4rem; background: var(--accent);
  border-radius: 2px; }
td:has(> .bar) { min-width: 8rem; }
dl { margin: .4rem 0 0; } dt { color: var(--muted); } dd { margin: 0 0 .4rem; }
td summary { color: var(--muted); font-size: .9em; }

.forest { margin: 0 0 1.5rem; }
.forest figcaption { margin-bottom: .35rem; font-weight: 600; }
.forest ul { margin: 0; padding: 0; list-style: none; }
.forest li, .forest .axis { display: grid; grid-template-columns: 14rem minmax(10rem, 1fr) 20rem;
  column-gap: 1.25rem; align-items: center; }
.forest .name { overflow-wrap: anywhere; }
.forest li { padding: .1rem 0; }
.forest .text { font-variant-numeric: tabular-nums; }
.forest svg { display: block; width: 100%; overflow: visible; }
.forest .axis > div { grid-column: 2; position: relative; height: 1.5rem; font-size: .85rem;
  color: var(--muted); }
.forest .axis span { position: absolute; transform: translateX(-50%); }
.tick { stroke: #e4e9ed; }
.zero { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }
.range { stroke: var(--accent); stroke-width: 3; stroke-linecap: round; }
.point { fill: var(--accent); stroke: var(--accent); stroke-width: 2; }
.point.open { fill: #fff; }
.single { fill: #fff; stroke: var(--ink); stroke-width: 1; }

summary { cursor: pointer; }
.notebook { margin: 0 0 .6rem; border: 1px solid var(--line); border-radius: 6px; }
.notebook > summary { padding: .7rem 1rem; font-weight: 600; background: var(--soft);
  border-radius: 6px; }
.notebook > summary:hover { background: #e6eef3; }
.notebook > article { padding: .25rem 1.25rem 1.5rem; scroll-margin-top: 3.5rem; }
.text_cell { max-width: 46rem; }
.notebook h3 { font-size: 1.4rem; } .notebook h4 { font-size: 1.2rem; margin: 1.75rem 0 .5rem; }
.notebook h5, .notebook h6 { font-size: 1.05rem; margin: 1.25rem 0 .4rem; }
.notebook pre { margin: 0; overflow-x: auto; line-height: 1.45; }
.input_area { margin: .9rem 0 .4rem; padding: .7rem .9rem; background: var(--soft);
  border-left: 3px solid var(--line); }
.output { margin: 0 0 1rem; padding: 0 .9rem; }
.output_subarea { overflow-x: auto; padding: .2rem 0; }
.output_stderr { color: var(--muted); }
.output_error { padding-left: .75rem; border-left: 3px solid var(--bad); }
.notebook img { max-width: 100%; height: auto; }
.notebook table { border: 0; border-collapse: collapse; margin: .5rem 0; font-size: .93em; }
.notebook th, .notebook td { padding: .3rem .75rem; text-align: left; vertical-align: top;
  border: 0; border-bottom: 1px solid var(--line); }
.notebook details { margin: .75rem 0; }
.notebook article details > summary { padding: .25rem 0; font-weight: 600; }
.notebook blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.missing { color: var(--muted); font-style: italic; overflow-wrap: anywhere; }
.tex { fill: currentColor; }
.formula { display: block; margin: .9rem 0; overflow-x: auto; }
.formula > .tex { display: block; max-width: none; margin: .3rem 0; }
.highlight .k, .highlight .kn, .highlight .kc, .highlight .ow { color: #6f2da8; font-weight: 600; }
.highlight .s, .highlight .s1, .highlight .s2, .highlight .sa, .highlight .sd,
.highlight .si { color: #8a3b00; }
.highlight .mi, .highlight .mf { color: #00664b; }
.highlight .c1, .highlight .c, .highlight .ch { color: #55616b; font-style: italic; }
.highlight .nf, .highlight .nc, .highlight .fm { color: #004f7d; font-weight: 600; }
.highlight .nb { color: #004f7d; }
.ansi-bold { font-weight: 600; } .ansi-red-fg { color: #a3000b; } .ansi-green-fg { color: #00664b; }
.ansi-blue-fg, .ansi-cyan-fg { color: #004f7d; } .ansi-yellow-fg { color: #7a4b00; }
footer { margin-top: 3rem; padding-top: 1rem; color: var(--muted);
  border-top: 1px solid var(--line); }

@media (max-width: 48rem) {
  body { padding: 0 .9rem 2rem; }
  .forest li { grid-template-columns: 1fr; row-gap: .1rem; margin-bottom: .8rem; }
  .forest .axis { display: block; }
  .forest svg, .forest .axis > div { width: calc(100% - 1.5rem); margin-left: .75rem; }
  .wide table { min-width: 46rem; }
  .notebook > article { padding: 0 .8rem 1rem; }
  .output { padding: 0; }
  /* A figure shrunk to a phone cannot be read: it keeps a readable size and is scrolled. */
  .notebook .output img { max-width: max(100%, 36rem) !important; }
}
@media print {
  nav, .skip { display: none; }
  body { max-width: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .notebook > summary { break-after: avoid; }
  figure, .scroll tr { break-inside: avoid; }
}
"""
