// The style sheet of the component. It is adopted, so that a page's Content-Security-Policy for inline
// styles does not matter.

const css = `
:host {
  --accent: var(--edge-chat-accent, light-dark(#0b5cad, #7db8f5));
  --on-accent: light-dark(#fff, #10151b);
  --text: light-dark(#1b2129, #e6eaef);
  --faint: color-mix(in srgb, currentColor 72%, transparent);
  --ground: light-dark(#fff, #181c21);
  --field: color-mix(in srgb, currentColor 5%, transparent);
  --edge: color-mix(in srgb, currentColor 55%, transparent);
  --bad: light-dark(#b3261e, #ff9a91);
  box-sizing: border-box; display: block; block-size: 30rem;
  max-block-size: 100vh; overflow: hidden; border: 1px solid var(--edge); border-radius: .5rem;
  background: var(--ground); color: var(--text);
  font: 1rem/1.4 system-ui, sans-serif;
}
:host([hidden]), [hidden] { display: none !important; }
.frame { display: flex; flex-direction: column; block-size: 100%; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
* { box-sizing: border-box; }
h2, p, ol { margin: 0; padding: 0; }
h2 { padding: .5rem .75rem; font-size: 1.1rem; border-block-end: 1px solid var(--edge); }
.place, .room { display: flex; flex: 1; flex-direction: column; min-block-size: 0; }
.login { display: grid; gap: .75rem; padding: .75rem; overflow: auto; }
.login label { display: grid; gap: .25rem; }
input, textarea {
  inline-size: 100%; padding: .5rem; border: 1px solid var(--edge); border-radius: .375rem;
  background: var(--field); color: inherit; font: inherit;
}
textarea { resize: none; }
textarea::placeholder { color: var(--faint); opacity: 1; }
button { min-block-size: 2.25rem; padding: .25rem .75rem; border-radius: .375rem; font: inherit; cursor: pointer; }
button:disabled { opacity: .6; cursor: default; }
.primary { border: 0; background: var(--accent); color: var(--on-accent); }
.plain { border: 1px solid var(--edge); background: none; color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .5rem .75rem; }
.status { flex: 1; color: var(--faint); }
.messages { flex: 1; min-block-size: 0; overflow-y: auto; padding: 0 .75rem; }
.older { inline-size: 100%; }
.empty { padding: 1rem 0; color: var(--faint); }
ol { list-style: none; }
li { padding: .375rem 0; }
.by { font-weight: 600; }
time, .state, .note { color: var(--faint); font-size: .85rem; font-weight: 400; }
.text { overflow-wrap: anywhere; white-space: pre-wrap; }
.text a { color: var(--accent); }
.sending .text { color: var(--faint); }
.problem { color: var(--bad); }
.note { min-block-size: 1.2rem; padding: 0 .75rem; }
.composer { display: flex; gap: .5rem; align-items: end; padding: .5rem .75rem; }
`

let sheet: CSSStyleSheet | undefined

/** One sheet for all elements of the page. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
  }
  return sheet
}
