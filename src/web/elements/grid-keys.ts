// Arrow keys in a grid of buttons, in which only one button is a stop of the Tab key.

import { setAttribute } from './dom.ts'

/** @returns null: the arrow leads out above the first line; undefined: the key moves nothing */
function nextButton(buttons: readonly Element[], key: string): Element | null | undefined {
  const at = buttons.indexOf(document.activeElement as Element)
  const topOf = (button?: Element) => button?.getBoundingClientRect().top
  const columns = buttons.filter((button) => topOf(button) === topOf(buttons[0])).length
  const isMirrored = document.documentElement.dir === 'rtl'
  const steps: Record<string, number> = {
    ArrowRight: isMirrored ? -1 : 1,
    ArrowLeft: isMirrored ? 1 : -1,
    ArrowDown: columns,
    ArrowUp: -columns,
    Home: -at,
    End: buttons.length - 1 - at,
  }
  const step = steps[key]
  if (step === undefined) return undefined
  return key === 'ArrowUp' && at < columns ? null : buttons[at + step]
}

/** Makes this button the only stop of the Tab key, and gives it the focus. */
export function focusInGrid(grid: Element, next: Element | undefined): void {
  if (!(next instanceof HTMLElement)) return
  for (const other of grid.children) setAttribute(other, 'tabindex', other === next ? 0 : -1)
  next.focus()
}

/** @param leave runs when an arrow leads out above the first line */
export function moveByKeys(grid: HTMLElement, leave: () => void): void {
  grid.addEventListener('keydown', (event) => {
    const next = nextButton([...grid.children], event.key)
    if (next === undefined) return
    event.preventDefault()
    if (next === null) leave()
    else focusInGrid(grid, next)
  })
}
