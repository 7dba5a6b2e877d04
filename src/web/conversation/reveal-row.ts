// Draws the attention to one row of the list.

const markedForMs = 2_500

/** Marks the row for some seconds, and moves the focus to its text. */
export function revealRow(list: HTMLElement, key: string): void {
  const row = list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  if (!row) return
  row.toggleAttribute('data-revealed', true)
  setTimeout(() => row.removeAttribute('data-revealed'), markedForMs)
  focusText(row)
}

/** The message field would open a phone's keyboard. */
export function focusText(row: HTMLElement): void {
  const content = row.querySelector<HTMLElement>('.content')
  content?.setAttribute('tabindex', '-1')
  content?.focus({ preventScroll: true })
}
