// Says what was done, and offers for some seconds to undo it.

import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'

const offeredForMs = 10_000

export function createUndoOffer() {
  const status = make('p', { role: 'status' })
  const button = make('button', { type: 'button', class: 'plain', hidden: true }, strings.undo)
  const element = make('div', { class: 'undo-offer' }, status, button)
  let undo: (() => void) | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const withdraw = () => {
    clearTimeout(timer)
    undo = null
    const hadFocus = button === document.activeElement
    button.hidden = true
    if (hadFocus) element.closest<HTMLElement>('dialog')?.querySelector('button')?.focus()
  }
  button.addEventListener('click', () => {
    const run = undo
    withdraw()
    run?.()
  })

  return {
    element,
    withdraw,
    /** @param next null: it cannot be undone */
    show(text: string, next: (() => void) | null = null): void {
      withdraw()
      setText(status, text)
      undo = next
      button.hidden = next === null
      if (next) timer = setTimeout(withdraw, offeredForMs)
    },
  }
}
