// Copies a text or a link to the clipboard, or shows it where that is not possible.

import { make } from '../elements/dom.ts'
import { close, copyByHandLink, copyByHandText, linkCopied, textCopied } from '../strings/en.json'

export type Copy = (text: string, kind: 'text' | 'link') => Promise<void>

/** @param note says that it is in the clipboard */
export function createCopy(note: (text: string) => void): Copy {
  return async (text, kind) => {
    try {
      await navigator.clipboard.writeText(text)
      note(kind === 'link' ? linkCopied : textCopied)
    } catch {
      // The clipboard is not available without TLS, and where the browser forbids it.
      showText(text, kind === 'link' ? copyByHandLink : copyByHandText)
    }
  }
}

function showText(text: string, label: string): void {
  const field = make('textarea', { readonly: true, rows: 3, dir: 'auto', 'aria-label': label })
  field.value = text
  const closeButton = make('button', { value: '', class: 'primary' }, close)
  const dialog = make(
    'dialog',
    { class: 'confirm', 'aria-label': label },
    make('p', {}, label),
    make('div', { class: 'box' }, field),
    make('form', { method: 'dialog', class: 'confirm-end' }, closeButton),
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  field.select()
}
