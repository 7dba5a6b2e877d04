// Clicks in the list: on buttons of rows, and taps that show these buttons.

import type { MessageAction } from './message-row.ts'
import type { Row } from './rows.ts'

export type RowClickOptions = {
  list: HTMLElement
  rowOf: (key: string | undefined) => Row | undefined
  openMenu: (button: HTMLElement, row: Row) => void
  copyCode: (code: string) => void
  run: (action: MessageAction, row: Row) => void
}

export function handleRowClicks({ list, rowOf, openMenu, copyCode, run }: RowClickOptions): void {
  list.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return
    const element = target.closest<HTMLElement>('[data-key]')
    const row = rowOf(element?.dataset.key)
    const button = target.closest<HTMLElement>('[data-action]')
    if (row && button) {
      const { action } = button.dataset
      if (action === 'menu') return openMenu(button, row)
      if (action === 'code')
        return copyCode(button.closest('.code')?.querySelector('code')?.textContent ?? '')
      element?.removeAttribute('data-chosen')
      return run(action as MessageAction, row)
    }
    // Without a mouse, a tap on the row shows its buttons.
    if (target.closest('a, button, textarea')) return
    for (const other of list.querySelectorAll('[data-chosen]'))
      if (other !== element) other.removeAttribute('data-chosen')
    element?.toggleAttribute('data-chosen')
  })
}
