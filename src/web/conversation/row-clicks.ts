// Clicks in the list: on buttons of rows, taps that show these buttons, and long presses.

import { onLongPress } from './long-press.ts'
import type { MessageAction } from './message-row.ts'
import type { Row } from './rows.ts'

export type RowClickOptions = {
  list: HTMLElement
  rowOf: (key: string | undefined) => Row | undefined
  /** What other actions do, which need the button. */
  onButton: Readonly<Record<string, (button: HTMLElement, row: Row) => void>>
  run: (action: MessageAction, row: Row) => void
  /** Runs during a long press on a message. @returns what runs when the finger is lifted */
  openByPress: (bubble: HTMLElement, row: Row) => () => void
  /** Runs during a long press, or a click with the other button, on the chip of an emoji. */
  showWho: (emoji: string, row: Row) => void
}

export function handleRowClicks(options: RowClickOptions): void {
  const { list, rowOf, onButton, run, openByPress, showWho } = options
  const rowAt = (target: Element) => rowOf(target.closest<HTMLElement>('[data-key]')?.dataset.key)
  const chipAt = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>('[data-emoji]') : null

  list.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return
    const element = target.closest<HTMLElement>('[data-key]')
    const row = rowOf(element?.dataset.key)
    const button = target.closest<HTMLElement>('[data-action]')
    if (row && button) {
      const action = button.dataset.action ?? ''
      if (onButton[action]) return onButton[action](button, row)
      element?.removeAttribute('data-chosen')
      return run(action as MessageAction, row)
    }
    // Without a mouse, a tap on the row shows its buttons.
    if (target.closest('a, button, textarea')) return
    for (const other of list.querySelectorAll('[data-chosen]'))
      if (other !== element) other.removeAttribute('data-chosen')
    element?.toggleAttribute('data-chosen')
  })
  onLongPress({
    list,
    run(target) {
      const row = rowAt(target)
      const chip = chipAt(target)
      const bubble = target.closest('.row')?.querySelector<HTMLElement>('.bubble')
      if (row && chip) showWho(chip.dataset.emoji ?? '', row)
      else if (row?.message.state === 'sent' && row.rowState.mode === 'plain' && bubble)
        return openByPress(bubble, row)
      return undefined
    },
  })
  list.addEventListener('contextmenu', (event) => {
    const chip = chipAt(event.target)
    const row = chip && rowAt(chip)
    if (!row || event.defaultPrevented) return
    event.preventDefault()
    showWho(chip.dataset.emoji ?? '', row)
  })
}
