// For a constructable style sheet, because a Content-Security-Policy may forbid style elements.

export const STYLE: string = `
:host {
  --_accent: var(--wherry-accent, light-dark(#0b756f, #5bc8bd));
  --_error: var(--wherry-error, light-dark(#a8271c, #ff9c8f));
  --_quiet: var(--wherry-quiet, light-dark(#586664, #9daaa7));
  --_track: var(--wherry-track, light-dark(#dfe6e4, #2b3739));
  --_gap: var(--wherry-gap, 0.5rem);
  display: block;
  container-type: inline-size;
  font: var(--wherry-font, 0.875rem/1.45 system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
}
:host([hidden]), [hidden] { display: none !important; }
header { display: flex; align-items: center; gap: var(--_gap); }
[part=phase] { font-weight: 600; }
[part=count] { color: var(--_quiet); white-space: nowrap; }
[part=line] {
  margin: 0; min-height: 1.45em; overflow: hidden; color: var(--_quiet);
  text-overflow: ellipsis; white-space: nowrap;
}
[part=bar] { margin-block: calc(var(--_gap) * 0.75); border-radius: 99px; }
.bar { display: block; height: var(--wherry-bar-size, 0.375rem); overflow: hidden; border-radius: 99px; background: var(--_track); }
.fill {
  display: block; width: 100%; height: 100%; border-radius: inherit; background: var(--_accent);
  transform: translateX(calc((var(--_share, 0) - 1) * 100%)); transition: transform 180ms ease-out;
}
:host(:dir(rtl)) .fill { transform: translateX(calc((1 - var(--_share, 0)) * 100%)); }
:is(.loading, .resolving) > .bar, .bar.unknown {
  background: linear-gradient(100deg, var(--_track) 40%, var(--_accent) 50%, var(--_track) 60%) 0 0 / 250% 100%;
  animation: glide 1.8s linear infinite;
}
.failed .fill { background: var(--_error); }
.failed [part=phase] { color: var(--_error); }
@keyframes glide { from { background-position: 125% 0; } to { background-position: -25% 0; } }

button {
  flex: none; padding: 0.125rem 0.5rem; border: 1px solid var(--_track); border-radius: 0.375rem;
  background: none; color: inherit; font: inherit; font-size: 0.8125rem; cursor: pointer;
}
button:hover { border-color: var(--_quiet); }
button:focus-visible, ul:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
[part=toggle] { display: grid; margin-inline-start: auto; place-items: center; width: 1.5rem; height: 1.5rem; padding: 0; }
[part=toggle]::after {
  content: ""; width: 0.375rem; height: 0.375rem;
  border: solid currentcolor; border-width: 0 1.5px 1.5px 0; transform: translateY(-0.125rem) rotate(45deg);
}
[part=toggle][aria-expanded=true]::after { transform: translateY(0.125rem) rotate(225deg); }

ul {
  display: grid; grid-template-columns: minmax(6rem, 1fr) minmax(3rem, 1fr) max-content max-content;
  gap: 0.25rem calc(var(--_gap) * 1.5); max-height: var(--wherry-list-size, 14rem); margin: var(--_gap) 0 0;
  padding: var(--_gap) 0 0; overflow: auto; border-top: 1px solid var(--_track); list-style: none;
}
li { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: center; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.amount, .state { color: var(--_quiet); font-size: 0.8125rem; text-align: end; white-space: nowrap; }
.placed .state, .downloaded .state { color: var(--_accent); }
li .bar { height: 0.25rem; }
/* The word beside a full bar says the same. */
:is(.downloaded, .placed) > .bar { visibility: hidden; }
@container (width < 26rem) {
  ul { grid-template-columns: minmax(0, 1fr) max-content max-content; column-gap: var(--_gap); }
  li { align-items: baseline; }
  .name { overflow-wrap: anywhere; font-size: 0.8125rem; white-space: normal; }
  li .bar { grid-row: 2; grid-column: 1 / -1; }
  :is(.downloaded, .placed) > .bar { display: none; }
}

[part=failure] {
  margin-top: var(--_gap); padding: calc(var(--_gap) * 1.25); border-radius: 0.375rem;
  border-inline-start: 3px solid var(--_error); background: color-mix(in srgb, var(--_error) 8%, transparent);
}
[part=failure] header { align-items: center; }
[part=code] { color: var(--_error); font: 600 0.8125rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
[part=failure] button { margin-inline-start: auto; }
[part=message] {
  max-height: var(--wherry-list-size, 14rem); margin: var(--_gap) 0 0; overflow: auto; font: inherit;
  overflow-wrap: anywhere; user-select: text; white-space: pre-wrap;
}
[part=message] > span { display: block; }
[part=message] > span + span { margin-top: 0.375em; }
[part=message]:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (prefers-reduced-motion: reduce) {
  .bar, .fill { transition: none !important; animation: none !important; }
}
@media (forced-colors: active) {
  .bar { border: 1px solid CanvasText; }
  .fill { background: Highlight; forced-color-adjust: none; }
}
`;
