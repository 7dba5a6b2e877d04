// Copies a link to the clipboard, or shows it where that is not possible.

import { make } from '../elements/dom.ts'

/** @returns whether the link is in the clipboard; else a dialog shows it */
export async function copyLink(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link)
    return true
  } catch {
    // The clipboard is not available without TLS, and where the browser forbids it.
    showLink(link)
    return false
  }
}

function showLink(link: string): void {
  const field = make('input', { readonly: true, 'aria-label': 'Link to the message' })
  field.value = link
  const close = make('button', { value: '', class: 'primary' }, 'Close')
  const dialog = make(
    'dialog',
    { class: 'confirm', 'aria-label': 'Link to the message' },
    make('p', {}, 'Copy this link:'),
    make('div', { class: 'box' }, field),
    make('form', { method: 'dialog', class: 'confirm-end' }, close),
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  field.select()
}
