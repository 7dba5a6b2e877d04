// Creates elements without markup, so that a text is never parsed as HTML. The page's security policy
// forbids `style` attributes.

type Attributes = Record<string, string | number | boolean | null>
type Child = Node | string | null

const svg = 'http://www.w3.org/2000/svg'

/** Creates an element. An attribute that is false or null is left out; true gives an empty value. */
export function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value)
  element.append(...children.filter((child) => child !== null))
  return element
}

/** Writes only a changed value, because each write makes the browser compute styles. */
export function setAttribute(element: Element, name: string, value: Attributes[string]): void {
  const text = value === true ? '' : String(value)
  if (value === null || value === false) element.removeAttribute(name)
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text)
}

/**
 * Makes these the children of the element. Children that are already in this order are not touched, so
 * that they keep the focus and the selection.
 */
export function setChildren(element: Element, ...children: (Node | null)[]): void {
  const wanted = new Set(children)
  for (const child of [...element.childNodes]) if (!wanted.has(child)) child.remove()
  let next: Node | null = element.firstChild
  for (const child of wanted) {
    if (child === null) continue
    if (child === next) next = next.nextSibling
    else element.insertBefore(child, next)
  }
}

/** Gives the last result of `make` again, as long as its arguments stay the same. */
export function memoizeLast<V extends readonly unknown[], T>(
  make: (...values: V) => T,
): (...values: V) => T {
  let last: { values: V; result: T } | null = null
  return (...values) => {
    const known = last
    if (known && values.every((value, i) => value === known.values[i])) return known.result
    last = { values, result: make(...values) }
    return last.result
  }
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

const paths = {
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  edit: 'M4 20h4L19 9a2.1 2.1 0 0 0-4-4L4 16zM13.5 6.5l4 4',
  remove: 'M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 11v5M13.5 11v5',
  emoji: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M8.5 14.5a4 4 0 0 0 7 0M9 9.7v.1M15 9.7v.1',
  react:
    'M20.3 11a8.5 8.5 0 1 1-7.3-7.4M8.5 14.5a4 4 0 0 0 7 0M9 9.7v.1M15 9.7v.1M19 2.5v6M16 5.5h6',
  copy: 'M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9',
  close: 'M6 6l12 12M18 6 6 18',
  people:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 13.6a6.5 6.5 0 0 1 3.5 5.9',
  sent: 'M5 12.5 10 17.5 19.5 7',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 7.5V12l3 2',
  failed: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 7.5v5.5M12 16.3v.2',
  more: 'M5 12v.1M12 12v.1M19 12v.1',
  reply: 'M9.5 6.5 4 12l5.5 5.5M4.5 12H14a6 6 0 0 1 6 6v.5',
  search: 'M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14M15.5 15.5l5 5',
  up: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  pin: 'M9 3.5h6M10 3.5v6l-3 4h10l-3-4v-6M12 13.5v7',
  announcement: 'M4 10v4h3l8 4.5v-13L7 10zM18.5 9.5a3.5 3.5 0 0 1 0 5M7.5 14v5h2.5v-3.5',
  show: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
} as const

export type IconName = keyof typeof paths

/** An icon without a meaning of its own: it stands beside a text or in a labelled button. */
export function icon(name: IconName): SVGElement {
  const drawing = document.createElementNS(svg, 'svg')
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon' }))
    drawing.setAttribute(key, value)
  drawing.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svg, 'path')
  path.setAttribute('d', paths[name])
  drawing.append(path)
  return drawing
}

export function iconButton(
  name: IconName,
  label: string,
  attributes: Attributes = {},
): HTMLButtonElement {
  return make(
    'button',
    { type: 'button', ...attributes, 'aria-label': label, title: label },
    icon(name),
  )
}

/** A username within a sentence. `bdi` gives it its own text direction. */
export function nameElement(username: string): HTMLElement {
  return make('bdi', { class: 'name', title: username }, username)
}
